import type { RouteTable } from "../types.ts";
import { event } from "../world/events.ts";
import { label, milestone } from "../world/labels.ts";
import { T0 } from "../world/time.ts";
import { member } from "../world/users.ts";
import { ciVariable, P, runner, small } from "./parts.ts";

export function addProjectsRoutes({ list }: RouteTable): void {
  list(
    P("/events"),
    "project_events",
    "event",
    (w) => w.options.eventsPerProject,
    (w, c, i, n) => event(w, c.p, i, n),
    { timed: true, dateRange: true },
  );
  list(
    P("/members"),
    "project_members",
    "project_member",
    (w) => w.options.membersPerProject,
    (w, c, i, n) => member(w, "project", c.p, i, n),
    { sort: "asc" },
  );
  list(
    P("/members/all"),
    null,
    "project_member",
    (w) => w.options.membersPerProject,
    (w, c, i, n) => member(w, "project", c.p, i, n),
    { sort: "asc" },
  );
  list(
    P("/users"),
    "project_users",
    "puser",
    (w) => w.options.membersPerProject,
    (w, c, i) => w.userBrief((w.hash("project_member_base", c.p, 0) + i) % w.options.users),
    { sort: "asc" },
  );
  list(
    P("/labels"),
    "project_labels",
    "label",
    (w) => w.options.labelsPerProject,
    (w, c, i) => ({ ...label(w, c.p, i), subscribed: false, priority: i % 5 ? null : i, is_project_label: true }),
    { sort: "asc" },
  );
  list(
    P("/milestones"),
    "project_milestones",
    "milestone",
    (w) => w.options.milestonesPerProject,
    (w, c, i, n) => milestone(w, c.p, i, n),
    { timed: true },
  );
  list(
    P("/boards"),
    "project_boards",
    "pboard",
    () => 1,
    (w, c) => ({
      id: 800000 + c.p,
      name: "Development",
      hide_backlog_list: false,
      hide_closed_list: false,
      project: {
        id: w.projectId(c.p),
        description: null,
        name: `Project ${c.p}`,
        name_with_namespace: "",
        path: `project-${c.p}`,
        path_with_namespace: w.projectPath(c.p),
        created_at: w.iso(T0),
      },
      lists: [{ id: 1, label: label(w, c.p, 0), position: 0 }],
      group: null,
    }),
    { fixed: true, feat: "issues" },
  );
  list(P("/variables"), "project_variables", "pvars", small, ciVariable, { sort: "asc", feat: "ci" });
  list(
    P("/hooks"),
    "project_hooks",
    "phook",
    () => 1,
    (w, c) => ({
      id: 1 + c.p,
      url: "https://hook.fixture.test",
      name: null,
      project_id: w.projectId(c.p),
      push_events: true,
      issues_events: false,
      enable_ssl_verification: true,
      alert_status: "executable",
      disabled_until: null,
      url_variables: [],
      created_at: w.iso(T0),
      custom_headers: [],
    }),
    { fixed: true },
  );
  list(
    P("/access_tokens"),
    "project_access_tokens",
    "ptok",
    () => 1,
    (w, c) => ({
      id: 4000 + c.p,
      name: "bot",
      revoked: false,
      created_at: w.iso(T0),
      scopes: ["read_api"],
      user_id: 1,
      last_used_at: null,
      active: true,
      expires_at: "2027-01-01",
      access_level: 20,
    }),
    { fixed: true },
  );
  list(
    P("/deploy_keys"),
    "project_deploy_keys",
    "pdk",
    () => 1,
    (w, c) => ({
      id: 5000 + c.p,
      title: "k",
      key: "ssh-ed25519 AAAA",
      fingerprint: "x",
      fingerprint_sha256: "y",
      created_at: w.iso(T0),
      expires_at: null,
      can_push: false,
    }),
    { fixed: true },
  );
  list(
    P("/deploy_tokens"),
    "project_deploy_tokens",
    "pdt",
    () => 1,
    (_w, c) => ({
      id: 6000 + c.p,
      name: "t",
      username: "gitlab+deploy-token-1",
      expires_at: null,
      revoked: false,
      expired: false,
      scopes: ["read_repository"],
    }),
    { fixed: true },
  );
  list(P("/runners"), "project_runners", "prunner", () => 2, runner, { fixed: true, feat: "ci" });
}
