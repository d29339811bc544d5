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

test("a record's key is its id, its own id by name, or what its path calls it by", () => {
  const key = (properties: Record<string, unknown>, single?: string) => {
    const record = object(properties);
    const paths = { "/tickets": get(listOf(record)), ...(single && { [`/tickets/{${single}}`]: get(record) }) };
    return resourceAt(generate({ paths }), "/tickets").primaryKey;
  };
  assert.deepEqual(key({ name: text, id: integer }), ["id"]);
  assert.deepEqual(key({ owner_id: integer, ticketId: integer }), ["ticketId"]);
  assert.deepEqual(key({ title: text, ticket_uuid: text }), ["ticket_uuid"]);
  assert.deepEqual(key({ name: text, color: text }, "ticket"), ["name"]);
  assert.deepEqual(key({ name: text, color: text }), []);
  assert.deepEqual(key({ a: text, b: { type: "string", description: "Identifier" } }), ["b"]);
  // Formats are evidence, but not on the id of something else; what is only written is never there.
  assert.deepEqual(key({ code_of: { type: "string", format: "uuid" } }), ["code_of"]);
  assert.deepEqual(key({ ticket: { type: "string", format: "uuid" }, note: text }), ["ticket"]);
  assert.deepEqual(key({ owner_id: { type: "string", format: "uuid" } }), []);
  assert.deepEqual(key({ actor: { type: "string", format: "uuid" }, action: text }), []);
  assert.deepEqual(key({ id: { type: "string", writeOnly: true } }), []);
  const gone = { type: "string", description: "This property is no longer available." };
  assert.deepEqual(key({ key: gone, id: { type: "string", deprecated: true } }), []);
  const users = get(listOf(object({ key: gone, accountId: text })));
  const paths = { "/users/search": users };
  const schemas = { User: object({ key: gone, accountId: text }) };
  assert.deepEqual(resourceAt(generate({ paths: { "/users": users } }), "/users").primaryKey, ["accountId"]);
  const named = generate({ schemas, paths: { ...paths, "/users/search": get(listOf(ref("User"))) } });
  assert.deepEqual(resourceAt(named, "/users/search").primaryKey, ["accountId"]);
});

test("the variable of a path is no key of the list below it", () => {
  const member = object({ group_id: integer, user: text });
  const pipeline = generate({ paths: { "/groups/{group_id}/members": get(listOf(member)) } });
  assert.deepEqual(resourceAt(pipeline, "/groups/{group_id}/members").primaryKey, []);
});

test("what is unique only within its parent has the parent in its key", () => {
  const pipeline = generate({
    schemas: { Branch: object({ name: text }), Issue: object({ iid: integer, project_id: integer }) },
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/projects/{id}/branches": get(listOf(ref("Branch"))),
      "/projects/{id}/branches/{branch}": get(ref("Branch")),
      "/projects/{id}/issues": get(listOf(ref("Issue"))),
    },
  });
  const branches = resourceAt(pipeline, "/projects/{id}/branches");
  assert.deepEqual(branches.primaryKey, ["_projects_id", "name"]);
  assert.deepEqual(branches.includeFromParent, ["id"]);
  assert.equal(branches.writeDisposition, "merge");
  const branch = resourceAt(pipeline, "/projects/{id}/branches/{branch}");
  assert.equal(branch.selected, false);
  assert.match(reasonOf(branch, "selected"), /brings the same rows in fewer requests/);
  assert.deepEqual(branch.primaryKey, ["_projects_branches__projects_id", "name"]);
  assert.deepEqual(branch.includeFromParent, ["_projects_id"]);
  assert.deepEqual(resourceAt(pipeline, "/projects/{id}/issues").primaryKey, ["project_id", "iid"]);
});

