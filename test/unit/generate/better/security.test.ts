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
  resourceAt,
  text,
} from "../../../support/generate.ts";

const things = listOf(object({ id: integer }));
const SCHEMES = {
  bearer: { type: "http", scheme: "Bearer" },
  basic: { type: "http", scheme: "basic" },
  key: { type: "apiKey", name: "X-Key", in: "header" },
  app: { type: "apiKey", name: "X-App", in: "header" },
  query: { type: "apiKey", name: "token", in: "query" },
  digest: { type: "http", scheme: "digest" },
  login: { type: "oauth2", flows: { authorizationCode: { tokenUrl: "https://api.example/token" } } },
  machine: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://api.example/token" } } },
  openid: { type: "openIdConnect", openIdConnectUrl: "https://api.example/openid" },
};

function pipeline(security: unknown, names: readonly (keyof typeof SCHEMES)[], paths?: Record<string, unknown>) {
  const securitySchemes = Object.fromEntries(names.map((name) => [name, SCHEMES[name]]));
  const rest = security === undefined ? {} : { security };
  return generate({ paths: paths ?? { "/things": get(things) }, components: { securitySchemes }, ...rest });
}

test("each kind of scheme becomes a section auth; names of secrets stand where secrets belong", () => {
  const auth = (name: keyof typeof SCHEMES) => pipeline([{ [name]: [] }], [name]).client.auth;
  assert.deepEqual(auth("bearer"), { type: "bearer", settings: [{ key: "token", secret: "token" }] });
  assert.deepEqual(auth("key"), {
    type: "api_key",
    settings: [
      { key: "api_key", secret: "api_key" },
      { key: "name", value: "X-Key" },
      { key: "location", value: "header" },
    ],
  });
  assert.deepEqual(auth("basic")?.type, "http_basic");
  assert.deepEqual(auth("machine"), {
    type: "oauth2_client_credentials",
    settings: [
      { key: "access_token_url", value: "https://api.example/token" },
      { key: "client_id", secret: "client_id" },
      { key: "client_secret", secret: "client_secret" },
    ],
  });
  assert.equal(auth("login")?.type, "bearer");
  assert.equal(auth("openid")?.type, "bearer");
  assert.equal(auth("digest"), undefined);
});

test("of alternatives the first that needs only a secret is taken, OAuth after them", () => {
  const type = (...names: (keyof typeof SCHEMES)[]) =>
    pipeline(
      names.map((name) => ({ [name]: [] })),
      names,
    ).client.auth?.type;
  assert.equal(type("login", "key"), "api_key");
  assert.equal(type("digest", "basic"), "http_basic");
  assert.equal(type("login", "machine"), "bearer");
  const unknown = pipeline([{ digest: [] }], ["digest"]);
  assert.match(unknown.findings[0]?.message ?? "", /authentication by digest \(http\) is not known/);
  assert.equal(unknown.findings[0]?.code, "UnsupportedSecurityScheme");
});

test("keys that are wanted together stand beside auth as headers", () => {
  const { client, secrets } = pipeline([{ key: [], app: [] }], ["key", "app"]);
  assert.equal(client.auth?.type, "api_key");
  assert.deepEqual(client.headers, [{ key: "X-App", secret: "app" }]);
  assert.deepEqual(secrets, ["api_key", "app"]);
});

test("client credentials ask for all scopes in use, at an absolute address; a key beside them is a header", () => {
  const machine = { type: "oauth2", flows: { clientCredentials: { tokenUrl: "/oauth/token" } } };
  const { client } = generate({
    security: [{ app: [], machine: ["read"] }],
    components: { securitySchemes: { app: SCHEMES.app, machine } },
    paths: { "/things": get(things, { security: [{ app: [], machine: ["read", "list"] }] }) },
  });
  assert.deepEqual(client.auth?.settings, [
    { key: "access_token_url", value: "https://api.example/oauth/token" },
    { key: "client_id", secret: "client_id" },
    { key: "client_secret", secret: "client_secret" },
    { key: "access_token_request_data", value: { scope: "read list" } },
  ]);
  assert.deepEqual(client.headers, [{ key: "X-App", secret: "app" }]);
});

test("without security of the document that of most endpoints counts, and others have their own", () => {
  const own = (name: string) => get(things, { security: [{ [name]: [] }] });
  const paths = { "/a": own("key"), "/b": own("key"), "/c": own("basic"), "/d": get(things, { security: [] }) };
  const found = pipeline(undefined, ["basic", "key"], paths);
  assert.equal(found.client.auth?.type, "api_key");
  assert.equal(resourceAt(found, "/a").endpoint.auth, undefined);
  assert.deepEqual(resourceAt(found, "/c").endpoint.auth, {
    type: "http_basic",
    settings: [
      { key: "username", secret: "basic_username" },
      { key: "password", secret: "basic_password" },
    ],
  });
  assert.equal(reasonOf(resourceAt(found, "/c"), "auth"), "the scheme basic of its own");
  assert.equal(resourceAt(found, "/d").endpoint.auth, undefined);
  assert.deepEqual(found.secrets, ["api_key", "basic_username", "basic_password"]);
});

test("a parameter that authentication sends is not asked of the user again", () => {
  const header = { name: "X-Key", in: "header", required: true, schema: text };
  const byHeader = pipeline([{ key: [] }], ["key"], { "/things": get(things, { parameters: [header] }) });
  assert.deepEqual(resourceAt(byHeader, "/things").endpoint.headers, []);
  const token = query("token", text, true);
  const byQuery = pipeline([{ query: [] }], ["query"], { "/things": get(things, { parameters: [token] }) });
  assert.equal(resourceAt(byQuery, "/things").endpoint.params, undefined);
});
