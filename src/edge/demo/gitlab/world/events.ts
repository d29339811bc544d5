import type { World } from "./world.ts";

export function event(w: World, p: number, i: number, n: number) {
  const c = w.created("event", p, i, n);
  const h = w.hash("event", p, i, 1);
  const a = w.someUser("event", p, i, 2);
  const push = h % 3 === 0;
  return {
    id: w.globalId("event", p, i),
    project_id: w.projectId(p),
    action_name: push ? "pushed to" : h % 2 ? "opened" : "commented on",
    target_id: push ? null : w.globalId("issue", p, h % 99),
    target_iid: push ? null : 1 + (h % 99),
    target_type: push ? null : h % 2 ? "Issue" : "Note",
    author_id: a.id,
    target_title: push ? null : w.words(4, "event", p, i, 3),
    created_at: w.iso(c),
    author: a,
    imported: false,
    imported_from: "none",
    ...(push
      ? {
          push_data: {
            commit_count: 1 + (h % 5),
            action: "pushed",
            ref_type: "branch",
            commit_from: w.sha("x", p, i),
            commit_to: w.sha("y", p, i),
            ref: "main",
            commit_title: w.words(4, "event", p, i, 4),
            ref_count: null,
          },
        }
      : {}),
    author_username: a.username,
  };
}
