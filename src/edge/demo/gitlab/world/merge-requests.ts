import type { FixtureRecord, Query } from "../types.ts";
import { timeStats } from "./issues.ts";
import { labels, milestone } from "./labels.ts";
import { noteCount } from "./notes.ts";
import type { World } from "./world.ts";

export function mergeRequest(w: World, p: number, i: number, n: number, q: Query = {}, detail = false) {
  const c = w.created("merge_request", p, i, n);
  const u = w.updated("merge_request", p, i, n);
  const ch = w.changed("merge_request", p, i, n);
  const h = w.hash("merge_request", p, i, 11);
  const iid = i + 1;
  const pid = w.projectId(p);
  const web = `${w.host}/${w.projectPath(p)}`;
  const st = ch ? "merged" : ["opened", "merged", "merged", "closed", "merged"][h % 5];
  const who = w.someUser("merge_request", p, i, 14);
  const ass = h % 2 ? [w.someUser("merge_request", p, i, 61)] : [];
  const sha = w.sha("mr", p, i);
  const o: FixtureRecord = {
    id: w.globalId("merge_request", p, i),
    iid,
    project_id: pid,
    title: w.words(5, "merge_request", p, i, 12) + (ch ? " (edited)" : ""),
    description: h % 6 ? w.text("merge_request", p, i, 13) : "",
    state: st,
    created_at: w.iso(c),
    updated_at: w.iso(u),
    merged_by: st === "merged" ? who : null,
    merge_user: st === "merged" ? who : null,
    merged_at: st === "merged" ? w.iso(u) : null,
    closed_by: st === "closed" ? who : null,
    closed_at: st === "closed" ? w.iso(u) : null,
    target_branch: "main",
    source_branch: `feature/${iid}`,
    user_notes_count: noteCount(w, "mr", p, i),
    upvotes: h % 4,
    downvotes: 0,
    author: w.someUser("merge_request", p, i, 15),
    assignees: ass,
    assignee: ass[0] || null,
    reviewers: h % 3 ? [w.someUser("merge_request", p, i, 62)] : [],
    source_project_id: pid,
    target_project_id: pid,
    labels: labels(w, "merge_request", p, i, q.with_labels_details),
    draft: h % 11 === 0,
    imported: false,
    imported_from: "none",
    work_in_progress: h % 11 === 0,
    milestone: h % 4 ? null : milestone(w, p, h % w.options.milestonesPerProject, w.options.milestonesPerProject),
    merge_when_pipeline_succeeds: false,
    merge_status: "can_be_merged",
    detailed_merge_status: st === "opened" ? "mergeable" : "not_open",
    merge_after: null,
    sha,
    merge_commit_sha: st === "merged" ? w.sha("mrm", p, i) : null,
    squash_commit_sha: null,
    discussion_locked: null,
    should_remove_source_branch: null,
    force_remove_source_branch: h % 2 === 0,
    prepared_at: w.iso(c + 4000),
    reference: `!${iid}`,
    references: { short: `!${iid}`, relative: `!${iid}`, full: `${w.projectPath(p)}!${iid}` },
    web_url: `${web}/-/merge_requests/${iid}`,
    time_stats: timeStats(w, h),
    squash: false,
    squash_on_merge: false,
    task_completion_status: { count: 0, completed_count: 0 },
    has_conflicts: false,
    blocking_discussions_resolved: true,
    approvals_before_merge: null,
  };
  if (w.day >= 2 && (ch || i >= n)) o.merge_train = h % 2 ? null : { id: iid, merged_at: w.iso(u) };
  if (detail)
    Object.assign(o, {
      subscribed: false,
      changes_count: String(1 + (h % 40)),
      latest_build_started_at: w.iso(c + 60000),
      latest_build_finished_at: w.iso(c + 260000),
      first_deployed_to_production_at: null,
      pipeline: null,
      head_pipeline: {
        id: w.globalId("pipeline", p, h % Math.max(1, w.options.pipelinesPerProject)),
        iid: 1,
        project_id: pid,
        sha,
        ref: `feature/${iid}`,
        status: "success",
        source: "push",
        created_at: w.iso(c),
        updated_at: w.iso(c + 260000),
        web_url: `${web}/-/pipelines/1`,
        before_sha: "0".repeat(40),
        tag: false,
        yaml_errors: null,
        user: who,
        duration: 200 + (h % 99),
        queued_duration: 3,
        coverage: h % 2 ? "87.50" : null,
      },
      diff_refs: { base_sha: w.sha("b", p, i), head_sha: sha, start_sha: w.sha("b", p, i) },
      merge_error: null,
      first_contribution: false,
      user: { can_merge: true },
    });
  return o;
}
