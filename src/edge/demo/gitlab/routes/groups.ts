import type { RouteTable } from "../types.ts";
import { epic, group } from "../world/groups.ts";
import { issue } from "../world/issues.ts";
import { label, milestone } from "../world/labels.ts";
import { project } from "../world/projects.ts";
import { DAY, T0, T1 } from "../world/time.ts";
import { member } from "../world/users.ts";
import {
  accessRequest,
  auditEvent,
  badge,
  ciVariable,
  G,
  groupProjects,
  P,
  small,
  subgroups,
  timestamps,
} from "./parts.ts";

export function addGroupsRoutes({ list, one }: RouteTable): void {
  one(G(""), null, (w, c, q) => ({
    ...group(w, c.g, w.options.groups, true),
    ...(q.with_projects === "false"
      ? {}
      : {
          projects: [...Array(w.options.projects).keys()]
            .filter((p) => w.projectGroup(p) === c.g)
            .map((p) => project(w, p, w.options.projects)),
        }),
  }));
  list(
    G("/subgroups"),
    null,
    "subgroup",
    (w, c) => subgroups(false)(w, c).length,
    (w, c, i) => group(w, subgroups(false)(w, c)[i] ?? 0, w.options.groups),
    { fixed: true, sort: "asc" },
  );
  list(
    G("/descendant_groups"),
    null,
    "descgroup",
    (w, c) => subgroups(true)(w, c).length,
    (w, c, i) => group(w, subgroups(true)(w, c)[i] ?? 0, w.options.groups),
    { fixed: true, sort: "asc" },
  );
  list(
    G("/projects"),
    "group_projects",
    "gproject",
    (w, c, q) => groupProjects(w, c, q).length,
    (w, c, i, _n, q) => project(w, groupProjects(w, c, q)[i] ?? 0, w.options.projects, q),
    {
      fixed: true,
      keyset: "id",
      model: "Project",
      qkeys: ["include_subgroups", "simple", "statistics"],
      idOf: (w, c, i, q) => w.projectId(groupProjects(w, c, q)[i] ?? 0),
      sort: "asc",
    },
  );
  list(
    G("/members"),
    "group_members",
    "group_member",
    (w) => w.options.membersPerProject,
    (w, c, i, n) => member(w, "group", c.g, i, n),
    { sort: "asc" },
  );
  list(
    G("/members/all"),
    null,
    "group_member",
    (w) => w.options.membersPerProject,
    (w, c, i, n) => member(w, "group", c.g, i, n),
    { sort: "asc" },
  );
  list(
    G("/billable_members"),
    "group_billable_members",
    "bill_member",
    (w) => w.options.membersPerProject,
    (w, _c, i) => ({
      ...w.userBrief(i),
      email: null,
      last_activity_on: "2025-12-01",
      membership_type: "group_member",
      removable: true,
      created_at: w.iso(T0),
      is_last_owner: false,
      last_login_at: w.iso(T1),
      membership_state: "active",
    }),
    { sort: "asc", tier: "premium" },
  );
  list(
    G("/labels"),
    "group_labels",
    "glabel",
    (w) => w.options.labelsPerProject,
    (w, c, i) => {
      const l = label(w, c.g, i);
      return { ...l, id: l.id + 8e8, subscribed: false };
    },
    { sort: "asc" },
  );
  list(
    G("/milestones"),
    "group_milestones",
    "milestone",
    (w) => w.options.milestonesPerProject,
    (w, c, i, n) => milestone(w, c.g, i, n, true),
    { timed: true },
  );
  list(
    G("/boards"),
    "group_boards",
    "gboard",
    () => 1,
    (w, c) => ({
      id: 900000 + c.g,
      name: "Development",
      hide_backlog_list: false,
      hide_closed_list: false,
      project: null,
      lists: [0, 1].map((k) => ({ id: c.g * 10 + k, label: label(w, c.g, k), position: k })),
      group: { id: w.groupId(c.g), web_url: `${w.host}/groups/${w.groupPath(c.g)}`, name: `Group ${c.g}` },
    }),
    { fixed: true },
  );
  list(
    G("/epic_boards"),
    "group_epic_boards",
    "eboard",
    () => 1,
    (w, c) => ({
      id: 950000 + c.g,
      name: "Epics",
      hide_backlog_list: false,
      hide_closed_list: false,
      group: { id: w.groupId(c.g), web_url: `${w.host}/groups/${w.groupPath(c.g)}`, name: `Group ${c.g}` },
      labels: [],
      lists: [{ id: 1 + c.g, label: null, position: 0, list_type: "backlog", collapsed: false }],
    }),
    { fixed: true, tier: "premium" },
  );
  list(
    G("/iterations"),
    "group_iterations",
    "iteration",
    (w) => w.options.iterationsPerGroup,
    (w, c, i, n) => ({
      id: w.globalId("iteration", c.g, i),
      iid: i + 1,
      sequence: i + 1,
      group_id: w.groupId(c.g),
      title: i % 2 ? null : `It ${i}`,
      description: null,
      state: 1 + (i % 3),
      ...timestamps(w, "iteration", c, i, n),
      start_date: w.date(T0 + i * 14 * DAY),
      due_date: w.date(T0 + (i + 1) * 14 * DAY),
      web_url: `${w.host}/groups/${w.groupPath(c.g)}/-/iterations/${i + 1}`,
    }),
    { timed: true, tier: "premium" },
  );
  list(
    G("/epics"),
    "epics",
    "epic",
    (w) => w.options.epicsPerGroup,
    (w, c, i, n) => epic(w, c.g, i, n),
    { timed: true, tier: "premium", state: true, idx: "epic" },
  );
  list(
    G("/epics/:epic/issues"),
    "epic_issues",
    "epic_issue",
    (w) => w.options.issuesPerEpic,
    (w, c, i) => ({
      ...issue(
        w,
        w.projectFor(c.g),
        (c.i * 3 + i) % Math.max(1, w.options.issuesPerProject),
        w.options.issuesPerProject,
      ),
      epic_issue_id: w.globalId("epic_issue", c.g, 0) * 10 + c.i * 100 + i,
      relative_position: i,
    }),
    { sort: "asc", tier: "premium" },
  );
  list(
    G("/epics/:epic/notes"),
    "epic_notes",
    "epic_note",
    () => 2,
    (w, c, i, n) => ({
      id: 6e14 + c.g * 1e6 + c.i * 100 + i,
      type: null,
      body: w.text("en", c.key, i, 1),
      author: w.someUser("en", c.key, i, 2),
      ...timestamps(w, "epic_note", c, i, n),
      system: false,
      noteable_id: w.globalId("epic", c.g, c.i),
      noteable_type: "Epic",
      project_id: null,
      resolvable: false,
      confidential: false,
      internal: false,
      noteable_iid: null,
      commands_changes: {},
    }),
    { timed: true, tier: "premium" },
  );
  list(G("/variables"), "group_variables", "gvar", small, ciVariable, { sort: "asc" });
  list(
    G("/hooks"),
    "group_hooks",
    "ghook",
    () => 1,
    (w, c) => ({
      id: 1 + c.g,
      url: "https://hook.fixture.test",
      name: "hook",
      group_id: w.groupId(c.g),
      push_events: true,
      issues_events: false,
      created_at: w.iso(T0),
      url_variables: [],
      alert_status: "executable",
      custom_headers: [],
    }),
    { tier: "premium", fixed: true },
  );
  one(
    G("/push_rule"),
    "group_push_rules",
    (w, c) => ({
      id: 1 + c.g,
      created_at: w.iso(T0),
      commit_message_regex: "",
      commit_message_negative_regex: "",
      branch_name_regex: "",
      deny_delete_tag: false,
      member_check: false,
      prevent_secrets: false,
      author_email_regex: "",
      file_name_regex: "",
      max_file_size: 0,
    }),
    { tier: "premium" },
  );
  list(
    G("/audit_events"),
    "group_audit_events",
    "gaudit",
    (w) => Math.ceil(w.options.auditEvents / 3),
    auditEvent("Group"),
    { keyset: "cursor", timed: true, tier: "premium" },
  );
  list(
    G("/access_tokens"),
    "group_access_tokens",
    "gtok",
    () => 1,
    (w, c) => ({
      id: 3000 + c.g,
      name: "bot",
      revoked: false,
      created_at: w.iso(T0),
      description: null,
      scopes: ["read_api"],
      user_id: 1,
      last_used_at: null,
      active: true,
      expires_at: "2027-01-01",
      access_level: 20,
      resource_type: "group",
      resource_id: w.groupId(c.g),
    }),
    { fixed: true },
  );
  for (const [pre, F, grp] of [
    ["group", G, true],
    ["project", P, false],
  ] as const) {
    list(F("/badges"), `${pre}_badges`, `${pre}_badge`, small, badge(grp), { sort: "asc" });
    one(
      F("/badges/render"),
      null,
      (_w, _c, q) => ({
        name: null,
        link_url: q.link_url,
        image_url: q.image_url,
        rendered_link_url: q.link_url,
        rendered_image_url: q.image_url,
      }),
      { require: ["link_url", "image_url"] },
    );
    one(F("/badges/:n"), null, (w, c) => {
      const i = c.n - (grp ? 20000 : 10000) - c.key * 10;
      return i >= 0 && i < small(w) ? badge(grp)(w, c, i) : null;
    });
    list(F("/access_requests"), `${pre}_access_requests`, `${pre}_areq`, small, accessRequest, { sort: "asc" });
  }
}
