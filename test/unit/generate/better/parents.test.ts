import assert from "node:assert/strict";
import { test } from "node:test";
import {
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  reasonOf,
  ref,
  resolvedOf,
  resourceAt,
  text,
} from "../../../support/generate.ts";

const records = (properties: Record<string, unknown> = {}) => listOf(object({ id: integer, ...properties }));

test("a variable is filled from the list before it, never from one below it", () => {
  const pipeline = generate({
    paths: {
      "/projects": get(records()),
      "/projects/{id}/badges": get(records()),
      "/projects/{id}/badges/render": get(object({ link: text })),
    },
  });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/projects/{id}/badges/render")), { id: "projects.id" });
  const compat = generate(
    {
      paths: {
        "/projects": get(records()),
        "/projects/{id}/badges": get(records()),
        "/projects/{id}/badges/render": get(object({})),
      },
    },
    { mode: "compat" },
  );
  assert.deepEqual(resolvedOf(resourceAt(compat, "/projects/{id}/badges/render")), { id: "badge.id" });
});

test("all variables come from one parent: what its records lack is carried there from above", () => {
  const pipeline = generate({
    paths: {
      "/projects": get(records()),
      "/projects/{id}/issues": get(records({ iid: integer, project_id: integer })),
      "/projects/{id}/issues/{issue_iid}/notes": get(records()),
      "/teams": get(records()),
      "/teams/{team}/boards": get(records()),
      "/teams/{team}/boards/{board_id}/cards": get(records()),
      "/teams/{t}/boards/{b}/cards/{c}/items": get(records()),
    },
  });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/projects/{id}/issues/{issue_iid}/notes")), {
    id: "projects_issues.project_id",
    issue_iid: "projects_issues.iid",
  });
  assert.deepEqual(resourceAt(pipeline, "/projects/{id}/issues").includeFromParent, []);
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/teams/{team}/boards/{board_id}/cards")), {
    team: "teams_boards._teams_id",
    board_id: "teams_boards.id",
  });
  assert.deepEqual(resourceAt(pipeline, "/teams/{team}/boards").includeFromParent, ["id"]);
  // Variables are called differently at the same place, and the chain goes on.
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/teams/{t}/boards/{b}/cards/{c}/items")), {
    t: "teams_boards_cards._teams_boards__teams_id",
    b: "teams_boards_cards._teams_boards_id",
    c: "teams_boards_cards.id",
  });
  assert.deepEqual(resourceAt(pipeline, "/teams/{team}/boards/{board_id}/cards").includeFromParent, [
    "_teams_id",
    "id",
  ]);
});

test("variables are matched by name, without that of the thing, by what it is called by, else by its id", () => {
  const field = (variable: string, properties: Record<string, unknown>) => {
    const path = `/branches/{${variable}}/commits`;
    const pipeline = generate({ paths: { "/branches": get(listOf(object(properties))), [path]: get(records()) } });
    return resolvedOf(resourceAt(pipeline, path))[variable];
  };
  assert.equal(field("branch", { name: text, sha: text }), "branches.name");
  assert.equal(field("branchName", { id: integer, name: text }), "branches.name");
  assert.equal(field("sha", { id: integer, sha: text }), "branches.sha");
  assert.equal(field("ref_name", { id: integer, "ref-name": text }), "branches.ref-name");
  assert.equal(field("whatever", { id: integer }), "branches.id");
  assert.equal(field("whatever", { size: integer }), undefined);
});

test("a variable or required parameter that names a list is filled from it wherever it stands", () => {
  const pipeline = generate({
    paths: {
      "/workspaces": get(listOf(object({ gid: text }))),
      "/reports": get(records()),
      "/reports/{workspace_gid}": get(object({ total: integer })),
      "/tags": get(records(), { parameters: [query("workspace", text, true)] }),
      "/search": get(records(), { parameters: [query("query", text, true)] }),
      "/lists/{workspace}/entries": get(records(), { parameters: [query("workspace", text, true)] }),
    },
  });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/reports/{workspace_gid}")), { workspace_gid: "workspaces.gid" });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/tags")), { workspace: "workspaces.gid" });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/search")), {});
  assert.equal(resourceAt(pipeline, "/search").selected, false);
  // A query parameter of the name of a path variable: both are filled, under two names.
  const both = resourceAt(pipeline, "/lists/{workspace}/entries");
  assert.equal(both.endpoint.path, "/lists/{workspace_in_path}/entries");
  assert.deepEqual(Object.keys(resolvedOf(both)), ["workspace_in_path", "workspace"]);
});

