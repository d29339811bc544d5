import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "../../../../src/config/check-source.ts";
import { isJsonObject } from "../../../../src/core/json.ts";
import { renderPipelineFile } from "../../../../src/generate/render/pipeline-file.ts";
import { sourceValue } from "../../../../src/generate/render/source-value.ts";
import { renderSecretsToml } from "../../../../src/generate/render/toml-files.ts";
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
import { extract, json, serve } from "../../extract/fake-api.ts";

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
  assert.match(unknown.findings[0]?.message ?? "", /authentication by digest \(http digest\) is not known/);
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
  assert.equal(resourceAt(found, "/d").endpoint.auth, null);
  assert.equal(
    reasonOf(resourceAt(found, "/d"), "auth"),
    "the document says that this endpoint needs no authentication",
  );
  assert.deepEqual(found.secrets, ["api_key", "basic_username", "basic_password"]);
});

test("an endpoint whose own schemes cannot be used says so, in the file and in what explains it", () => {
  const own = (...wanted: unknown[]) => get(things, { security: wanted });
  const paths = {
    "/digest": own({ digest: [] }),
    "/cert": own({ cert: [] }),
    "/typo": own({ Key: [] }),
    "/two": own({ basic: [], app: [] }),
    "/either": own({ digest: [] }, { key: [] }),
    "/optional": own({}, { digest: [] }),
    "/key": get(things),
  };
  const securitySchemes = { ...SCHEMES, cert: { type: "mutualTLS" } };
  const found = generate({ paths, security: [{ key: [] }], components: { securitySchemes } });
  const notes = Object.fromEntries(
    found.resources.map(({ operation, findings }) => [operation.path, findings.map(({ message }) => message).join()]),
  );
  const rest = "is not known: give endpoint.auth by hand; until then it is asked with that of the client";
  assert.deepEqual(notes, {
    "/digest": `authentication by digest (http digest) ${rest}`,
    "/cert": `authentication by cert (mutualTLS) ${rest}`,
    "/typo": `authentication by Key (not declared) ${rest}`,
    "/two": "it wants X-App too: give endpoint.headers by hand",
    "/either": "",
    "/optional": "",
    "/key": "",
  });
  const file = renderPipelineFile(found, { format: "yaml", documentName: "api.json", limit: undefined });
  assert.match(file, /^ +# authentication by Key \(not declared\) is not known: .*\n +- name: typo$/m);
});

test("an endpoint that needs no authentication gets none", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const found = pipeline([{ key: [] }], ["key"], { "/open": get(things, { security: [] }), "/closed": get(things) });
  const { client, ...source } = sourceValue(found);
  assert.ok(isJsonObject(client) && isJsonObject(client.auth));
  const auth = { ...client.auth, api_key: "the-secret" };
  const checked = checkSource({ ...source, client: { ...client, auth, base_url: api.base } }, "default");
  assert.ok(checked.source !== undefined);
  await extract({ client: checked.source.client, resources: checked.source.resources });
  assert.deepEqual(
    new Map(api.asked.map(({ target, headers }) => [target, headers["x-key"]])),
    new Map([
      ["/open", undefined],
      ["/closed", "the-secret"],
    ]),
  );
});

test("a parameter that authentication sends is not asked of the user again", () => {
  const header = { name: "X-Key", in: "header", required: true, schema: text };
  const byHeader = pipeline([{ key: [] }], ["key"], { "/things": get(things, { parameters: [header] }) });
  assert.deepEqual(resourceAt(byHeader, "/things").endpoint.headers, []);
  const token = query("token", text, true);
  const byQuery = pipeline([{ query: [] }], ["query"], { "/things": get(things, { parameters: [token] }) });
  assert.equal(resourceAt(byQuery, "/things").endpoint.params, undefined);
});

test("a token before a name with a password; what is a bearer's token said once more is no parameter to fill in", () => {
  const both = pipeline([{ basic: [] }, { bearer: [] }], ["basic", "bearer"]);
  assert.equal(both.client.auth?.type, "bearer");
  const named = (name: string, description: string, place = "query") => ({
    ...query(name, text, true),
    in: place,
    description,
  });
  const parameters = [
    named("token", "Authentication token. Requires a scope"),
    named("access_token", "OAuth access token", "header"),
    named("page_token", "Token of the next page"),
  ];
  const things_ = resourceAt(
    pipeline([{ bearer: [] }], ["bearer"], { "/things": get(things, { parameters }) }),
    "/things",
  );
  assert.deepEqual(
    [...(things_.endpoint.params ?? []), ...things_.endpoint.headers].map(({ name }) => name),
    ["page_token"],
  );
});

test("secrets.toml says what each secret is for", () => {
  const lines = (security: unknown, ...names: readonly (keyof typeof SCHEMES)[]) =>
    renderSecretsToml(pipeline(security, names))
      .split("\n")
      .flatMap((line) =>
        line.includes(" = ") ? [line.replace(/ = "FILL ME OUT" # TODO: fill in your credentials/, "")] : [],
      );
  assert.deepEqual(lines([{ key: [], app: [] }], "key", "app"), ["api_key: the header X-Key", "app: the header X-App"]);
  assert.deepEqual(lines([{ query: [] }], "query"), ["api_key: the query parameter token"]);
  assert.deepEqual(lines([{ bearer: [] }], "bearer"), ["token: sent as Authorization: Bearer TOKEN"]);
  assert.deepEqual(lines([{ basic: [] }], "basic"), ["username", "password"]);
  assert.deepEqual(lines([{ machine: [] }], "machine"), [
    "client_id: for https://api.example/token",
    "client_secret: for https://api.example/token",
  ]);
});
