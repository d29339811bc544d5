import type { RouteTable } from "../types.ts";
import { pipeline } from "../world/ci.ts";
import { commit } from "../world/commits.ts";
import { issue } from "../world/issues.ts";
import { mergeRequest } from "../world/merge-requests.ts";
import { note, noteCount } from "../world/notes.ts";
import { DAY, T0, T1 } from "../world/time.ts";
import { hiddenNote, makeNote, noteCounts, P } from "./parts.ts";

export function addMergeRequestsRoutes({ list, one }: RouteTable): void {
  list(
    P("/merge_requests"),
    "merge_requests",
    "merge_request",
    (w) => w.options.mergeRequestsPerProject,
    (w, c, i, n, q) => mergeRequest(w, c.p, i, n, q),
    { timed: true, state: true, idx: "mr", qkeys: ["with_labels_details"], iid: true },
  );
  one(P("/merge_requests/:mr"), "merge_request_details", (w, c, q) =>
    mergeRequest(w, c.p, c.i, w.options.mergeRequestsPerProject, q, true),
  );
  list(P("/merge_requests/:mr/notes"), "merge_request_notes", "mr_note", noteCounts("mr"), makeNote("mr"), {
    fixed: true,
    timed: true,
    hidden: hiddenNote("mr"),
  });
  list(
    P("/merge_requests/:mr/discussions"),
    "merge_request_discussions",
    "mr_note",
    (w, c) => noteCount(w, "mr", c.p, c.i),
    (w, c, i, n) => ({
      id: w.sha("mdisc", c.p * 100000 + c.i, i),
      individual_note: i % 2 === 0,
      notes: [note(w, "mr", c.p, c.i, i, n)],
    }),
    { fixed: true, sort: "asc" },
  );
  list(
    P("/merge_requests/:mr/commits"),
    "merge_request_commits",
    "mr_commit",
    (w) => w.options.commitsPerMr,
    (w, c, i) => commit(w, c.p, (c.i * 2 + i) % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject),
    { fixed: true },
  );
  list(
    P("/merge_requests/:mr/pipelines"),
    "merge_request_pipelines",
    "mr_pipe",
    (w, c) => w.hash("mrp", c.p, c.i) % 3,
    (w, c, i) =>
      pipeline(w, c.p, (c.i + i) % Math.max(1, w.options.pipelinesPerProject), w.options.pipelinesPerProject),
    { fixed: true, feat: "ci" },
  );
  list(
    P("/merge_requests/:mr/diffs"),
    "merge_request_diffs",
    "mr_diff",
    (w, c) => 1 + (w.hash("mrd", c.p, c.i) % 3),
    (_w, _c, i) => ({
      diff: "@@ -1 +1 @@\n-a\n+b\n",
      collapsed: false,
      too_large: false,
      new_path: `src/f${i}.ts`,
      old_path: `src/f${i}.ts`,
      a_mode: "100644",
      b_mode: "100644",
      new_file: false,
      renamed_file: false,
      deleted_file: false,
      generated_file: false,
    }),
    { fixed: true, sort: "asc" },
  );
  list(
    P("/merge_requests/:mr/closes_issues"),
    "merge_request_closes_issues",
    "mr_closes",
    (w, c) => w.hash("mrc", c.p, c.i) % 2,
    (w, c) => issue(w, c.p, c.i % Math.max(1, w.options.issuesPerProject), w.options.issuesPerProject),
    { fixed: true },
  );
  list(
    P("/merge_requests/:mr/reviewers"),
    "merge_request_reviewers",
    "mr_rev",
    (w, c) => w.hash("mrr", c.p, c.i) % 2,
    (w, c, i) => ({ user: w.someUser("mrr", c.key, i, 1), state: "unreviewed", created_at: w.iso(T0) }),
    { fixed: true },
  );
  one(P("/merge_requests/:mr/approvals"), "merge_request_approvals", (w, c) => {
    const k = w.hash("appr", c.p, c.i) % 3;
    return {
      id: w.globalId("merge_request", c.p, c.i),
      iid: c.i + 1,
      project_id: w.projectId(c.p),
      title: "t",
      description: "",
      state: "merged",
      created_at: w.iso(T0),
      updated_at: w.iso(T1 - DAY),
      merge_status: "can_be_merged",
      approved: k > 0,
      approvals_required: 1,
      approvals_left: k ? 0 : 1,
      require_password_to_approve: false,
      approved_by: [...Array(k).keys()].map((x) => ({
        user: w.someUser("appr", c.key, x, 1),
        approved_at: w.iso(T1 - DAY),
      })),
      suggested_approvers: [],
      approvers: [],
      approver_groups: [],
      user_has_approved: false,
      user_can_approve: true,
      approval_rules_left: [],
      has_approval_rules: false,
      merge_request_approvers_available: true,
      multiple_approval_rules_available: true,
      invalid_approvers_rules: [],
    };
  });
  one(
    P("/merge_requests/:mr/approval_state"),
    "merge_request_approval_state",
    (w, c) => ({
      approval_rules_overwritten: false,
      rules: [
        {
          id: c.key,
          name: "Ruby",
          rule_type: "regular",
          report_type: null,
          eligible_approvers: [w.userBrief(1)],
          approvals_required: 1,
          users: [],
          groups: [],
          contains_hidden_groups: false,
          source_rule: null,
          approved: true,
          approved_by: [w.userBrief(1)],
        },
      ],
    }),
    { tier: "premium" },
  );
}