test("a name that may be there several times is no key: of prices by currency, of variables by environment", () => {
  const listed = (properties: Record<string, unknown>) =>
    resourceAt(generate({ paths: { "/prices": get(listOf(object(properties))) } }), "/prices");
  assert.deepEqual(listed({ sku: text, title: text }).primaryKey, ["sku"]);
  for (const other of ["currency", "warehouse_id", "warehouseId", "language"]) {
    const found = listed({ sku: text, [other]: text });
    assert.deepEqual([found.primaryKey, found.writeDisposition], [[], "replace"], other);
  }
  const pipeline = generate({
    schemas: {
      Variable: object({ key: text, environment_scope: text }),
      Cluster: object({ id: integer, environment_scope: text }),
      Label: object({ name: text, color: text }),
    },
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/admin/variables": get(listOf(ref("Variable"))),
      "/admin/variables/{key}": get(ref("Variable")),
      "/projects/{id}/variables": get(listOf(ref("Variable"))),
      "/projects/{id}/variables/{key}": get(ref("Variable")),
      "/clusters": get(listOf(ref("Cluster"))),
      "/projects/{id}/clusters": get(listOf(ref("Cluster"))),
      "/labels": get(listOf(ref("Label"))),
      "/labels/{name}": get(ref("Label")),
      "/projects/{id}/labels": get(listOf(ref("Label"))),
    },
  });
  const keys = (path: string) => [resourceAt(pipeline, path).primaryKey, resourceAt(pipeline, path).mergeKey];
  assert.deepEqual(keys("/admin/variables"), [["key"], []]);
  assert.deepEqual(keys("/projects/{id}/variables"), [[], ["_projects_id"]]);
  const variables = resourceAt(pipeline, "/projects/{id}/variables");
  assert.match(reasonOf(variables, "primary_key"), /^none: .*key.*, and may stand in several rows here$/);
  assert.deepEqual(keys("/projects/{id}/clusters"), [["_projects_id", "id"], []]);
  // What tells the labels of all apart does not tell those of several projects apart.
  assert.deepEqual(keys("/labels"), [["name"], []]);
  assert.deepEqual(keys("/projects/{id}/labels"), [[], ["_projects_id"]]);
});

test("rows below what is unique only within its parent say which parent that is, too", () => {
  const revision = object({ revision: integer, title: text });
  const pipeline = generate({
    paths: {
      "/articles": get(listOf(object({ id: integer }))),
      "/articles/{id}/revisions": get(listOf(revision)),
      "/articles/{id}/revisions/{revision}": get(revision),
      "/articles/{id}/revisions/{revision}/comments": get(listOf(object({ id: integer, body: text }))),
    },
  });
  const comments = resourceAt(pipeline, "/articles/{id}/revisions/{revision}/comments");
  assert.deepEqual(comments.includeFromParent, ["_articles_id", "revision"]);
});

test("a number below what is known by a text is unique only there, unless records are asked for by it alone", () => {
  const pipeline = (more: Record<string, unknown>) =>
    generate({
      schemas: { Issue: object({ id: integer, title: text }), Repository: object({ uuid: text, slug: text }) },
      paths: {
        "/repositories": get(listOf(ref("Repository"))),
        "/repositories/{uuid}/issues": get(listOf(ref("Issue"))),
        "/repositories/{uuid}/issues/{issue_id}": get(ref("Issue")),
        "/repositories/{uuid}/issues/{issue_id}/comments": get(listOf(object({ id: integer }))),
        ...more,
      },
    });
  const issues = pipeline({});
  const path = "/repositories/{uuid}/issues";
  assert.deepEqual(resourceAt(issues, path).primaryKey, ["_repositories_uuid", "id"]);
  assert.deepEqual(resourceAt(issues, `${path}/{issue_id}`).primaryKey, [
    "_repositories_issues__repositories_uuid",
    "id",
  ]);
  assert.deepEqual(resourceAt(issues, `${path}/{issue_id}/comments`).includeFromParent, ["_repositories_uuid", "id"]);
  assert.deepEqual(resourceAt(pipeline({ "/issues/{id}": get(ref("Issue")) }), path).primaryKey, ["id"]);
});

