import type { RouteTable } from "../types.ts";
import { pipeline } from "../world/ci.ts";
import { project } from "../world/projects.ts";
import { DAY, T0 } from "../world/time.ts";
import { P, small } from "./parts.ts";

export function addPackagesRoutes({ list }: RouteTable): void {
  list(
    P("/packages"),
    "packages",
    "package",
    small,
    (w, c, i) => ({
      id: w.globalId("package", c.p, i),
      name: `@fixture/pkg-${i}`,
      version: `1.${i}.0`,
      package_type: ["npm", "pypi", "generic", "maven"][i % 4],
      status: "default",
      _links: { web_path: `/${w.projectPath(c.p)}/-/packages/${i}`, delete_api_path: "x" },
      created_at: w.iso(T0 + i * DAY),
      last_downloaded_at: null,
      tags: [],
      pipeline: i % 2 ? null : pipeline(w, c.p, 0, w.options.pipelinesPerProject),
      pipelines: [],
    }),
    { sort: "asc" },
  );
  list(
    P("/packages/:n/package_files"),
    "package_files",
    "pkgfile",
    () => 1,
    (w, c) => ({
      id: 1 + c.n,
      package_id: c.n,
      created_at: w.iso(T0),
      file_name: "a.tgz",
      size: 2421,
      file_md5: "x",
      file_sha1: "y",
      file_sha256: "z",
      pipelines: [],
    }),
    { fixed: true },
  );
  list(
    P("/registry/repositories"),
    "container_repositories",
    "crepo",
    () => 1,
    (w, c) => ({
      id: 7000 + c.p,
      name: "",
      path: w.projectPath(c.p),
      project_id: w.projectId(c.p),
      location: `registry.fixture.test/${w.projectPath(c.p)}`,
      created_at: w.iso(T0),
      cleanup_policy_started_at: null,
      status: null,
      tags_count: 3,
    }),
    { fixed: true },
  );
  list(
    P("/registry/repositories/:n/tags"),
    "container_tags",
    "ctag",
    () => 3,
    (w, c, i) => ({ name: `v${i}`, path: `${w.projectPath(c.p)}:v${i}`, location: `registry.fixture.test/x:v${i}` }),
    { fixed: true, keyset: "page_token", sort: "asc", name: (_w, _c, i) => `v${i}` },
  );
  list(
    P("/snippets"),
    "project_snippets",
    "snippet",
    () => 2,
    (w, c, i) => ({
      id: w.globalId("snippet", c.p, i),
      title: "s",
      description: "",
      visibility: "private",
      author: w.userBrief(0),
      created_at: w.iso(T0),
      updated_at: w.iso(T0),
      project_id: w.projectId(c.p),
      imported: false,
      imported_from: "none",
      web_url: "x",
      raw_url: "y",
      ssh_url_to_repo: "a",
      http_url_to_repo: "b",
      file_name: "f.txt",
      files: [{ path: "f.txt", raw_url: "y" }],
    }),
    { fixed: true },
  );
  list(
    P("/wikis"),
    "project_wikis",
    "wiki",
    () => 2,
    (_w, _c, i) => ({ wiki_page_meta_id: i + 1, format: "markdown", slug: `page-${i}`, title: `Page ${i}` }),
    { fixed: true, sort: "asc" },
  );
  list(
    P("/forks"),
    "project_forks",
    "fork",
    () => 0,
    (w) => project(w, 0, 1),
    { fixed: true },
  );
}
