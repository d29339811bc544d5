import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthConfig } from "../../../src/config/rest-api/auth-shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { extract, json, serve } from "./fake-api.ts";

const cases: readonly (readonly [string, AuthConfig, Readonly<Record<string, string>>, string])[] = [
  ["bearer", { type: "bearer", token: new Secret("tok") }, { authorization: "Bearer tok" }, "/a"],
  ["bearer without type", { token: "tok" }, { authorization: "Bearer tok" }, "/a"],
  ["api_key", { type: "api_key", api_key: new Secret("k") }, { authorization: "k" }, "/a"],
  ["api_key in a header", { type: "api_key", api_key: "k", name: "PRIVATE-TOKEN" }, { "private-token": "k" }, "/a"],
  ["api_key in the query", { type: "api_key", api_key: "k/1", name: "key", location: "query" }, {}, "/a?key=k%2F1"],
  [
    "api_key in a cookie",
    { type: "api_key", api_key: "k", name: "sid", location: "cookie" },
    { cookie: "sid=k" },
    "/a",
  ],
  [
    "http_basic",
    { type: "http_basic", username: "u", password: new Secret("pä:") },
    { authorization: "Basic dTpww6Q6" },
    "/a",
  ],
];

for (const [name, auth, headers, target] of cases) {
  test(`${name} is sent as configured`, async (t) => {
    const api = await serve(t, (_, response) => json(response, []));
    const { requests } = await extract({
      client: { base_url: api.base, auth, paginator: "single_page" },
      resources: ["a"],
    });
    const [asked] = api.asked;
    assert.equal(asked?.target, target);
    for (const [header, value] of Object.entries(headers)) assert.equal(asked?.headers[header], value);
    assert.ok(!requests[0]?.url.includes("k%2F1"), requests[0]?.url);
  });
}

test("an OAuth token is fetched once, used for all pages, and fetched again when it has expired", async (t) => {
  let tokens = 0;
  const api = await serve(t, ({ target, body }, response) => {
    if (target === "/token") {
      tokens += 1;
      assert.equal(body, "client_id=id&client_secret=s+1&grant_type=client_credentials&scope=read");
      json(response, { access_token: `T${tokens}`, expires_in: tokens === 1 ? 3600 : "0" });
    } else {
      json(response, { data: [{ id: 1 }], total: 3 });
    }
  });
  const auth: AuthConfig = {
    type: "oauth2_client_credentials",
    access_token_url: `${api.base}/token`,
    client_id: "id",
    client_secret: new Secret("s 1"),
    access_token_request_data: { scope: "read" },
  };
  const config = {
    client: { base_url: api.base, auth, paginator: { type: "page_number" as const } },
    resources: ["a"],
  };
  await extract(config);
  assert.equal(tokens, 1);
  assert.deepEqual(new Set(api.asked.slice(1).map((one) => one.headers.authorization)), new Set(["Bearer T1"]));
  await extract(config, { compat: "strict" });
  assert.equal(tokens, 4);
});

test("a token endpoint that refuses is named, and the API is not asked", async (t) => {
  const api = await serve(t, (_, response) => json(response, { error: "invalid_client" }, {}, 401));
  const auth: AuthConfig = {
    type: "oauth2_client_credentials",
    access_token_url: `${api.base}/token`,
    client_id: "id",
    client_secret: "secret-1",
  };
  await assert.rejects(
    extract({ client: { base_url: api.base, auth }, resources: ["a"] }),
    /token request to .*\/token answered 401/,
  );
  assert.equal(api.asked.length, 1);
});

test("dedupe leaves a key alone that a link has already", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    json(response, { data: [{ target }], next: target.includes("page=2") ? null : `${api.base}/a?page=2&key=k` }),
  );
  const auth: AuthConfig = { type: "api_key", api_key: "k", name: "key", location: "query", dedupe: true };
  await extract({ client: { base_url: api.base, auth, paginator: "json_link" }, resources: ["a"] });
  assert.deepEqual(
    api.asked.map((one) => one.target),
    ["/a?key=k", "/a?page=2&key=k"],
  );
});

const clientCredentials = (
  base: string,
  more: Partial<Extract<AuthConfig, { type: "oauth2_client_credentials" }>> = {},
) => ({
  type: "oauth2_client_credentials" as const,
  access_token_url: `${base}/token`,
  client_id: "id",
  client_secret: "secret-1",
  ...more,
});

test("a configured access_token counts as expired, request data may override; in strict 401 does not renew", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    target === "/token" ? json(response, { access_token: "new" }) : json(response, {}, {}, 401),
  );
  const auth = clientCredentials(api.base, {
    access_token: "old",
    access_token_request_data: { grant_type: "password", scope: "s" },
  });
  const config = { client: { base_url: api.base, auth }, resources: ["a"] };
  await assert.rejects(extract(config, { compat: "strict" }), /answered 401/);
  assert.deepEqual(
    api.asked.map(({ target, headers, body }) => [target, headers.authorization, body]),
    [
      ["/token", undefined, "client_id=id&client_secret=secret-1&grant_type=password&scope=s"],
      ["/a", "Bearer new", ""],
    ],
  );
});

test("without a life time a token lives as long as the configuration says", async (t) => {
  let tokens = 0;
  const api = await serve(t, ({ target }, response, turn) => {
    if (target === "/token") json(response, { access_token: `T${++tokens}` });
    else json(response, { data: [{ turn }], total: 3 }, {}, turn === 2 ? 503 : 200);
  });
  const of = async (seconds: number) => {
    tokens = 0;
    const auth = clientCredentials(api.base, { default_token_expiration: seconds });
    const client = { base_url: api.base, auth, paginator: { type: "page_number" as const } };
    await extract({ client, resources: ["a"] }, { compat: "strict" });
    return tokens;
  };
  assert.equal(await of(3600), 1);
  assert.equal(await of(0), 3);
});

test("a token endpoint that is down is asked again, and then named", async (t) => {
  const api = await serve(t, ({ target }, response, turn) => {
    if (target !== "/token") json(response, [{ id: 1 }]);
    else json(response, { access_token: "T" }, {}, turn < 3 ? 503 : 200);
  });
  const config = (base: string) => ({ client: { base_url: base, auth: clientCredentials(base) }, resources: ["a"] });
  const { records, delays } = await extract(config(api.base));
  assert.deepEqual([records.a, delays], [[{ id: 1 }], [1, 2]]);
  const down = await serve(t, (_, response) => json(response, {}, {}, 503));
  await assert.rejects(extract(config(down.base)), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.deepEqual([error.code, error.reason], ["E_SOURCE_UNAVAILABLE", "http_status"]);
    return true;
  });
  assert.equal(down.asked.length, 5);
});

test("the auth of the defaults is that of the resources, null switches it off", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  await extract({
    client: { base_url: api.base, auth: { token: "client" }, paginator: "single_page" },
    resource_defaults: { endpoint: { auth: { type: "api_key", api_key: "default", name: "X-Key" } } },
    resources: ["a", { name: "b", endpoint: { auth: null } }, { name: "c", endpoint: { auth: { token: "own" } } }],
  });
  const sent = api.asked.map(({ target, headers }) => [target, headers.authorization, headers["x-key"]]).sort();
  assert.deepEqual(sent, [
    ["/a", undefined, "default"],
    ["/b", undefined, undefined],
    ["/c", "Bearer own", undefined],
  ]);
});