test("versions of a thing are told apart by their number, not by the id of the thing alone", () => {
  const properties = { id: integer, body: text };
  const pipeline = generate({
    schemas: { Doc: object(properties), Page: object({ ...properties, version: integer }) },
    paths: {
      "/docs": get(listOf(ref("Doc"))),
      "/docs/{id}/history": get(listOf(ref("Doc"))),
      "/docs/{id}/notes": get(listOf(object({ id: integer, version: integer }))),
      "/docs/{id}/revisions": get(listOf(object({ id: integer, revision: integer }))),
      "/pages": get(listOf(ref("Page"))),
      "/pages/{id}/versions": get(listOf(ref("Page"))),
      "/pages/{id}/versions/{version}": get(ref("Page")),
    },
  });
  const keys = (path: string) => [resourceAt(pipeline, path).primaryKey, resourceAt(pipeline, path).mergeKey];
  assert.deepEqual(keys("/docs/{id}/history"), [[], ["_docs_id"]]);
  assert.deepEqual(keys("/docs/{id}/notes"), [["id"], []]);
  assert.deepEqual(keys("/docs/{id}/revisions"), [["_docs_id", "id", "revision"], []]);
  assert.deepEqual(keys("/pages"), [["id"], []]);
  assert.deepEqual(keys("/pages/{id}/versions"), [["_pages_id", "id", "version"], []]);
});

test("the name by which one list knows its records is no key of another list", () => {
  const pipeline = generate({
    schemas: { Quote: object({ exchange: text, symbol: text, price: integer }) },
    paths: {
      "/tickers": get(listOf(ref("Quote"))),
      "/quotes": get(listOf(ref("Quote"))),
      "/quotes/{symbol}": get(ref("Quote")),
    },
  });
  assert.deepEqual(resourceAt(pipeline, "/quotes").primaryKey, ["symbol"]);
  const tickers = resourceAt(pipeline, "/tickers");
  assert.deepEqual([tickers.primaryKey, tickers.writeDisposition], [[], "replace"]);
  assert.notEqual(tickers.tableName, resourceAt(pipeline, "/quotes").tableName);
});

test("names count within their list, and numbers within their parent", () => {
  const pipeline = generate({
    schemas: { Secret: object({ name: text }), Issue: object({ iid: integer, project_id: integer }) },
    paths: {
      "/repos": get(listOf(object({ id: integer }))),
      "/repos/{id}/actions/secrets": get(listOf(ref("Secret"))),
      "/repos/{id}/actions/secrets/{name}": get(ref("Secret")),
      "/repos/{id}/agents/secrets": get(listOf(ref("Secret"))),
      "/repos/{id}/agents/secrets/{name}": get(ref("Secret")),
      "/issues": get(listOf(ref("Issue"))),
    },
  });
  const [actions, agents] = ["actions", "agents"].map((kind) => resourceAt(pipeline, `/repos/{id}/${kind}/secrets`));
  assert.deepEqual(actions?.primaryKey, ["_repos_id", "name"]);
  assert.deepEqual(agents?.primaryKey, ["_repos_id", "name"]);
  assert.notEqual(actions?.tableName, agents?.tableName);
  assert.deepEqual(resourceAt(pipeline, "/issues").primaryKey, []);
});

test("what only ties two things together has both in its key", () => {
  const pipeline = generate({
    schemas: {
      GroupUser: object({ user_id: integer, role: text }),
      OrderProduct: object({ order_id: integer, product_id: integer, quantity: integer }),
      Product: object({ product_id: integer, name: text }),
      Ticket: object({ ticket_id: integer, title: text }),
    },
    paths: {
      "/groups": get(listOf(object({ id: integer }))),
      "/groups/{id}/users": get(listOf(ref("GroupUser"))),
      "/groups/{id}/tickets": get(listOf(ref("Ticket"))),
      "/products": get(listOf(ref("Product"))),
      "/orders": get(listOf(object({ order_id: integer }))),
      "/orders/{order_id}/products": get(listOf(ref("OrderProduct"))),
      "/orders/{order_id}/products/{product_id}": get(ref("OrderProduct")),
    },
  });
  const key = (path: string) => resourceAt(pipeline, path).primaryKey;
  assert.deepEqual(key("/groups/{id}/users"), ["_groups_id", "user_id"]);
  assert.deepEqual(key("/orders"), ["order_id"]);
  assert.deepEqual(key("/orders/{order_id}/products"), ["_orders_order_id", "product_id"]);
  assert.deepEqual(key("/products"), ["product_id"]);
  assert.deepEqual(key("/groups/{id}/tickets"), ["ticket_id"]);
});

