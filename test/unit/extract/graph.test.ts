import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { extract, json, serve } from "./fake-api.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const tree = (base: string): RestApiConfig => ({
  client: { base_url: base, paginator: "single_page" },
  resources: [
    "projects",
    {
      name: "issues",
      include_from_parent: ["id"],
      endpoint: {
        path: "projects/{resources.projects.id}/issues",
        response_actions: [
          { status_code: 404, action: "ignore" },
          { status_code: 403, action: "ignore" },
        ],
      },
    },
    { name: "notes", endpoint: "issues/{resources.issues.iid}/{resources.issues._projects_id}/notes" },
  ],
});

test("children run per parent record, fields of the parent are copied, ignored answers are counted per parent", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    if (target === "/projects") json(response, [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
    else if (target === "/projects/1/issues") json(response, [{ iid: 10 }, { iid: 11 }]);
    else if (target === "/projects/2/issues") json(response, {}, {}, 404);
    else if (target === "/projects/3/issues") json(response, {}, {}, 403);
    else if (target === "/projects/4/issues") json(response, {}, {}, 404);
    else json(response, [{ target }]);
  });
  const { records, result, warnings } = await extract(tree(api.base));
  assert.deepEqual(records.issues, [
    { iid: 10, _projects_id: 1 },
    { iid: 11, _projects_id: 1 },
  ]);
  assert.deepEqual(records.notes?.map((note) => (note as { target: string }).target).sort(), [
    "/issues/10/1/notes",
    "/issues/11/1/notes",
  ]);
  const issues = result.resources.find((one) => one.resource === "issues");
  assert.deepEqual(issues?.skipped, { 403: 1, 404: 2 });
  assert.equal(issues?.requests, 4);
  assert.equal(issues?.endpoint, "GET projects/{resources.projects.id}/issues");
  assert.deepEqual(
    warnings.map(({ code, subject, count }) => [code, subject, count]),
    [["W_PARENT_SKIPPED", "issues", 3]],
  );
});

test("resources run side by side, and children of several parents too", async (t) => {
  let inFlight = 0;
  let most = 0;
  const eight = Promise.withResolvers<void>();
  const api = await serve(t, async ({ target }, response) => {
    if (target === "/projects")
      return json(
        response,
        Array.from({ length: 16 }, (_, id) => ({ id })),
      );
    inFlight += 1;
    most = Math.max(most, inFlight);
    // Nobody is answered before eight are asked for; a ninth would come meanwhile.
    if (inFlight === 8) eight.resolve();
    await eight.promise;
    await wait(20);
    inFlight -= 1;
    json(response, []);
  });
  await extract(tree(api.base));
  assert.equal(most, 8);
  assert.equal(api.asked.length, 17);
});

test("a failure ends everything, names its resource and leaves nothing running", async (t) => {
  const api = await serve(t, async ({ target }, response) => {
    if (target === "/projects")
      return json(
        response,
        Array.from({ length: 200 }, (_, id) => ({ id })),
      );
    await wait(5);
    json(response, [], {}, target === "/projects/3/issues" ? 400 : 200);
  });
  const error = await extract(tree(api.base)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SluiceError);
  assert.equal(error.context.resource, "issues");
  assert.equal(error.step, "extract");
  // What was on its way when it failed may still arrive.
  await wait(100);
  const asked = api.asked.length;
  assert.ok(asked < 100, `${asked} requests`);
  await wait(50);
  assert.equal(api.asked.length, asked);
});

test("only what a selected resource needs is fetched; endpoints select by name, glob, + and -", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, target === "/projects" ? [{ id: 1 }] : []));
  const targets = async (endpoints: string[]) => {
    api.asked.length = 0;
    await extract({ ...tree(api.base), resources: [...tree(api.base).resources, "other", "others"] }, { endpoints });
    return api.asked.map((one) => one.target).sort();
  };
  assert.deepEqual(await targets(["issues"]), ["/projects", "/projects/1/issues"]);
  assert.deepEqual(await targets(["other*"]), ["/other", "/others"]);
  assert.deepEqual(await targets(["-other*", "-issues", "-notes"]), ["/projects"]);
  await assert.rejects(targets(["isues"]), /no resource fits "isues"/);
});

test("parallelized keeps the records of one parent together", async (t) => {
  const api = await serve(t, async ({ target }, response) => {
    if (target === "/projects") return json(response, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    const [, , project = "0"] = target.split("/");
    const page = Number(new URL(target, api.base).searchParams.get("page"));
    await wait(page * 5 * Number(project));
    json(response, { data: [{ project, page }], total: 3 });
  });
  const { records } = await extract({
    client: { base_url: api.base },
    resources: [
      { name: "projects", selected: false, endpoint: { paginator: "single_page" } },
      {
        name: "issues",
        parallelized: true,
        endpoint: { path: "projects/{resources.projects.id}/issues", paginator: { type: "page_number" } },
      },
    ],
  });
  const order = (records.issues ?? []).map((issue) => (issue as { project: string }).project);
  assert.equal(order.length, 9);
  assert.equal(order.filter((project, index) => project !== order[index - 1]).length, 3, order.join(""));
  assert.equal(records.projects, undefined);
});

test("a parent record without the field is told with the fields it has", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ name: "x" }]));
  await assert.rejects(extract(tree(api.base)), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.reason, "parent_field_missing");
    assert.match(error.message, /"issues" needs the field "id" .* it has: name/);
    return true;
  });
});

test("an inserted value that changes the route is warned about; path_encoding segment encodes it", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, target === "/groups" ? [{ path: "a/b c" }] : []));
  const config = (encoding?: "none" | "segment"): RestApiConfig => ({
    client: {
      base_url: api.base,
      paginator: "single_page",
      ...(encoding === undefined ? {} : { path_encoding: encoding }),
    },
    resources: ["groups", { name: "sub", endpoint: "g/{resources.groups.path}/x" }],
  });
  const { warnings } = await extract(config());
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ["W_ROUTE_CHANGED"],
  );
  assert.equal(api.asked[1]?.target, "/g/a/b%20c/x");
  await extract(config("segment"));
  assert.equal(api.asked[3]?.target, "/g/a%2Fb%20c/x");
  assert.deepEqual((await extract(config("none"))).warnings, [], "who writes none means it");
});

test("stopping the consumer stops the source", async (t) => {
  const api = await serve(t, async (_, response) => {
    await wait(5);
    json(response, { data: [{ id: 1 }], next: `${api.base}/a?n=${api.asked.length}` });
  });
  await assert.rejects(
    extract(
      { client: { base_url: api.base, paginator: "json_link" }, resources: ["a"] },
      {
        onPage() {
          throw new Error("enough");
        },
      },
    ),
    /enough/,
  );
  // What was on its way may still arrive.
  await wait(100);
  const asked = api.asked.length;
  await wait(50);
  assert.equal(api.asked.length, asked);
});

test("selected: null counts as false, as in dlt, also where it hides that of the defaults", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const loaded = async (config: Pick<RestApiConfig, "resource_defaults" | "resources">) =>
    Object.keys((await extract({ client: { base_url: api.base, paginator: "single_page" }, ...config })).records);
  assert.deepEqual(await loaded({ resources: ["a", { name: "b", selected: null }] }), ["a"]);
  const resource_defaults = { selected: true };
  assert.deepEqual(await loaded({ resource_defaults, resources: ["a", { name: "b", selected: null }] }), ["a"]);
  assert.deepEqual(await loaded({ resource_defaults: { selected: null }, resources: ["a"] }), []);
});
