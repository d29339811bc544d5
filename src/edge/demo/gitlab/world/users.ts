import { DAY } from "./time.ts";
import type { World } from "./world.ts";

export function user(w: World, u: number, n: number) {
  const b = w.userBrief(u);
  const c = w.created("user", 0, u, n);
  return {
    ...b,
    created_at: w.iso(c),
    bio: u % 5 ? "" : w.words(4, "bio", 0, u, 1),
    location: u % 3 ? null : "Earth",
    skype: "",
    linkedin: "",
    twitter: "",
    discord: "",
    website_url: "",
    organization: u % 4 ? "" : "Fixture Inc",
    job_title: "",
    pronouns: null,
    bot: false,
    work_information: null,
    followers: u % 9,
    following: u % 7,
    local_time: null,
    is_followed: false,
    last_sign_in_at: w.iso(c + DAY),
    confirmed_at: w.iso(c),
    last_activity_on: w.date(w.updated("user", 0, u, n)),
    email: `${b.username}@fixture.test`,
    theme_id: 1,
    color_scheme_id: 1,
    projects_limit: 100000,
    current_sign_in_at: null,
    identities: u % 6 ? [] : [{ provider: "saml", extern_uid: `ext-${u}`, saml_provider_id: null }],
    can_create_group: true,
    can_create_project: true,
    two_factor_enabled: u % 2 === 0,
    external: false,
    private_profile: false,
    commit_email: `${b.username}@fixture.test`,
    is_admin: u === 0,
    note: null,
    ...(w.day >= 2 ? { preferred_language: "en" } : {}),
  };
}

export function member(w: World, kind: string, p: number, i: number, n: number) {
  const u = (w.hash(`${kind}_member_base`, p, 0) + i) % w.options.users;
  return {
    access_level: [10, 20, 30, 40, 50][w.hash(`${kind}_member`, p, i, 1) % 5],
    created_at: w.iso(w.created(`${kind}_member`, p, i, n)),
    ...(i % 2 ? { created_by: w.userBrief(0) } : {}),
    expires_at: i % 6 ? null : "2027-01-01",
    ...w.userBrief(u),
    membership_state: "active",
    ...(w.day >= 2 ? { is_using_seat: i % 2 === 0 } : {}),
  };
}
