/** Kinds of authentication that dlt has not, in a pipeline file: what is filled in, what is kept secret, what is refused. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { load, refusal } from "./support/load.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const CLOSED = String(
  privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" }),
);
const EC = String(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
);

const file = (auth: unknown) =>
  JSON.stringify({ pipeline: "s", source: { client: { base_url: "https://x", auth }, resources: ["a"] } });

const given = (auth: unknown, environment: Record<string, string> = {}) => ({
  file: "s.json",
  files: { "s.json": file(auth) },
  environment,
});

const KINDS = {
  refresh: { type: "oauth2_refresh_token", access_token_url: "https://x/t", refresh_token: "refresh-1" },
  assertion: { type: "oauth2_jwt_bearer", access_token_url: "https://x/t", private_key: PEM, iss: "me" },
  app: {
    type: "github_app",
    app_id: 1,
    installation_id: "2",
    private_key: CLOSED,
    private_key_passphrase: "open sesame",
  },
  client: {
    type: "oauth2_client_credentials",
    access_token_url: "https://x/t",
    client_id: "me",
    client_secret: "secret-1",
  },
  login: { type: "login_request", login_url: "login", json: { user: "u", password: "pass-1" }, token_path: "t" },
  headers: { type: "headers", headers: { "X-Tenant": "tenant-1", "X-Other": "other-1" } },
} as const;

test("what proves who asks is kept secret, the rest is not", () => {
  const secrets = (auth: unknown) => load(given(auth)).secrets.map((secret) => secret.reveal());
  assert.deepEqual(secrets(KINDS.refresh), ["refresh-1"]);
  assert.deepEqual(secrets(KINDS.assertion), [PEM]);
  assert.deepEqual(secrets(KINDS.app), [CLOSED, "open sesame"]);
  assert.deepEqual(secrets(KINDS.login), ["pass-1"]);
  assert.deepEqual(secrets(KINDS.headers), ["tenant-1", "other-1"]);
});

test("credentials come from settings too, the optional ones may be absent", () => {
  const auth = (section: unknown, environment: Record<string, string>) => {
    const { source } = load(given(section, environment));
    assert.ok(source.kind === "rest-api");
    return source.config.client.auth;
  };
  const refresh = auth(
    { type: "oauth2_refresh_token", access_token_url: "https://x/t" },
    { SOURCES__REFRESH_TOKEN: "r" },
  );
  assert.ok(typeof refresh === "object" && refresh?.type === "oauth2_refresh_token");
  assert.equal(typeof refresh.refresh_token === "object" && refresh.refresh_token?.reveal(), "r");
  assert.equal(refresh.client_secret, undefined);
  const app = auth("github_app", {
    SOURCES__APP_ID: "7",
    SOURCES__INSTALLATION_ID: "8",
    SOURCES__PRIVATE_KEY: PEM.replaceAll("\n", "\\n"),
  });
  assert.ok(typeof app === "object" && app?.type === "github_app");
  assert.deepEqual([app.app_id, app.installation_id].map(String), ["7", "8"]);
});

test("what is missing or cannot be used is named, and no secret is shown", () => {
  const broken = PEM.replace("MII", "XXX");
  for (const [auth, message] of [
    [{ ...KINDS.refresh, refresh_token: null }, /auth\.refresh_token: the authentication "oauth2_refresh_token" needs/],
    [{ ...KINDS.assertion, iss: null }, /auth\.iss: the authentication "oauth2_jwt_bearer" needs "iss"/],
    [{ ...KINDS.assertion, private_key: broken }, /auth\.private_key: the private key cannot be read/],
    [{ ...KINDS.assertion, private_key: EC }, /auth\.private_key: expected an RSA key, found one of kind ec/],
    [{ ...KINDS.assertion, access_token_url: "x/t" }, /auth\.access_token_url: expected a URL with http/],
    [{ ...KINDS.client, access_token_url: "x/t" }, /auth\.access_token_url: expected a URL with http/],
    [{ ...KINDS.login, login_url: "https://[x/t" }, /auth\.login_url: expected a URL with http/],
    [{ ...KINDS.assertion, lifetime: 0 }, /auth\.lifetime: expected at least 1/],
    [{ ...KINDS.app, private_key_passphrase: "wrong" }, /auth\.private_key: the private key cannot be read/],
    [{ ...KINDS.app, api_url: "github.example.com" }, /auth\.api_url: expected a URL/],
    [{ ...KINDS.app, repositories: "r" }, /auth\.repositories: expected a list/],
    [{ ...KINDS.login, token_path: "a[" }, /auth\.token_path: /],
    [{ ...KINDS.login, token_path: undefined }, /auth\.token_path: the key "token_path" is missing/],
    [{ ...KINDS.login, login_url: null }, /auth\.login_url: the authentication "login_request" needs "login_url"/],
    [{ ...KINDS.login, data: { a: "b" } }, /auth\.data: the login has both json and data/],
    [{ ...KINDS.headers, headers: {} }, /auth\.headers: the authentication "headers" names no header/],
    [{ ...KINDS.headers, headers: { "a b": "v-1" } }, /auth\.headers\["a b"\]: "a b" is no name of a header/],
    [
      { ...KINDS.headers, headers: { "X-A": "tok-1\n" } },
      /the value of the header "X-A" has characters that no header/,
    ],
    [{ ...KINDS.headers, headers: { "X-A": 12345 } }, /auth\.headers.*X-A.*: expected text/],
    [{ ...KINDS.refresh, refresh_tokn: "x" }, /unknown key "refresh_tokn"/],
    [{ type: "oauth2_refresh" }, /expected one of .*oauth2_refresh_token/],
  ] as const) {
    const error = refusal(given(auth));
    assert.equal(error.code, "E_CONFIG");
    assert.match(error.message, message);
    for (const secret of [
      "refresh-1",
      "pass-1",
      "tok-1",
      "12345",
      "open sesame",
      broken.slice(40, 80),
      EC.slice(40, 80),
    ])
      assert.ok(!error.message.includes(secret), error.message);
  }
});

test("what is only not filled in yet is told as open, a key too", () => {
  const open = load({ ...given({ ...KINDS.assertion, private_key: null }), fillIn: true }).open;
  assert.match(open?.message ?? "", /auth\.private_key/);
});
