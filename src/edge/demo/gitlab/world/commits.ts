import type { World } from "./world.ts";

export type Commit = ReturnType<typeof buildCommit>;

/** The commit as it stands in lists, branches and jobs. Made once: jobs show the same ones again and again. */
export function commit(w: World, p: number, i: number, n: number): Commit {
  const key = p * 1e7 + i;
  const known = made(w).get(key);
  if (known !== undefined) return known;
  if (made(w).size > 50000) made(w).clear();
  const fresh = buildCommit(w, p, i, n);
  made(w).set(key, fresh);
  return fresh;
}

/** The commit with the numbers of its lines. */
export function commitWithStats(w: World, p: number, i: number, n: number) {
  return { ...commit(w, p, i, n), stats: commitStats(w, p, i) };
}

const commits = new WeakMap<World, Map<number, Commit>>();

function made(w: World): Map<number, Commit> {
  const known = commits.get(w);
  if (known !== undefined) return known;
  const fresh = new Map<number, Commit>();
  commits.set(w, fresh);
  return fresh;
}

function commitStats(w: World, p: number, i: number) {
  const a = w.hash("commit", p, i, 31) % 400;
  const d = w.hash("commit", p, i, 32) % 200;
  return { additions: a, deletions: d, total: a + d };
}

function buildCommit(w: World, p: number, i: number, n: number) {
  const c = w.created("commit", p, i, n);
  const off = [0, 2, -5][w.hash("commit", p, i, 9) % 3] ?? 0;
  const a = w.someUser("commit", p, i, 5);
  const sha = w.sha("commit", p, i);
  const title = w.words(5, "commit", p, i, 6);
  return {
    id: sha,
    short_id: sha.slice(0, 8),
    created_at: w.isoTz(c, off),
    parent_ids: i ? [w.sha("commit", p, i - 1)] : [],
    title,
    message: `${title + (i % 3 ? "" : `\n\n${w.text("commit", p, i, 21)}`)}\n`,
    author_name: a.name,
    author_email: `${a.username}@fixture.test`,
    authored_date: w.isoTz(c - 3600000, off),
    committer_name: a.name,
    committer_email: `${a.username}@fixture.test`,
    committed_date: w.isoTz(c, off),
    trailers: i % 10 ? {} : { "Signed-off-by": a.name },
    extended_trailers: i % 10 ? {} : { "Signed-off-by": [a.name] },
    web_url: `${w.host}/${w.projectPath(p)}/-/commit/${sha}`,
  };
}
