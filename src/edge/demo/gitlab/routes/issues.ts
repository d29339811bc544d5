import type { At, RouteTable } from "../types.ts";
import { issue } from "../world/issues.ts";
import { label, milestone } from "../world/labels.ts";
import { note, noteCount } from "../world/notes.ts";
import { T0 } from "../world/time.ts";
import type { World } from "../world/world.ts";
import { hiddenNote, makeNote, noteCounts, P } from "./parts.ts";

export function addIssuesRoutes({ list, one }: RouteTable): void {
  list(
    P("/issues"),
    "issues",
    "issue",
    (w) => w.options.issuesPerProject,
    (w, c, i, n, q) => issue(w, c.p, i, n, q),
    {
      timed: true,
      keyset: "cursor",
      feat: "issues",
      state: true,
      idx: "issue",
      qkeys: ["with_labels_details"],
      iid: true,
    },
  );
  one(P("/issues/:issue"), null, (w, c, q) => issue(w, c.p, c.i, w.options.issuesPerProject, q), { feat: "issues" });
  list(P("/issues/:issue/notes"), "issue_notes", "issue_note", noteCounts("issue"), makeNote("issue"), {
    fixed: true,
    timed: true,
    feat: "issues",
    hidden: hiddenNote("issue"),
  });
  list(
    P("/issues/:issue/discussions"),
    "issue_discussions",
    "issue_note",
    (w, c) => noteCount(w, "issue", c.p, c.i),
    (w, c, i, n) => ({
      id: w.sha("disc", c.p * 100000 + c.i, i),
      individual_note: i % 2 === 0,
      notes: [note(w, "issue", c.p, c.i, i, n)],
    }),
    { fixed: true, feat: "issues", sort: "asc" },
  );
  list(
    P("/issues/:issue/links"),
    "issue_links",
    "ilink",
    (w, c) => w.hash("ilink", c.p, c.i) % 3,
    (w, c, i) => ({
      ...issue(w, c.p, (c.i + i + 1) % w.options.issuesPerProject, w.options.issuesPerProject),
      issue_link_id: w.globalId("ilink", c.p, 0) * 10 + c.i * 10 + i,
      link_type: "relates_to",
      link_created_at: w.iso(T0),
      link_updated_at: w.iso(T0),
    }),
    { fixed: true, feat: "issues", sort: "asc" },
  );
  const rev = (rt: string, what: string) => (w: World, c: At, i: number) => ({
    id: 4e9 + w.globalId(what, c.p, 0) + (rt === "Issue" ? 0 : 5e8) + c.i * 10 + i,
    user: w.someUser(what, c.key, i, 1),
    created_at: w.iso(T0 + c.i * 3600000 + i * 60000),
    resource_type: rt,
    resource_id: w.globalId(rt === "Issue" ? "issue" : "merge_request", c.p, c.i),
    ...(what === "state"
      ? { source_commit: null, source_merge_request_id: null, state: i % 2 ? "reopened" : "closed" }
      : what === "label"
        ? { label: label(w, c.p, i), action: i % 2 ? "remove" : "add" }
        : { milestone: milestone(w, c.p, i, w.options.milestonesPerProject), action: "add" }),
  });
  for (const what of ["state", "label", "milestone", "weight", "iteration"]) {
    const mk =
      what === "weight"
        ? (w: World, c: At, i: number) => ({
            id: 7e9 + c.key * 10 + i,
            user: w.someUser("weight", c.key, i, 1),
            created_at: w.iso(T0),
            issue_id: w.globalId("issue", c.p, c.i),
            weight: i ? i : null,
            previous_weight: null,
          })
        : what === "iteration"
          ? (w: World, c: At, i: number) => ({
              id: 7.5e9 + c.key * 10 + i,
              user: w.someUser("it", c.key, i, 1),
              created_at: w.iso(T0),
              resource_type: "Issue",
              resource_id: w.globalId("issue", c.p, c.i),
              iteration: {
                id: 50,
                iid: 9,
                group_id: 1000,
                title: "It",
                description: null,
                state: 1,
                created_at: w.iso(T0),
                updated_at: w.iso(T0),
                start_date: null,
                due_date: null,
              },
              action: "add",
            })
          : rev("Issue", what);
    list(
      P(`/issues/:issue/resource_${what}_events`),
      `issue_${what}_events`,
      `irev_${what}`,
      (w, c) => w.hash(`irev_${what}`, c.p, c.i) % 3,
      mk,
      {
        fixed: true,
        feat: "issues",
        sort: "asc",
        tier: what === "weight" || what === "iteration" ? "premium" : undefined,
      },
    );
    if (what === "state" || what === "label" || what === "milestone")
      list(
        P(`/merge_requests/:mr/resource_${what}_events`),
        `merge_request_${what}_events`,
        `mrev_${what}`,
        (w, c) => w.hash(`mrev_${what}`, c.p, c.i) % 3,
        rev("MergeRequest", what),
        { fixed: true, sort: "asc" },
      );
  }
  for (const [seg, par, st] of [
    ["issues/:issue", "issue", "issue_award_emoji"],
    ["merge_requests/:mr", "mr", "merge_request_award_emoji"],
  ] as const)
    list(
      P(`/${seg}/award_emoji`),
      st,
      `${par}_award`,
      (w, c) => w.hash("award", c.p, c.i) % 2,
      (w, c, i) => ({
        id: 8e9 + c.key + (par === "mr" ? 5e8 : 0),
        name: "thumbsup",
        user: w.someUser("award", c.key, i, 1),
        created_at: w.iso(T0),
        updated_at: w.iso(T0),
        awardable_id: w.globalId(par === "mr" ? "merge_request" : "issue", c.p, c.i),
        awardable_type: par === "mr" ? "MergeRequest" : "Issue",
        url: null,
      }),
      { fixed: true, feat: par === "issue" ? "issues" : undefined },
    );
}