test("what hangs on a resource that must be filled in first is not selected either", () => {
  const pipeline = generate({
    paths: {
      "/shops/{shop}/orders": get(records()),
      "/shops/{shop}/orders/{order_id}/lines": get(records()),
      "/other": get(records()),
    },
  });
  const selected = Object.fromEntries(pipeline.resources.map((one) => [one.operation.path, one.selected]));
  assert.deepEqual(selected, {
    "/shops/{shop}/orders": false,
    "/shops/{shop}/orders/{order_id}/lines": false,
    "/other": true,
  });
});

test("two variables are not filled from one field, and only the same path has single records of a list", () => {
  const build = object({ username: text, reponame: text });
  const pipeline = generate({
    paths: {
      "/projects": get(listOf(build)),
      "/project/{username}/{project}": get(listOf(object({ number: integer }))),
    },
  });
  const builds = resourceAt(pipeline, "/project/{username}/{project}");
  assert.deepEqual(resolvedOf(builds), { username: "projects.username" });
  assert.deepEqual(
    builds.endpoint.params?.filter(({ fillIn }) => fillIn).map(({ name }) => name),
    ["project"],
  );
  assert.deepEqual(resourceAt(pipeline, "/projects").primaryKey, []);
});

test("a text that names a thing is not filled with its number, and an object of the record is named too", () => {
  const text_ = (name: string, description?: string) => ({
    name,
    in: "path",
    required: true,
    schema: text,
    ...(description === undefined ? {} : { description }),
  });
  const owner = object({ id: integer, login: text });
  const pipeline = generate({
    paths: {
      "/orgs": get(listOf(object({ id: integer, login: text }))),
      "/orgs/{org}/hooks": get(records(), { parameters: [text_("org")] }),
      "/orgs/{org}/teams": get(records(), { parameters: [text_("org", "The id of the organization")] }),
      "/users": get(listOf(object({ id: integer, name: text, login: text }))),
      "/users/{username}/keys": get(records(), { parameters: [text_("username")] }),
      "/user/repos": get(listOf(object({ id: integer, name: text, owner }))),
      "/repos/{owner}/{repo}/issues": get(records({ number: integer }), {
        parameters: [text_("owner"), text_("repo", "The name of the repository.")],
      }),
      "/repos/{owner}/{repo}/labels": get(listOf(object({ color: text })), {
        parameters: [text_("owner"), text_("repo", "The name of the repository.")],
      }),
      "/repos/{owner}/{repo}/issues/{index}/notes": get(records(), { parameters: [text_("owner"), text_("repo")] }),
    },
  });
  const resolved = (path: string) => resolvedOf(resourceAt(pipeline, path));
  assert.deepEqual(resolved("/orgs/{org}/hooks"), { org: "orgs.login" });
  assert.deepEqual(resolved("/orgs/{org}/teams"), { org: "orgs.id" });
  assert.deepEqual(resolved("/users/{username}/keys"), { username: "users.login" });
  assert.deepEqual(resolved("/repos/{owner}/{repo}/issues"), {
    owner: "user_repos.owner.login",
    repo: "user_repos.name",
  });
  // A field of an object cannot be carried down: the key of the parent says whose rows these are.
  const labels = resourceAt(pipeline, "/repos/{owner}/{repo}/labels");
  assert.deepEqual([labels.mergeKey, labels.includeFromParent], [["_user_repos_id"], ["id"]]);
  assert.deepEqual(resolved("/repos/{owner}/{repo}/issues/{index}/notes"), {
    repo: "repos_issues._user_repos_name",
    index: "repos_issues.number",
  });
  assert.equal(resourceAt(pipeline, "/repos/{owner}/{repo}/issues/{index}/notes").selected, false);
});

test("a list below another serves paths that stand elsewhere, when its records are known everywhere", () => {
  const pipeline = generate({
    schemas: { Section: object({ gid: text, name: text }) },
    paths: {
      "/teams": get(records()),
      "/teams/{team_id}/sections": get(listOf(ref("Section"))),
      "/sections/{section_gid}": get(ref("Section")),
      "/sections/{section_gid}/tasks": get(records()),
      "/teams/{team_id}/colors": get(listOf(object({ name: text }))),
      "/colors/{color_id}/uses": get(records()),
      "/boards": get(records()),
      "/boards/{board_id}/sections/{section_gid}/cards": get(records()),
    },
  });
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/sections/{section_gid}/tasks")), {
    section_gid: "teams_sections.gid",
  });
  const single = resourceAt(pipeline, "/sections/{section_gid}");
  assert.deepEqual([single.selected, resolvedOf(single)], [false, { section_gid: "teams_sections.gid" }]);
  assert.match(reasonOf(single, "selected"), /teams_sections brings the same rows/);
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/colors/{color_id}/uses")), {});
  // What fills another variable of that list says nothing of a board.
  assert.deepEqual(resolvedOf(resourceAt(pipeline, "/boards/{board_id}/sections/{section_gid}/cards")), {
    section_gid: "teams_sections.gid",
  });
});
