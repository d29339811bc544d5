import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { EndpointConfig, ResourceConfig, RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { type Asked, extract, json, serve } from "./fake-api.ts";

/** The requests of a child, for the parent records that the server gives. */
async function children(
  t: TestContext,
  parents: string,
  endpoint: EndpointConfig | string,
  more: Partial<Omit<ResourceConfig, "name" | "endpoint">> = {},
): Promise<{ asked: readonly Asked[]; records: readonly unknown[] }> {
  const api = await serve(t, ({ target }, response) => {
    response.setHeader("content-type", "application/json");
    response.end(target === "/p" ? parents : '[{"id":1,"_p_k":"own"}]');
  });
  const config: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page" },
    resources: ["p", { name: "c", endpoint, ...more }],
  };
  const { records } = await extract(config);
  return { asked: api.asked.filter(({ target }) => target !== "/p"), records: records.c ?? [] };
}

test("values become the text that Python's str() makes, in the path, the query, the headers and a form", async (t) => {
  const values: readonly (readonly [string, string])[] = [
    ["null", "None"],
    ["true", "True"],
    ["1.0", "1.0"],
    ["1", "1"],
    ["12345678901234567890", "12345678901234567890"],
    [`[1,"a",null]`, "[1, 'a', None]"],
    [`{"a":{"b":false}}`, "{'a': {'b': False}}"],
    [`"a b"`, "a b"],
  ];
  for (const [value, text] of values) {
    const { asked } = await children(t, `[{"v":${value}}]`, {
      method: "POST",
      path: "c/{resources.p.v}/x",
      params: { q: "{resources.p.v}", both: "<{resources.p.v}>" },
      headers: { "X-V": "{resources.p.v}" },
      data: { d: "{resources.p.v}" },
    });
    const url = new URL(asked[0]?.target ?? "", "http://h");
    assert.equal(decodeURIComponent(url.pathname), `/c/${text}/x`);
    assert.deepEqual([url.searchParams.get("q"), url.searchParams.get("both")], [text, `<${text}>`]);
    assert.equal(asked[0]?.headers["x-v"], text);
    assert.equal(new URLSearchParams(asked[0]?.body).get("d"), text);
  }
});

test("a JSON body keeps the type of a value that stands alone, at any depth; in a text it becomes text", async (t) => {
  const { asked } = await children(t, `[{"v":[1,{"x":1.0}],"k":"key"}]`, {
    method: "POST",
    path: "c",
    json: { a: "{resources.p.v}", b: ["{resources.p.v}", { "{resources.p.k}": "v={resources.p.v}" }] },
  });
  assert.equal(asked[0]?.body, `{"a":[1,{"x":1.0}],"b":[[1,{"x":1.0}],{"key":"v=[1, {'x': 1.0}]"}]}`);
});

test("keys have placeholders too; doubled braces are literal ones; conversions and formats are Python's", async (t) => {
  const { asked } = await children(t, `[{"k":"ab","n":7}]`, {
    path: "c",
    params: {
      "x[{resources.p.k}]": "{{{resources.p.k}}}",
      repr: "{resources.p.k!r}",
      pad: "{resources.p.n:>4}",
      zero: "{resources.p.n:03d}",
    },
  });
  const { searchParams } = new URL(asked[0]?.target ?? "", "http://h");
  assert.deepEqual(Object.fromEntries(searchParams), { "x[ab]": "{ab}", repr: "'ab'", pad: "   7", zero: "007" });
});

test("a field is a JSONPath of the parent record", async (t) => {
  const { asked } = await children(t, `[{"a":{"b":[{"c":1},{"c":2}]},"d.e":3}]`, {
    path: "c/{resources.p.a.b[1].c}/{resources.p.['d.e']}/x",
  });
  assert.equal(asked[0]?.target, "/c/2/3/x");
});

