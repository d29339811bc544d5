import type { At, Query } from "../types.ts";
import { note, noteCount } from "../world/notes.ts";
import { DAY, T0 } from "../world/time.ts";
import type { World } from "../world/world.ts";

/** A path below a project, and below a group. */
export const P = (s: string): string => `/projects/:project${s}`;
export const G = (s: string): string => `/groups/:group${s}`;
/** Length of lists that nobody would load twice. */
export const small = (w: World): number => w.options.smallList;
export const timestamps = (w: World, k: string, c: At, i: number, n: number) => ({
  created_at: w.iso(w.created(k, c.key, i, n)),
  updated_at: w.iso(w.updated(k, c.key, i, n)),
});
export const runner = (w: World, _c: At, i: number) => ({
  id: i + 1,
  description: `runner ${i}`,
  ip_address: null,
  active: true,
  paused: false,
  is_shared: i % 2 === 0,
  runner_type: i % 2 ? "group_type" : "instance_type",
  name: "gitlab-runner",
  online: i % 3 !== 0,
  status: i % 3 ? "online" : "offline",
  created_at: w.iso(T0 + i * DAY),
  created_by: null,
});
export const auditEvent = (ent: string) => (w: World, c: At, i: number, n: number) => ({
  id: w.globalId("audit", c.key, i),
  author_id: w.someUser("audit", c.key, i, 1).id,
  entity_id: ent === "Group" ? w.groupId(c.g) : ent === "Project" ? w.projectId(c.p) : 1,
  entity_type: ent,
  details: {
    custom_message: "Changed setting",
    author_name: "x",
    author_email: "x@fixture.test",
    target_id: i % 2 ? i : `path/${i}`,
    target_type: ent,
    target_details: "d",
    ip_address: "127.0.0.1",
    entity_path: "p",
  },
  event_type: "project_updated",
  created_at: w.iso(w.created("audit", c.key, i, n)),
});
export const ciVariable = (_w: World, _c: At, i: number) => ({
  variable_type: i % 2 ? "file" : "env_var",
  key: `VAR_${i}`,
  value: `secret-${i}`,
  hidden: false,
  protected: i % 2 === 0,
  masked: false,
  raw: false,
  environment_scope: "*",
  description: i % 3 ? null : "a variable",
});
export const subgroups = (deep: boolean) => (w: World, c: At) => {
  const out = [];
  for (let g = 0; g < w.options.groups; g++) {
    let x = w.groupParent(g);
    if (!deep) {
      if (x === c.g) out.push(g);
      continue;
    }
    while (x !== null) {
      if (x === c.g) {
        out.push(g);
        break;
      }
      x = w.groupParent(x);
    }
  }
  return out;
};
/** Projects of a group, with those of its subgroups when asked for. */
export const groupProjects = (w: World, c: At, q: Query) => {
  const inc = q.include_subgroups === "true" || q.include_subgroups === "1";
  const ok = new Set([c.g, ...(inc ? subgroups(true)(w, c) : [])]);
  return [...Array(w.options.projects).keys()].filter((p: number) => ok.has(w.projectGroup(p)));
};
export const badge = (grp: boolean) => (_w: World, c: At, i: number) => ({
  name: `badge ${i}`,
  link_url: "https://link.fixture.test/%{project_path}",
  image_url: "https://img.fixture.test/badge.svg",
  rendered_link_url: "https://link.fixture.test/x",
  rendered_image_url: "https://img.fixture.test/badge.svg",
  id: (grp ? 20000 : 10000) + c.key * 10 + i,
  kind: grp ? "group" : "project",
});
export const accessRequest = (w: World, c: At, i: number) => ({
  ...w.userBrief((c.key + i) % w.options.users),
  custom_attributes: [
    { key: "team", value: `data-${i}` },
    { key: "tier", value: "gold" },
  ].slice(i % 2),
  requested_at: w.iso(T0 + i * DAY),
});
/** Notes that the reader may not see: pages get shorter than asked for. */
export const hiddenNote = (k: string) => (w: World, c: At, i: number) =>
  w.hash(`${k}_hidden`, c.p * 100000 + c.i, i) % 41 === 0;
export const wantsStats = (q: Query) => q.with_stats === "true" || q.with_stats === "1";
export const noteCounts = (k: string) => (w: World, c: At) => noteCount(w, k, c.p, c.i);
export const makeNote = (k: string) => (w: World, c: At, i: number, n: number) => note(w, k, c.p, c.i, i, n);