test("no table is fed in two ways: keys are shared where the records have them, else the table is divided", () => {
  const variable = { key: text, value: text };
  const pipeline = generate({
    schemas: { Variable: object(variable), Extra: object({ id: integer, title: text }) },
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/admin/variables": get(listOf(ref("Variable"))),
      "/projects/{id}/variables": get(listOf(ref("Variable"))),
    },
  });
  const admin = resourceAt(pipeline, "/admin/variables");
  const project = resourceAt(pipeline, "/projects/{id}/variables");
  assert.deepEqual([admin.tableName, admin.primaryKey], ["variable", ["key"]]);
  assert.deepEqual([project.tableName, project.primaryKey], ["project_variable", ["_projects_id", "key"]]);
  assert.match(
    reasonOf(project, "table_name"),
    /other resources of variable hold something else, or are loaded in another way/,
  );

  const shared = generate({
    paths: { "/tags": get(listOf(object({ slug: text, note: text }))), "/tag": get(object({ slug: text })) },
  });
  assert.deepEqual(
    shared.resources.map((one) => [one.tableName, one.primaryKey, one.writeDisposition]),
    [
      ["tag", ["slug"], "merge"],
      ["tag", ["slug"], "merge"],
    ],
  );
});

test("without a key rows are replaced: all, or those of each parent together; a cursor makes them stay", () => {
  const record = object({ text, updated_at: { type: "string", format: "date-time" } });
  const pipeline = generate({
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/projects/{id}/lines": get(listOf(record)),
      "/lines": get(listOf(record)),
      "/logs": get(listOf(record), { parameters: [query("updated_after")] }),
    },
  });
  const lines = resourceAt(pipeline, "/projects/{id}/lines");
  assert.deepEqual(
    [lines.writeDisposition, lines.mergeKey, lines.includeFromParent],
    ["merge", ["_projects_id"], ["id"]],
  );
  assert.equal(resourceAt(pipeline, "/lines").writeDisposition, "replace");
  assert.equal(resourceAt(pipeline, "/logs").writeDisposition, "append");
  assert.notEqual(lines.tableName, resourceAt(pipeline, "/lines").tableName);
});

test("a list and the endpoint for single ones are not both loaded when one has all that the other has", () => {
  const pipeline = generate({
    paths: {
      "/users": get(listOf(object({ id: integer, name: text }))),
      "/users/{id}": get(object({ id: integer, name: text, email: text })),
    },
  });
  const [list, single] = [resourceAt(pipeline, "/users"), resourceAt(pipeline, "/users/{id}")];
  assert.ok(list.decisions.some(({ about, repair }) => about === "selected" && repair));
  assert.deepEqual([list.tableName, single.tableName], ["user", "user"]);
  assert.deepEqual([list.selected, single.selected], [false, true]);
  assert.match(reasonOf(list, "selected"), /brings the same records with more fields/);
});

test("a single record that refers to the items of its list, or repeats them, is the same", () => {
  const item = object({ id: integer, name: text });
  const place = "#/paths/~1things/get/responses/200/content/application~1json/schema/properties/things/items";
  const pipeline = generate({
    schemas: { Part: item },
    paths: {
      "/things": get(object({ things: listOf(item), total: integer })),
      "/things/{id}": get(object({ thing: { $ref: place } })),
      "/parts": get(listOf(item)),
      "/parts/{id}": get(ref("Part")),
    },
  });
  for (const path of ["/things/{id}", "/parts/{id}"]) {
    const single = resourceAt(pipeline, path);
    assert.equal(single.selected, false, path);
    assert.match(reasonOf(single, "selected"), /brings the same rows in fewer requests/);
  }
});

