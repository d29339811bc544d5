import assert from "node:assert/strict";
import { test } from "node:test";
import {
  generate,
  get,
  integer,
  listOf,
  object,
  query,
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