test("an inserted value may make segments, begin the query or be cut at #", async (t) => {
  const { asked } = await children(
    t,
    `[{"v":"a/b"},{"v":"a?x=1"},{"v":"a#b"},{"v":".."},{"v":"a%2Fb"}]`,
    "c/{resources.p.v}/x",
  );
  assert.deepEqual(asked.map(({ target }) => target).sort(), ["/c/a", "/c/a%2Fb/x", "/c/a/b/x", "/c/a?x=1/x", "/x"]);
});

test("legacy resolve binds in the path alone and stays out of the query", async (t) => {
  const { asked } = await children(t, `[{"v":{"id":5}}]`, {
    path: "c/{id}/x",
    params: { id: { type: "resolve", resource: "p", field: "v.id" }, q: 1 },
  });
  assert.equal(asked[0]?.target, "/c/5/x?q=1");
});

test("a path whose last segment has a placeholder asks for one entity, unless it is said otherwise", async (t) => {
  const object = `{"id":1,"data":[1,2],"next":"/more"}`;
  const records = async (endpoint: EndpointConfig, client: Partial<RestApiConfig["client"]> = {}) => {
    const api = await serve(t, ({ target }, response) => {
      response.setHeader("content-type", "application/json");
      if (target === "/p") response.end(`[{"id":1}]`);
      else response.end(target === "/more" ? `{"data":[3]}` : object);
    });
    const found = await extract({
      client: { base_url: api.base, ...client },
      resources: [
        { name: "p", endpoint: { paginator: "single_page" } },
        { name: "c", endpoint },
      ],
    });
    return found.records.c;
  };
  const whole = [JSON.parse(object)];
  const path = "c/{resources.p.id}";
  assert.deepEqual(await records({ path }), whole);
  assert.deepEqual(await records({ path }, { paginator: "json_link" }), whole, "that of the client is no word on it");
  assert.deepEqual(await records({ path: "c/{resources.p.id}.json" }), whole);
  assert.deepEqual(await records({ path, paginator: null, data_selector: null }), whole);
  assert.deepEqual(await records({ path, data_selector: "data" }), [1, 2]);
  assert.deepEqual(await records({ path, data_selector: "data", paginator: "json_link" }), [1, 2, 3]);
  assert.deepEqual(await records({ path: "c/{resources.p.id}/list", paginator: "single_page" }), [1, 2]);
});

test("include_from_parent copies plain keys, null too, over a key of that name; a missing one is told", async (t) => {
  const { records } = await children(t, `[{"id":1,"k":null,"_g_id":5}]`, "c/{resources.p.id}", {
    include_from_parent: ["k", "_g_id"],
  });
  assert.deepEqual(records, [{ id: 1, _p_k: null, _p__g_id: 5 }]);
  await assert.rejects(
    children(t, `[{"id":1}]`, "c/{resources.p.id}", { include_from_parent: ["k"] }),
    (error) =>
      error instanceof SluiceError &&
      error.reason === "parent_field_missing" &&
      /"c" needs the field "k" of its parent "p" for include_from_parent, .* it has: id/.test(error.message),
  );
});

test("children follow the parent records: none of them, one object, values that have no fields", async (t) => {
  assert.equal((await children(t, "[]", "c/{resources.p.id}")).asked.length, 0);
  assert.equal((await children(t, `{"id":7}`, "c/{resources.p.id}")).asked[0]?.target, "/c/7");
  await assert.rejects(children(t, "[3]", "c/{resources.p.id}"), /but a record is no object/);
});

test("a parent is asked once for all its children, each of which starts its pages anew", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    if (target === "/p") json(response, [{ id: 1 }, { id: 2 }]);
    else json(response, { data: [{ at: target }], total: 2 });
  });
  const child = (name: string): ResourceConfig => ({
    name,
    endpoint: { path: `{resources.p.id}/${name}`, paginator: { type: "page_number" } },
  });
  await extract({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [child("a"), child("b"), { name: "p", selected: false }],
  });
  const targets = api.asked.map(({ target }) => target);
  assert.equal(targets.filter((target) => target === "/p").length, 1);
  assert.deepEqual(
    targets.filter((target) => target.startsWith("/2/a")),
    ["/2/a?page=0", "/2/a?page=1"],
  );
  assert.equal(targets.length, 9);
});