test("records without a name share a table only where they are the same", () => {
  const items = (properties: Record<string, unknown>) => get(listOf(object({ id: integer, ...properties })));
  const pipeline = generate({
    paths: {
      "/orders": items({}),
      "/orders/{id}/items": items({ price: integer }),
      "/orders/{id}/items/{item_id}": get(object({ id: integer, price: integer, note: text })),
      "/carts": items({ x: text }),
      "/carts/{id}/items": items({ color: text }),
      "/boxes": items({ y: text }),
      "/boxes/{id}/items": items({ price: integer }),
    },
  });
  const table = (path: string) => resourceAt(pipeline, path).tableName;
  assert.equal(table("/orders/{id}/items"), "item");
  assert.equal(table("/orders/{id}/items/{item_id}"), "item");
  assert.equal(table("/carts/{id}/items"), "cart_item");
  assert.equal(table("/boxes/{id}/items"), "item");
});

test("a single record without a key shares its table with nothing: its row could not be told from others", () => {
  const facts = object({ version: text, revision: text });
  const pipeline = generate({
    schemas: { Api_Metadata: facts, Limit: object({ most: integer }), Account: object({ id: integer }) },
    paths: {
      "/version": get(ref("Api_Metadata")),
      "/metadata": get(ref("Api_Metadata")),
      "/limits/daily": get(ref("Limit")),
      "/limits/{kind}": get(ref("Limit")),
      "/me": get(ref("Account")),
      "/owner": get(ref("Account")),
    },
  });
  const tables = Object.fromEntries(pipeline.resources.map(({ operation, tableName }) => [operation.path, tableName]));
  assert.deepEqual(tables, {
    "/version": "version",
    "/metadata": "api_metadata",
    "/limits/daily": "limits_daily",
    // Asked for by a value, and so one of many.
    "/limits/{kind}": "limit",
    // With a key the same row is merged.
    "/me": "account",
    "/owner": "account",
  });
  assert.match(reasonOf(resourceAt(pipeline, "/version"), "table_name"), /others fill api_metadata, and without a key/);
  assert.equal(generate({ paths: { "/version": get(facts) } }).resources[0]?.tableName, "version");
});

test("what may stand below several parents has the parent in its key: members, and what has a list of its own", () => {
  const [person, tag] = [object({ id: integer, username: text }), object({ id: integer, name: text })];
  const pipeline = generate({
    schemas: { Member: person, Tag: tag, Issue: object({ id: integer, project_id: integer }), Job: tag },
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/groups": get(listOf(object({ id: integer }))),
      "/projects/{id}/members": get(listOf(ref("Member"))),
      "/projects/{id}/members/{user_id}": get(ref("Member")),
      "/groups/{id}/members": get(listOf(ref("Member"))),
      "/tags": get(listOf(ref("Tag"))),
      "/projects/{id}/tags": get(listOf(ref("Tag"))),
      "/projects/{id}/skills": get(listOf(ref("Tag"))),
      "/issues": get(listOf(ref("Issue"))),
      "/projects/{id}/issues": get(listOf(ref("Issue"))),
      "/projects/{id}/jobs": get(listOf(ref("Job"))),
      "/projects/{id}/jobs/{job_id}": get(ref("Job")),
      "/projects/{id}/default-reviewers": get(listOf(object({ uuid: text }))),
      "/projects/{id}/roles": get(listOf(object({ id: text, project_id: integer }))),
    },
  });
  const key = (path: string) => [resourceAt(pipeline, path).tableName, ...resourceAt(pipeline, path).primaryKey];
  assert.deepEqual(key("/projects/{id}/members"), ["project_member", "_projects_id", "id"]);
  assert.deepEqual(key("/groups/{id}/members"), ["group_member", "_groups_id", "id"]);
  assert.deepEqual(key("/tags"), ["tag", "id"]);
  assert.deepEqual(key("/projects/{id}/tags"), ["project_tag", "_projects_id", "id"]);
  assert.deepEqual(key("/projects/{id}/skills"), ["project_skill", "_projects_id", "id"]);
  assert.match(reasonOf(resourceAt(pipeline, "/projects/{id}/tags"), "primary_key"), /may stand below other parents/);
  // By the name of the list.
  assert.deepEqual(key("/projects/{id}/default-reviewers"), ["project_default_reviewer", "_projects_id", "uuid"]);
  assert.deepEqual(key("/projects/{id}/roles"), ["role", "id"]);
  // What says whose it is belongs to one parent only.
  assert.deepEqual(key("/projects/{id}/issues"), ["issue", "id"]);
  assert.deepEqual(key("/projects/{id}/jobs"), ["job", "id"]);
  const single = resourceAt(pipeline, "/projects/{id}/members/{user_id}");
  assert.deepEqual(resolvedOf(single), { id: "projects_members._projects_id", user_id: "projects_members.id" });
});

