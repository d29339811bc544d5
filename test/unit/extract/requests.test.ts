import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ClientConfig, EndpointConfig, RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { Double } from "../../../src/core/json.ts";
import { Secret } from "../../../src/core/secret.ts";
import { type Asked, extract, json, serve } from "./fake-api.ts";

/** The one request that an endpoint makes. */
async function sent(
  t: TestContext,
  endpoint: EndpointConfig | string,
  more: { client?: Partial<ClientConfig>; defaults?: RestApiConfig["resource_defaults"]; base?: string } = {},
): Promise<Asked> {
  const api = await serve(t, (_, response) => json(response, []));
  await extract({
    client: { base_url: `${api.base}${more.base ?? ""}`, paginator: "single_page", ...more.client },
    resource_defaults: more.defaults,
    resources: [{ name: "things", endpoint }],
  });
  assert.equal(api.asked.length, 1);
  return api.asked[0] as Asked;
}

test("the path: empty, absent, null, with a query of its own, behind a query of base_url", async (t) => {
  assert.equal((await sent(t, "", { base: "/api/" })).target, "/api/");
  assert.equal((await sent(t, {}, { base: "/api//" })).target, "/api/things");
  assert.equal((await sent(t, { path: null })).target, "/things");
  assert.equal((await sent(t, { path: "//a/b?x=1", params: { y: 2 } })).target, "/a/b?x=1&y=2");
  assert.equal((await sent(t, "a", { base: "/api?x=1" })).target, "/api?x=1/a");
  assert.equal((await sent(t, "a/./b/../c d/%41%zz/é#x")).target, "/a/c%20d/%2541%25zz/%C3%A9");
});

test("an empty base_url leaves all to absolute paths", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const { records } = await extract({
    client: { base_url: "", paginator: "single_page" },
    resources: [{ name: "a", endpoint: `${api.base}/a` }],
  });
  assert.deepEqual(records.a, [{ id: 1 }]);
});

test("the query: that of the path, the params as written, then the api key", async (t) => {
  const { target } = await sent(
    t,
    {
      path: "a?z=1",
      params: { m: "x y", b: true, n: null, l: [1, null, "2"], f: new Double(1), big: 1e21, k: new Secret("s/t") },
    },
    { client: { auth: { type: "api_key", api_key: "key", name: "apikey", location: "query" } } },
  );
  assert.equal(target, "/a?z=1&m=x+y&b=True&l=1&l=2&f=1.0&big=1e%2B21&k=s%2Ft&apikey=key");
});

test("params of the defaults stand before those of the resource; a paginator writes into its place", async (t) => {
  const { target } = await sent(
    t,
    {
      params: { page: 7, b: 2, c: "3" },
      paginator: { type: "page_number", base_page: 1, total_path: null },
    },
    { defaults: { endpoint: { path: "never", params: { b: 1, a: 1 } } } },
  );
  assert.equal(target, "/things?b=2&a=1&page=1&c=3");
});

test("methods: GET and POST as dlt, PUT and PATCH beside them; a body goes with each of them", async (t) => {
  for (const method of ["GET", "POST", "PUT", "PATCH"] as const) {
    const asked = await sent(t, { method, json: { q: [1, null, { a: "é" }] } });
    assert.equal(asked.method, method);
    assert.equal(asked.body, '{"q":[1,null,{"a":"é"}]}');
    assert.equal(asked.headers["content-type"], "application/json");
  }
});

test("json: an empty mapping is sent as one; that of the defaults is laid under it, null takes it away", async (t) => {
  const empty = await sent(t, { method: "POST", json: {} });
  assert.deepEqual([empty.body, empty.headers["content-type"]], ["{}", "application/json"]);
  const defaults = { endpoint: { method: "POST" as const, json: { a: 1, b: { c: 1 } } } };
  assert.equal((await sent(t, { json: { b: { d: 2 } } }, { defaults })).body, '{"a":1,"b":{"d":2}}');
  assert.equal((await sent(t, { json: null }, { defaults })).body, "");
});

test("data: a mapping is a form, a text goes as it is and names no content type", async (t) => {
  const form = await sent(t, { method: "POST", data: { a: "x y", l: [1, 2], n: null, b: true } });
  assert.equal(form.body, "a=x+y&l=1&l=2&b=True");
  assert.equal(form.headers["content-type"], "application/x-www-form-urlencoded");
  const raw = await sent(t, { method: "POST", data: "<a>é</a>", headers: { "X-Kind": "raw" } });
  assert.deepEqual([raw.body, raw.headers["content-type"], raw.headers["x-kind"]], ["<a>é</a>", undefined, "raw"]);
});

test("headers: those of the client for all, those of an endpoint over them, those of the defaults replaced", async (t) => {
  const client = { headers: { "X-A": "client", "X-B": "client", "X-C": "client" } };
  const defaults = { endpoint: { headers: { "X-B": "default", "X-C": "default" } } };
  const own = await sent(t, { headers: { "x-b": "own" } }, { client, defaults });
  assert.deepEqual(
    ["x-a", "x-b", "x-c"].map((name) => own.headers[name]),
    ["client", "own", "client"],
  );
  const inherited = await sent(t, {}, { client, defaults });
  assert.equal(inherited.headers["x-b"], "default");
});

test("headers of the client have no placeholders: braces stand for themselves", async (t) => {
  const asked = await sent(t, {}, { client: { headers: { "X-Filter": '{"a": {"b}}' } } });
  assert.equal(asked.headers["x-filter"], '{"a": {"b}}');
});

test("what every request says: any type, compressed, and who asks", async (t) => {
  const { headers } = await sent(t, {});
  assert.equal(headers.accept, "*/*");
  assert.match(headers["accept-encoding"] ?? "", /^gzip, deflate/);
  assert.match(headers["user-agent"] ?? "", /^sluice/);
  assert.equal((await sent(t, {}, { client: { headers: { "User-Agent": "mine" } } })).headers["user-agent"], "mine");
});

test("a redirect turns a POST into a GET after 301, 302 and 303, and keeps it after 307 and 308", async (t) => {
  for (const [status, method, body] of [
    [301, "GET", ""],
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", '{"q":1}'],
    [308, "POST", '{"q":1}'],
  ] as const) {
    const api = await serve(t, ({ target }, response) => {
      if (target === "/a") response.writeHead(status, { location: "/b" }).end();
      else json(response, [{ id: 1 }]);
    });
    await extract({
      client: { base_url: api.base, paginator: "single_page", auth: { token: "t" } },
      resources: [{ name: "a", endpoint: { method: "POST", json: { q: 1 } } }],
    });
    const second = api.asked[1];
    assert.deepEqual([second?.target, second?.method, second?.body], ["/b", method, body], String(status));
    assert.equal(second?.headers.authorization, "Bearer t");
  }
});

test("json and data together are refused before any request, an empty one of them is none", async (t) => {
  const { body } = await sent(t, { method: "POST", json: {}, data: { a: 1 } });
  assert.equal(body, "a=1");
  await assert.rejects(
    sent(t, { method: "POST", json: { a: 1 }, data: "x" }),
    (error) => error instanceof Error && "reason" in error && error.reason === "json_and_data",
  );
});
