import { DAY } from "./time.ts";
import type { World } from "./world.ts";

export function group(w: World, g: number, n: number, full = false) {
  const pp = w.groupParent(g);
  const path = `group-${g}`;
  const fp = w.groupPath(g);
  return {
    id: w.groupId(g),
    web_url: `${w.host}/groups/${fp}`,
    name: `Group ${g}`,
    path,
    description: w.words(5, "group", 0, g, 2),
    visibility: ["private", "internal", "public"][g % 3],
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    two_factor_grace_period: 48,
    project_creation_level: "developer",
    auto_devops_enabled: null,
    subgroup_creation_level: "maintainer",
    emails_disabled: false,
    emails_enabled: true,
    mentions_disabled: null,
    lfs_enabled: true,
    archived: false,
    math_rendering_limits_enabled: true,
    lock_math_rendering_limits_enabled: false,
    default_branch: null,
    default_branch_protection: 2,
    default_branch_protection_defaults: {
      allowed_to_push: [{ access_level: 40 }],
      allow_force_push: false,
      allowed_to_merge: [{ access_level: 40 }],
    },
    avatar_url: null,
    request_access_enabled: true,
    full_name: fp
      .split("/")
      .map((s) => s.replace("group-", "Group "))
      .join(" / "),
    full_path: fp,
    created_at: w.iso(w.created("group", 0, g, n)),
    parent_id: pp === null ? null : w.groupId(pp),
    organization_id: 1,
    shared_runners_setting: "enabled",
    ldap_cn: null,
    ldap_access: null,
    wiki_access_level: "enabled",
    marked_for_deletion_on: null,
    repository_storage: "default",
    ...(w.day >= 2 ? { max_artifacts_size: 100 + g } : {}),
    ...(full
      ? {
          shared_with_groups: [],
          runners_token: null,
          prevent_sharing_groups_outside_hierarchy: false,
          shared_projects: [],
          shared_runners_minutes_limit: null,
          extra_shared_runners_minutes_limit: null,
          prevent_forking_outside_group: null,
          membership_lock: false,
        }
      : {}),
  };
}

export function epic(w: World, g: number, i: number, n: number) {
  const c = w.created("epic", g, i, n);
  const fp = w.groupPath(g);
  const gid = w.groupId(g);
  const api = `${w.host}/api/v4/groups/${gid}`;
  return {
    id: w.globalId("epic", g, i),
    work_item_id: w.globalId("epic", g, i) + 5e9,
    iid: i + 1,
    color: "#1068bf",
    text_color: "#FFFFFF",
    group_id: gid,
    parent_id: i % 4 ? w.globalId("epic", g, i - 1) : null,
    parent_iid: i % 4 ? i : null,
    imported: false,
    imported_from: "none",
    title: w.words(4, "epic", g, i, 1),
    description: w.text("epic", g, i, 2),
    confidential: false,
    author: w.someUser("epic", g, i, 3),
    start_date: null,
    start_date_is_fixed: false,
    start_date_fixed: null,
    start_date_from_inherited_source: null,
    start_date_from_milestones: null,
    end_date: w.date(c + 90 * DAY),
    due_date: w.date(c + 90 * DAY),
    due_date_is_fixed: true,
    due_date_fixed: w.date(c + 90 * DAY),
    due_date_from_inherited_source: null,
    due_date_from_milestones: null,
    state: i % 3 ? "opened" : "closed",
    web_edit_url: `/groups/${fp}/-/epics/${i + 1}`,
    web_url: `${w.host}/groups/${fp}/-/epics/${i + 1}`,
    references: { short: `&${i + 1}`, relative: `&${i + 1}`, full: `${fp}&${i + 1}` },
    created_at: w.iso(c),
    updated_at: w.iso(w.updated("epic", g, i, n)),
    closed_at: i % 3 ? null : w.iso(c + 5 * DAY),
    labels: [`epic::${i % 3}`],
    upvotes: i % 5,
    downvotes: 0,
    subscribed: false,
    _links: {
      self: `${api}/epics/${i + 1}`,
      epic_issues: `${api}/epics/${i + 1}/issues`,
      group: api,
      parent: i % 4 ? `${api}/epics/${i}` : null,
    },
  };
}