test("what a record says of several parents does not say to which it belongs", () => {
  const keyOf = (more: Record<string, unknown>) => {
    const pipeline = generate({
      schemas: { Tag: object({ id: integer, ...more }) },
      paths: {
        "/tasks": get(listOf(object({ id: integer }))),
        "/tags": get(listOf(ref("Tag"))),
        "/tasks/{id}/tags": get(listOf(ref("Tag"))),
      },
    });
    return resourceAt(pipeline, "/tasks/{id}/tags").primaryKey;
  };
  for (const own of ["task", "task_id", "taskId", "task_url"]) assert.deepEqual(keyOf({ [own]: text }), ["id"], own);
  for (const several of ["task_count", "taskCount", "tasks", "tasks_url", "task_type"]) {
    assert.deepEqual(keyOf({ [several]: text }), ["_tasks_id", "id"], several);
  }
  assert.deepEqual(keyOf({ task_ids: listOf(integer) }), ["_tasks_id", "id"]);
  const User = object({ id: integer, user_name: text });
  const paths = { "/users": get(listOf(ref("User"))), "/users/{id}/friends": get(listOf(ref("User"))) };
  const friends = resourceAt(generate({ schemas: { User }, paths }), "/users/{id}/friends");
  assert.deepEqual([friends.tableName, friends.primaryKey], ["user_friend", ["_users_id", "id"]]);
});

test("a list of the same records further above is loaded alone, or beside a table of what belongs together", () => {
  const pipeline = generate({
    schemas: {
      Job: object({ id: integer, pipeline: object({ id: integer }) }),
      Commit: object({ id: text, title: text }),
    },
    paths: {
      "/projects": get(listOf(object({ id: integer }))),
      "/projects/{id}/jobs": get(listOf(ref("Job"))),
      "/projects/{id}/pipelines": get(listOf(object({ id: integer }))),
      "/projects/{id}/pipelines/{pipeline_id}/jobs": get(listOf(ref("Job"))),
      "/projects/{id}/commits": get(listOf(ref("Commit"))),
      "/projects/{id}/merge_requests": get(listOf(object({ id: integer, iid: integer }))),
      "/projects/{id}/merge_requests/{iid}/commits": get(listOf(ref("Commit"))),
    },
  });
  const jobs = resourceAt(pipeline, "/projects/{id}/pipelines/{pipeline_id}/jobs");
  assert.deepEqual([jobs.tableName, jobs.selected], ["job", false]);
  assert.match(reasonOf(jobs, "selected"), /projects_jobs brings the same rows in fewer requests/);
  const commits = resourceAt(pipeline, "/projects/{id}/merge_requests/{iid}/commits");
  assert.deepEqual(
    [commits.tableName, commits.primaryKey, commits.selected],
    ["merge_request_commit", ["_projects_merge_requests_id", "id"], true],
  );
  assert.deepEqual(resourceAt(pipeline, "/projects/{id}/commits").primaryKey, ["id"]);
});

test("what is unique within its parent only has no key where nothing tells the parents apart", () => {
  const owner = object({ login: text });
  const pipeline = generate({
    paths: {
      "/user/repos": get(listOf(object({ owner, size: integer }))),
      "/repos/{owner}/commits": get(listOf(object({ sha: text })), {
        parameters: [{ name: "owner", in: "path", required: true, schema: text }],
      }),
    },
  });
  const commits = resourceAt(pipeline, "/repos/{owner}/commits");
  assert.deepEqual(resolvedOf(commits), { owner: "user_repos.owner.login" });
  assert.deepEqual([commits.primaryKey, commits.mergeKey, commits.writeDisposition], [[], [], "replace"]);
});
