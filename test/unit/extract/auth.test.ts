import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthConfig } from "../../../src/config/rest-api/auth-shape.ts";
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
