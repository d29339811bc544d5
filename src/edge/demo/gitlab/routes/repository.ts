import type { RouteTable } from "../types.ts";
import { commit, commitWithStats } from "../world/commits.ts";
import { milestone } from "../world/labels.ts";
import { DAY, T0 } from "../world/time.ts";
import type { World } from "../world/world.ts";
import { P, wantsStats } from "./parts.ts";

export function addRepositoryRoutes({ list, one }: RouteTable): void {
  list(
    P("/repository/commits"),
    "commits",
    "commit",
    (w) => w.options.commitsPerProject,
    (w, c, i, n, q) => (wantsStats(q) ? commitWithStats(w, c.p, i, n) : commit(w, c.p, i, n)),
    { timed: true, since: true, noTotal: true, fullPageNext: true, feat: "repo", qkeys: ["with_stats"] },
  );
  one(
    P("/repository/commits/:name"),
    null,
    (w, c) => {
      for (let i = 0; i < w.options.commitsPerProject; i++)
        if (w.sha("commit", c.p, i) === c.name) return commitWithStats(w, c.p, i, w.options.commitsPerProject);
      return null;
    },
    { feat: "repo" },
  );
  list(
    P("/repository/commits/:name/statuses"),
    "commit_statuses",
    "cstat",
    () => 1,
    (w, c) => ({
      id: 1e10 + c.key,
      sha: c.name,
      ref: "main",
      status: "success",
      name: "ci",
      target_url: null,
      description: null,
      created_at: w.iso(T0),
      started_at: null,
      finished_at: w.iso(T0),
      allow_failure: false,
      coverage: null,
      pipeline_id: 1,
      author: w.userBrief(0),
    }),
    { fixed: true, feat: "repo" },
  );
  const branch = (w: World, p: number, i: number) => {
    const name = i === 0 ? "main" : i % 3 ? `feature/${i}` : `release-${i}`;
    return {
      name,
      commit: commit(
        w,
        p,
        w.hash("branch", p, i, w.day >= 2 && i % 5 === 0 ? 2 : 1) % Math.max(1, w.options.commitsPerProject),
        w.options.commitsPerProject,
      ),
      merged: i % 4 === 0,
      protected: i === 0,
      developers_can_push: false,
      developers_can_merge: false,
      can_push: true,
      default: i === 0,
      web_url: `${w.host}/${w.projectPath(p)}/-/tree/${name}`,
    };
  };
  list(
    P("/repository/branches"),
    "branches",
    "branch",
    (w) => w.options.branchesPerProject,
    (w, c, i) => branch(w, c.p, i),
    {
      sort: "asc",
      keyset: "page_token",
      firstPageNext: true,
      feat: "repo",
      name: (_w, _c, i) => (i === 0 ? "main" : i % 3 ? `feature/${i}` : `release-${i}`),
    },
  );
  one(
    P("/repository/branches/:name"),
    null,
    (w, c) => {
      for (let i = 0; i < w.options.branchesPerProject; i++) {
        const b = branch(w, c.p, i);
        if (b.name === c.name) return b;
      }
      return null;
    },
    { feat: "repo", nf: "Branch" },
  );
  list(
    P("/repository/tags"),
    "tags",
    "tag",
    (w) => w.options.tagsPerProject,
    (w, c, i) => {
      const cm = commit(
        w,
        c.p,
        w.hash("tag", c.p, i) % Math.max(1, w.options.commitsPerProject),
        w.options.commitsPerProject,
      );
      return {
        name: `v${i}.0`,
        message: i % 2 ? "" : `Release ${i}`,
        target: cm.id,
        commit: cm,
        release: i % 3 ? null : { tag_name: `v${i}.0`, description: "Notes" },
        protected: false,
        created_at: i % 2 ? null : w.iso(T0 + i * DAY),
      };
    },
    { keyset: "page_token", firstPageNext: true, feat: "repo", name: (_w, _c, i) => `v${i}.0` },
  );
  list(
    P("/repository/contributors"),
    "contributors",
    "contrib",
    (w) => Math.min(10, w.options.users),
    (w, _c, i) => ({
      name: w.userBrief(i).name,
      email: `${w.userBrief(i).username}@fixture.test`,
      commits: 10 + i,
      additions: 0,
      deletions: 0,
    }),
    { fixed: true, feat: "repo" },
  );
  list(
    P("/repository/tree"),
    "repository_tree",
    "tree",
    () => 30,
    (w, c, i) => ({
      id: w.sha("tree", c.p, i),
      name: `f${i}`,
      type: i % 4 ? "blob" : "tree",
      path: `src/f${i}`,
      mode: "100644",
    }),
    {
      fixed: true,
      feat: "repo",
      keyset: "page_token",
      sort: "asc",
      name: (_w, _c, i) => `f${String(i).padStart(3, "0")}`,
    },
  );
  list(
    P("/protected_branches"),
    "protected_branches",
    "pbranch",
    () => 1,
    (_w, c) => ({
      id: 1 + c.p,
      name: "main",
      push_access_levels: [
        {
          id: 1,
          access_level: 40,
          access_level_description: "Maintainers",
          deploy_key_id: null,
          user_id: null,
          group_id: null,
        },
      ],
      merge_access_levels: [
        { id: 2, access_level: 40, access_level_description: "Maintainers", user_id: null, group_id: null },
      ],
      allow_force_push: false,
      unprotect_access_levels: [],
      code_owner_approval_required: false,
      inherited: false,
    }),
    { fixed: true, feat: "repo" },
  );
  list(
    P("/protected_tags"),
    "protected_tags",
    "ptag",
    () => 1,
    () => ({
      name: "v*",
      create_access_levels: [{ id: 1, access_level: 40, access_level_description: "Maintainers" }],
    }),
    { fixed: true, feat: "repo" },
  );
  list(
    P("/releases"),
    "releases",
    "release",
    (w) => w.options.releasesPerProject,
    (w, c, i, n) => {
      const cm = commit(w, c.p, i % Math.max(1, w.options.commitsPerProject), w.options.commitsPerProject);
      const web = `${w.host}/${w.projectPath(c.p)}`;
      const cr = w.iso(w.created("release", c.p, i, n));
      return {
        name: `Release ${i % 3}`,
        tag_name: `v${i}.0`,
        description: w.text("release", c.p, i, 1),
        created_at: cr,
        released_at: cr,
        upcoming_release: false,
        author: w.someUser("release", c.p, i, 2),
        commit: cm,
        milestones:
          i % 2
            ? []
            : [
                {
                  ...milestone(w, c.p, i % Math.max(1, w.options.milestonesPerProject), w.options.milestonesPerProject),
                  issue_stats: { total: 98, closed: 76 },
                },
              ],
        commit_path: `/${w.projectPath(c.p)}/-/commit/${cm.id}`,
        tag_path: `/${w.projectPath(c.p)}/-/tags/v${i}.0`,
        assets: {
          count: 4 + (i % 2),
          sources: ["zip", "tar.gz", "tar.bz2", "tar"].map((f) => ({
            format: f,
            url: `${web}/-/archive/v${i}.0/x.${f}`,
          })),
          links:
            i % 2
              ? [
                  {
                    id: i + 1,
                    name: "bin",
                    url: "https://dl.fixture.test/bin",
                    direct_asset_url: "https://dl.fixture.test/bin",
                    link_type: "other",
                  },
                ]
              : [],
        },
        evidences: [
          { sha: w.sha("ev", c.p, i), filepath: `${web}/-/releases/v${i}.0/evidences/1.json`, collected_at: cr },
        ],
        _links: { closed_issues_url: `${web}/-/issues?state=closed`, self: `${web}/-/releases/v${i}.0` },
      };
    },
    { feat: "repo" },
  );
}
