import type { World } from "./world.ts";

export function noteCount(w: World, kind: string, p: number, i: number) {
  const a = kind === "issue" ? w.options.notesPerIssue : w.options.notesPerMr;
  return a ? w.hash(kind, p, i, 70) % (2 * a + 1) : 0;
}

export function note(w: World, kind: string, p: number, pi: number, i: number, n: number) {
  const par = p * 100000 + pi;
  const c = w.created(`${kind}_note`, par, i, n);
  const sys = w.hash(`${kind}_note`, par, i, 1) % 3 === 0;
  return {
    id: w.globalId("note", p, 0) * 100 + pi * 1000 + i + (kind === "mr" ? 5e14 : 0),
    type: sys ? null : i % 2 ? "DiscussionNote" : null,
    body: sys ? "changed the description" : w.text(`${kind}_note`, par, i, 2),
    author: w.someUser(`${kind}_note`, par, i, 3),
    created_at: w.iso(c),
    updated_at: w.iso(w.updated(`${kind}_note`, par, i, n)),
    system: sys,
    noteable_id: w.globalId(kind === "mr" ? "merge_request" : "issue", p, pi),
    noteable_type: kind === "mr" ? "MergeRequest" : "Issue",
    project_id: w.projectId(p),
    resolvable: kind === "mr" && !sys,
    ...(kind === "mr" && !sys
      ? {
          resolved: i % 2 === 0,
          resolved_by: i % 2 ? null : w.someUser(`${kind}_note`, par, i, 4),
          resolved_at: i % 2 ? null : w.iso(c + 1000),
        }
      : {}),
    confidential: false,
    internal: false,
    imported: false,
    imported_from: "none",
    noteable_iid: pi + 1,
    commands_changes: {},
  };
}
