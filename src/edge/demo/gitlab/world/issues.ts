import type { FixtureRecord, Query } from "../types.ts";
import { label, labels, milestone } from "./labels.ts";
import { noteCount } from "./notes.ts";
import { DAY } from "./time.ts";
import { WIDE, WORDS } from "./words.ts";
import type { World } from "./world.ts";

export function timeStats(_w: World, h: number) {
  return h % 5
    ? { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null }
    : { time_estimate: 7200, total_time_spent: 3600, human_time_estimate: "2h", human_total_time_spent: "1h" };
}

export function issue(w: World, p: number, i: number, n: number, q: Query = {}) {
  const c = w.created("issue", p, i, n);
  const u = w.updated("issue", p, i, n);
  const ch = w.changed("issue", p, i, n);
  const h = w.hash("issue", p, i, 11);
  const iid = i + 1;
  const id = w.globalId("issue", p, i);
  const pid = w.projectId(p);
  const web = `${w.host}/${w.projectPath(p)}`;
  const api = `${w.host}/api/v4/projects/${pid}/issues/${iid}`;
  const closed = ch ? h % 2 === 0 : h % 3 === 0;
  const ass = [];
  for (let k = 0; k < h % 3; k++) ass.push(w.someUser("issue", p, i, 60 + k));
  const o: FixtureRecord = {
    id,
    iid,
    project_id: pid,
    title: w.words(6, "issue", p, i, 12) + (ch ? " (edited)" : ""),
    description: h % 7 === 6 ? null : w.text("issue", p, i, 13),
    state: closed ? "closed" : "opened",
    created_at: w.iso(c),
    updated_at: w.iso(u),
    closed_at: closed ? w.iso(u) : null,
    closed_by: closed ? w.someUser("issue", p, i, 14) : null,
    labels: labels(w, "issue", p, i, q.with_labels_details),
    milestone: h % 4 ? null : milestone(w, p, h % w.options.milestonesPerProject, w.options.milestonesPerProject),
    assignees: ass,
    author: w.someUser("issue", p, i, 15),
    type: h % 19 ? "ISSUE" : "INCIDENT",
    assignee: ass[0] || null,
    user_notes_count: noteCount(w, "issue", p, i),
    merge_requests_count: h % 3,
    upvotes: h % 6,
    downvotes: 0,
    due_date: h % 5 ? null : w.date(c + 14 * DAY),
    confidential: h % 13 === 0,
    discussion_locked: null,
    issue_type: h % 19 ? "issue" : "incident",
    web_url: `${web}/-/issues/${iid}`,
    time_stats: timeStats(w, h),
    task_completion_status: { count: h % 4, completed_count: h % 2 },
    weight: h % 3 ? null : h % 9,
    blocking_issues_count: 0,
    has_tasks: h % 4 > 0,
    task_status: h % 4 ? `${h % 2} of ${h % 4} checklist items completed` : "",
    _links: {
      self: api,
      notes: `${api}/notes`,
      award_emoji: `${api}/award_emoji`,
      project: `${w.host}/api/v4/projects/${pid}`,
      closed_as_duplicate_of: null,
    },
    references: { short: `#${iid}`, relative: `#${iid}`, full: `${w.projectPath(p)}#${iid}` },
    severity: "UNKNOWN",
    moved_to_id: null,
    imported: false,
    imported_from: "none",
    service_desk_reply_to: null,
    epic_iid: h % 10 ? null : 1 + (h % w.options.epicsPerGroup),
    epic:
      h % 10
        ? null
        : {
            id: 7000 + (h % w.options.epicsPerGroup),
            iid: 1 + (h % w.options.epicsPerGroup),
            title: "Epic",
            url: `/groups/${w.groupPath(0)}/-/epics/1`,
            group_id: w.groupId(0),
          },
    iteration: null,
    health_status: null,
    custom_fields: h % 6 ? [] : [{ name: "Effort", value: h % 10 }],
  };
  if (w.day >= 2) {
    if (ch) {
      o.health_status = "on_track";
      o.custom_fields = [{ name: "Effort", value: h % 2 ? "high" : h % 10 }];
      o.weight = h % 2 ? 2.5 : 3;
    }
    if (ch || i >= n) {
      o.start_date = w.date(c);
      o.status = { id: "gid://gitlab/WorkItems::Statuses::SystemDefined::Status/1", name: "To do", position: 0 };
    }
  }
  if (w.options.wideIssues === "on") widen(w, o, p, i, q.with_labels_details);
  if (w.options.nasty) makeNasty(w, o, h);
  return o;
}

/**
 * The form for measurements: 73 columns when flattened (75 with the two that dlt adds), lists `labels` and `assignees`
 * only, about 3.2 kB.
 */
function widen(w: World, o: FixtureRecord, p: number, i: number, details?: string): void {
  const h = w.hash("wide", p, i, 1);
  const assignees = Array.from({ length: [0, 1, 3][h % 3] ?? 0 }, (_, k) =>
    w.userBrief(((h >>> 12) + k) % w.options.users),
  );
  o.assignees = assignees;
  o.labels = Array.from({ length: [1, 3, 4][(h >>> 8) % 3] ?? 0 }, (_, k) => {
    const x = ((h >>> 16) + k) % w.options.labelsPerProject;
    return details ? label(w, p, x) : `${WORDS[x % WORDS.length]}::${x}`;
  });
  o.assignee = assignees[0] || null;
  const { milestonesPerProject } = w.options;
  o.milestone = {
    ...milestone(w, p, h % Math.max(1, milestonesPerProject), milestonesPerProject),
    due_date: null,
    start_date: null,
  };
  let text = typeof o.description === "string" ? o.description : "";
  for (let k = 2; k < 6; k++) text += (text ? "\n\n" : "") + w.text("wide", p, i, k * 40);
  o.description = h % 3 ? text : `${text}\n\n${WIDE[(h >>> 4) % WIDE.length]}`;
  o.epic = null;
  o.epic_iid = null;
  o.custom_fields = [];
  o.health_status = ["on_track", "needs_attention", "at_risk"][(h >>> 6) % 3];
  o.severity = ["UNKNOWN", "LOW", "MEDIUM", "HIGH"][(h >>> 9) % 4];
}

/** Names, numbers and texts that break careless loaders. Numbers between `@@` are written out unquoted. */
function makeNasty(_w: World, o: FixtureRecord, h: number) {
  o["Weird Key-With.Dots"] = `v${h % 5}`;
  // biome-ignore lint/complexity/useLiteralKeys: as an identifier it would look like a mistake
  o["ÜmläutKey"] = true;
  o.select = "reserved";
  o.camelCaseKey = h % 3;
  o["a".repeat(70) + (h % 2)] = 1;
  o.big_int = "@@9223372036854775807@@";
  o.huge_decimal = "@@12345678901234567890.123456789@@";
  o.negative_zero = 0;
  o.exp = 1.5e-7;
  o.deep = { l1: { l2: { l3: { l4: { l5: { l6: h % 7 } } } } } };
  o.mixed = [1, "two", { three: 3 }, [4, 5], null, 6.5, true];
  o.empty_obj = {};
  o.matrix = [[1, 2], [3]];
  o.date_like = "2024-02-30";
  o.ts_nanos = "2024-03-01T10:11:12.123456789Z";
  o.ts_space = "2024-03-01 10:11:12";
  o.nul = "a\u0000b";
  o.surrogate = "𝒟ata \u{1F9EA}";
  o.long = "x".repeat(h % 5 ? 10 : 70000);
  o._dlt_id_like = "keep";
  o.value = null;
}
