/** `sluice check`: what a file will do, what is left to fill in, and what is wrong with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFailed, folder, jsonApi, onlyObject, sluice } from "./support.ts";

const FILE = `
pipeline: shop
dataset: shop_data
source:
  name: shop
  client:
    base_url: https://api.example.com/v1/
    auth: { type: api_key, name: apikey, location: query }
    headers: { X-Tenant: "\${env:TENANT}" }
  resource_defaults:
    primary_key: id
    write_disposition: { disposition: merge, strategy: upsert }
    endpoint: { params: { limit: 100, token: tok-en } }
  resources:
    - name: "Order Lines"
      table_name: OrderLines
      endpoint:
        path: "{area}/{order}/lines"
        params: { area: orders, order: { type: resolve, resource: orders, field: id } }
        method: POST
        json: { all: true, password: s3cret-word, since: "{resources.orders.at}" }
        paginator: { type: cursor, cursor_path: next, cursor_body_path: after }
    - name: orders
      selected: false
      endpoint:
        path: orders
        params: { since: { type: incremental, cursor_path: changed_at, initial_value: "2024-01-01" } }
        paginator: { type: page_number, base_page: 1, total_path: meta.pages, maximum_page: 9 }
    - name: users
      merge_key: [a, b]
      write_disposition: append
      primary_key: null
      endpoint:
        incremental:
          { cursor_path: meta.at, initial_value: "2024-01-01", start_param: from, end_param: to, window: P30D }
    - { name: user, endpoint: { path: "users/{resources.users.id}", data_selector: x } }
    - { name: later, selected: false, endpoint: "later" }
`;

test("check --offline explains each resource: table, keys, disposition, first request, pages", async (t) => {
  const cwd = await folder(t, { "shop.yaml": FILE });
  const environment = { TENANT: "t1", SOURCES__SHOP__API_KEY: "k-e-y" };
  const ended = await sluice(["check", "shop.yaml", "--offline"], { cwd, environment });
  assert.equal(ended.code, 0, ended.stderr);
  const tree = ended.stdout.split("\n").slice(1, -2);
  assert.deepEqual(tree, [
    "3 of 5 resources selected:",
    "  (orders)  GET orders  merge (upsert)",
    "      not loaded, asked only for its children",
    "      asks GET https://api.example.com/v1/orders?limit=100&token=***&since={incremental.start_value}; pages: numbered from 1, until the total at meta.pages or page 9 or an empty page",
    "    Order Lines  POST {area}/{order}/lines  merge (upsert)",
    "        table order_lines, primary key id",
    '        asks for each record of orders POST https://api.example.com/v1/orders/{resources.orders.id}/lines?limit=100&token=*** with {"all":true,"password":"***","since":"{resources.orders.at}"}; pages: cursor at next -> after',
    "  users  GET users  append",
    "      table users, merge key a, b, cursor meta.at",
    "      asks in windows of P30D GET https://api.example.com/v1/users?limit=100&token=***&from={incremental.start_value}&to={incremental.end_value}; pages: detected on the first page",
    "    user  GET users/{resources.users.id}  merge (upsert)",
    "        table user, primary key id",
    "        asks for each record of users GET https://api.example.com/v1/users/{resources.users.id}?limit=100&token=***; pages: one page",
    "  (later)  GET later  merge (upsert)",
    "      not selected",
  ]);
  const { resources } = onlyObject(await sluice(["check", "shop.yaml", "--offline", "--json"], { cwd, environment }));
  assert.deepEqual((resources as unknown[])[0], {
    name: "Order Lines",
    parent: "orders",
    selected: true,
    endpoint: "POST {area}/{order}/lines",
    table: "order_lines",
    write_disposition: "merge",
    strategy: "upsert",
    primary_key: ["id"],
    merge_key: [],
    requests: {
      first: "POST https://api.example.com/v1/orders/{resources.orders.id}/lines?limit=100&token=***",
      body: "json",
      content: '{"all":true,"password":"***","since":"{resources.orders.at}"}',
      pages: "cursor at next -> after",
      records: "detected on the first page",
      auth: "api_key",
    },
  });
});

test("check tells what is left to fill in, with all ways to do it, explains the rest, and asks nothing", async (t) => {
  const file = FILE.replace("https://api.example.com/v1/", "");
  const cwd = await folder(t, { "shop.yaml": file });
  const ended = await sluice(["check", "shop.yaml"], { cwd });
  assert.equal(ended.code, 2);
  assert.match(ended.stdout, /^3 of 5 resources selected:$/m);
  assert.match(ended.stdout, /^ {8}table order_lines, primary key id$/m);
  const told = ended.stderr.split("\n");
  assert.deepEqual(told.slice(0, 4), [
    'E_CONFIG: shop.yaml:7: source.client.base_url: the key "base_url" is missing; set the flag --base-url, the environment variable SOURCES__SHOP__BASE_URL or base_url under [sources.shop] in .dlt/config.toml',
    'shop.yaml:8: source.client.auth.api_key: the authentication "api_key" needs "api_key"; set the flag --token, the environment variable SOURCES__SHOP__API_KEY or api_key under [sources.shop] in .dlt/secrets.toml',
    "shop.yaml:9: source.client.headers.X-Tenant: the environment variable TENANT is not set",
    "Correct what is named and run again; nothing was requested or written.",
  ]);
  const json = await sluice(["check", "shop.yaml", "--json"], { cwd });
  const object = assertFailed(json, "E_CONFIG", 2);
  assert.equal((object.resources as unknown[]).length, 5);
});

test("check: a file that is wrong is told all at once, with line, key path and what to write, and is not explained", async (t) => {
  const wrong = FILE.replace("write_disposition: append", "write_disposition: apend")
    .replace("resources.users.id", "resources.usrs.id")
    .replace("base_page: 1", "base_pge: 1");
  const cwd = await folder(t, { "shop.yaml": wrong });
  const ended = await sluice(["check", "shop.yaml"], { cwd });
  assert.equal(ended.code, 2);
  assert.equal(ended.stdout, "");
  for (const line of [
    /^shop\.yaml:28: source\.resources\[1\]\.endpoint\.paginator\.base_pge: unknown key "base_pge"; did you mean "base_page"\?$/m,
    /^shop\.yaml:31: source\.resources\[2\]\.write_disposition: expected .*; did you mean "append"\?$/m,
    /^shop\.yaml:36: source\.resources\[3\]\.endpoint: .*"usrs", which does not exist; did you mean "users"\?$/m,
  ]) {
    assert.match(ended.stderr, line);
  }
});

test("check --source-only tries the credentials with one page and leaves the destination alone", async (t) => {
  const api = await jsonApi(t, {
    "/users": (request, response) => {
      const isKnown = request.headers.authorization === "Bearer right-one";
      response
        .writeHead(isKnown ? 200 : 401, { "content-type": "application/json" })
        .end(isKnown ? '[{"id":1}]' : "{}");
    },
  });
  const client = { base_url: api.url, auth: "bearer", paginator: "single_page" };
  const cwd = await folder(t, { "shop.json": JSON.stringify({ source: { client, resources: ["users"] } }) });
  const args = ["check", "shop.json", "--source-only", "--connection-string", "postgresql://u@127.0.0.1:9/x"];
  const right = await sluice([...args, "--token", "right-one"], { cwd });
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.stdout, /^source: users answered 200 with 1 record\(s\)$/m);
  const wrong = await sluice([...args, "--token", "wrong-one", "--json"], { cwd });
  assert.equal(assertFailed(wrong, "E_SOURCE_AUTH", 3).destination, undefined);
  assert.equal(api.asked.length, 2);
});

test("check --source-only tells of a data_selector that finds nothing in the page that was asked for", async (t) => {
  const api = await jsonApi(t, { "/users": '{"rows": [{"id": 1}], "total": 1}' });
  const client = { base_url: api.url, paginator: "single_page" };
  const file = (selector: string) =>
    JSON.stringify({ source: { client, resources: [{ name: "users", endpoint: { data_selector: selector } }] } });
  const cwd = await folder(t, { "wrong.json": file("items"), "right.json": file("rows") });
  const wrong = await sluice(["check", "wrong.json", "--source-only"], { cwd });
  assert.match(wrong.stdout, /^source: users answered 200 with 0 record\(s\)$/m);
  assert.match(
    wrong.stderr,
    /^W_NOTHING_SELECTED users: .*"items" matched nothing in the answer, which has the keys rows, total/m,
  );
  const right = await sluice(["check", "right.json", "--source-only"], { cwd });
  assert.equal(right.stderr, "");
});

test("check lists the placeholders of a generated file: those of selected resources stop it, the others wait", async (t) => {
  const file = `source:
  client: { base_url: "https://api.example.com" }
  resources:
    - name: branch
      endpoint: { path: "projects/{id}/branches/{name}", params: { id: FILL_ME_IN, name: main } }
    - name: avatar
      selected: false
      endpoint: { path: avatar, params: { email: FILL_ME_IN } }
`;
  const cwd = await folder(t, { "shop.yaml": file });
  const ended = await sluice(["check", "shop.yaml", "--offline"], { cwd });
  assert.equal(ended.code, 2);
  assert.match(ended.stdout, /^not selected, and to be filled in before it can be: avatar, endpoint\.params\.email$/m);
  assert.equal(
    ended.stderr.split("\n")[0],
    "E_CONFIG: shop.yaml:5: source.resources[0].endpoint.params.id: the placeholder is still there; write the value that is meant",
  );
  const object = assertFailed(await sluice(["check", "shop.yaml", "--offline", "--json"], { cwd }), "E_CONFIG", 2);
  assert.deepEqual(object.fill_in, [
    { resource: "branch", key: "endpoint.params.id", selected: true },
    { resource: "avatar", key: "endpoint.params.email", selected: false },
  ]);
});
