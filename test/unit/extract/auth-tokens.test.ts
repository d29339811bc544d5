/** Kinds of authentication that fetch a token, against servers that hold them to it. */
import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import type { AuthConfig } from "../../../src/config/rest-api/auth-shape.ts";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { Secret } from "../../../src/core/secret.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import { type Asked, extract, type FakeApi, json, serve } from "./fake-api.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = String(privateKey.export({ type: "pkcs8", format: "pem" }));
/** The clock of these runs stands here until they sleep. */
const NOW = Date.UTC(2024, 0, 1) / 1000;

interface Issuer extends FakeApi {
  /** Requests to `/token`, `/login` and the like. */
  readonly tokenRequests: Asked[];
  /** Tokens that the API takes. */
  readonly valid: Set<string>;
}

/** A server whose API takes what `sent` finds in a request only while it is valid; other paths than `/a` give tokens. */
async function issuer(
  t: TestContext,
  give: (request: Asked, turn: number) => unknown,
  options: { sent?: (request: Asked) => string; answer?: (response: ServerResponse, valid: Set<string>) => void } = {},
): Promise<Issuer> {
  const tokenRequests: Asked[] = [];
  const valid = new Set<string>();
  const sent = options.sent ?? (({ headers }) => headers.authorization?.replace("Bearer ", "") ?? "");
  const api = await serve(t, (request, response) => {
    if (!/^\/[a-c](\?|$)/.test(request.target)) {
      tokenRequests.push(request);
      json(response, give(request, tokenRequests.length));
    } else if (!valid.has(sent(request))) json(response, { message: "who are you?" }, {}, 401);
    else if (options.answer !== undefined) options.answer(response, valid);
    else json(response, [{ id: 1 }]);
  });
  return { ...api, tokenRequests, valid };
}

const config = (base: string, auth: AuthConfig, resources: RestApiConfig["resources"] = ["a"]): RestApiConfig => ({
  client: { base_url: base, auth, paginator: "single_page" },
  resources,
});

const PAGES = { type: "page_number" as const, total_path: "pages" };

/** Claims of an assertion whose signature the public key confirms. */
function claimsOf(assertion: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const content = Buffer.from(`${header}.${claims}`);
  assert.ok(verify("sha256", content, publicKey, Buffer.from(signature, "base64url")), "the signature");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  return { header: read(header), claims: read(claims) };
}

test("headers are sent as they stand, to the source alone", async (t) => {
  const other = await serve(t, (_, response) => json(response, { data: [{ id: 2 }] }));
  const api = await serve(t, (_, response) => json(response, { data: [{ id: 1 }], next: `${other.base}/a?page=2` }));
  const auth = { type: "headers" as const, headers: { "X-Key": new Secret("key-1"), "X-Tenant": "tenant-1" } };
  const { records, requests } = await extract(
    {
      client: { base_url: api.base, auth, paginator: "json_link", allowed_hosts: [new URL(other.base).host] },
      resources: [{ name: "a", endpoint: { path: "a", params: { tenant: "tenant-1" } } }],
    },
    { http: { allowPrivateNetwork: true } },
  );
  assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
  assert.deepEqual([api.asked[0]?.headers["x-key"], api.asked[0]?.headers["x-tenant"]], ["key-1", "tenant-1"]);
  assert.deepEqual([other.asked[0]?.headers["x-key"], other.asked[0]?.headers["x-tenant"]], [undefined, undefined]);
  // A value is a credential, whatever its header is called.
  assert.equal(requests[0]?.url, `${api.base}/a?tenant=***`);
});

test("a refresh token gives access tokens; a new one takes its place, and none is shown", async (t) => {
  const api = await issuer(
    t,
    (_, turn) => {
      const access_token = `access-${turn}`;
      api.valid.add(access_token);
      return { access_token, expires_in: 3600, refresh_token: `refresh-${turn + 1}` };
    },
    // Whatever was given out is taken back at once: the next page finds it refused.
    {
      answer: (response, valid) => {
        valid.clear();
        json(response, { data: [{ id: 1 }], pages: 3 });
      },
    },
  );
  const auth: AuthConfig = {
    type: "oauth2_refresh_token",
    access_token_url: `${api.base}/token`,
    refresh_token: new Secret("refresh-1"),
    client_id: "id",
    client_secret: new Secret("s 1"),
    access_token_request_data: { scope: "read" },
  };
  const { records } = await extract({
    client: { base_url: api.base, auth, paginator: { ...PAGES, base_page: 1 } },
    resources: [{ name: "a", endpoint: { path: "a", paginator: { ...PAGES, base_page: 1, maximum_page: 3 } } }],
  });
  assert.equal(records.a?.length, 2);
  assert.deepEqual(
    api.tokenRequests.map(({ body }) => body),
    [1, 2].map(
      (turn) => `grant_type=refresh_token&refresh_token=refresh-${turn}&client_id=id&client_secret=s+1&scope=read`,
    ),
  );
});

test("a client may prove who it is in the header, encoded as in a form", async (t) => {
  for (const type of ["oauth2_client_credentials", "oauth2_refresh_token"] as const) {
    const api = await issuer(t, ({ headers, body }) => {
      assert.equal(headers.authorization, `Basic ${Buffer.from("i+d:s%26%3A1").toString("base64")}`);
      assert.ok(!body.includes("client_id"), body);
      api.valid.add("access-1");
      return { access_token: "access-1" };
    });
    const client = { client_id: "i d", client_secret: new Secret("s&:1"), client_authentication: "basic" as const };
    const common = { access_token_url: `${api.base}/token`, ...client };
    const auth: AuthConfig =
      type === "oauth2_refresh_token" ? { type, refresh_token: "refresh-1", ...common } : { type, ...common };
    assert.deepEqual((await extract(config(api.base, auth))).records.a, [{ id: 1 }]);
  }
});

test("a token is renewed shortly before it ends, and once after it was refused; strict waits for its end and gives up", async (t) => {
  const auth = {
    type: "oauth2_client_credentials" as const,
    client_id: "id",
    client_secret: "secret-1",
  };
  // The first page waits 91 of the 100 seconds; a tenth of the life is left then, and the second one takes a new token.
  const run = async (options: object) => {
    let [waited, tokens] = [false, 0];
    const api = await serve(t, ({ target }, response) => {
      if (target === "/token") {
        tokens += 1;
        return json(response, { access_token: `t${tokens}`, expires_in: 100 });
      }
      if (waited) return json(response, { data: [{ id: target }], pages: 2 });
      waited = true;
      return json(response, {}, { "retry-after": "91" }, 429);
    });
    const section = { ...auth, access_token_url: `${api.base}/token` };
    await extract({ client: { base_url: api.base, auth: section, paginator: PAGES }, resources: ["a"] }, options);
    return api.asked.flatMap(({ target, headers }) => (target === "/token" ? [] : [headers.authorization]));
  };
  assert.deepEqual(await run({}), ["Bearer t1", "Bearer t1", "Bearer t2"]);
  assert.deepEqual(await run({ compat: "strict" }), ["Bearer t1", "Bearer t1", "Bearer t1"]);

  // Revoked after it has served: one new token, one more try. One that is refused at once is wrong, and so is the next.
  let good = 1;
  const api = await issuer(
    t,
    (_, turn) => {
      if (turn <= good) api.valid.add(`token-${turn}`);
      return { access_token: `token-${turn}` };
    },
    {
      answer: (response, valid) => {
        valid.clear();
        json(response, { data: [{ id: 1 }], pages: 2 });
      },
    },
  );
  const section = { ...auth, access_token_url: `${api.base}/token` };
  const settings = (more: object = {}): RestApiConfig => ({
    client: { base_url: api.base, auth: section, paginator: PAGES },
    resources: [{ name: "a", endpoint: { path: "a", ...more } }],
  });
  const tokens = async (config: RestApiConfig, options: object = {}) => {
    api.tokenRequests.length = 0;
    const outcome = await extract(config, options).then(
      ({ records }) => records.a?.length ?? 0,
      (error: SluiceError) => error.code,
    );
    return [outcome, api.tokenRequests.length];
  };
  good = 2;
  assert.deepEqual(await tokens(settings()), [2, 2]);
  good = 1;
  assert.deepEqual(await tokens(settings()), ["E_SOURCE_AUTH", 2]);
  good = 0;
  assert.deepEqual(await tokens(settings()), ["E_SOURCE_AUTH", 1]);
  good = 2;
  assert.deepEqual(await tokens(settings(), { compat: "strict" }), ["E_SOURCE_AUTH", 1]);
  // What a 401 means is said: no other token is tried.
  const ignoring = { response_actions: [{ status_code: 401, action: "ignore" }] };
  assert.deepEqual(await tokens(settings(ignoring)), [1, 1]);
});

test("an assertion signed with a private key is exchanged for a token", async (t) => {
  for (const pem of [PEM, PEM.replaceAll("\n", "\\n")]) {
    const api = await issuer(t, ({ body }, turn) => {
      const form = new URLSearchParams(body);
      assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
      const { header, claims } = claimsOf(form.get("assertion") ?? "");
      assert.deepEqual(header, { alg: "RS256", typ: "JWT", kid: "key-7" });
      assert.deepEqual(claims, {
        iss: "robot@project",
        aud: `${api.base}/token`,
        scope: "read write",
        iat: NOW,
        exp: NOW + 600,
        box_sub_type: "enterprise",
      });
      const access_token = `granted-${turn}`;
      api.valid.add(access_token);
      return { access_token };
    });
    const auth: AuthConfig = {
      type: "oauth2_jwt_bearer",
      access_token_url: `${api.base}/token`,
      private_key: new Secret(pem),
      private_key_id: "key-7",
      iss: "robot@project",
      scope: "read write",
      lifetime: 600,
      claims: { box_sub_type: "enterprise" },
    };
    assert.deepEqual((await extract(config(api.base, auth))).records.a, [{ id: 1 }]);
  }
});

test("a GitHub App asks for a token of its installation, restricted as configured, and again when it ends", async (t) => {
  const api = await issuer(t, ({ target, headers, body }, turn) => {
    assert.equal(target, "/app/installations/42/access_tokens");
    assert.equal(headers.accept, "application/vnd.github+json");
    const { claims } = claimsOf(headers.authorization?.replace("Bearer ", "") ?? "");
    assert.deepEqual(claims, { iss: "Iv1.x", iat: NOW - 60, exp: NOW + 540 });
    assert.deepEqual(JSON.parse(body), { repositories: ["r"], permissions: { issues: "read" } });
    const token = `ghs_installation${turn}`;
    api.valid.add(token);
    return { token, expires_at: turn === 1 ? "2024-01-01T00:00:00Z" : "2024-01-01T01:00:00Z" };
  });
  const auth: AuthConfig = {
    type: "github_app",
    app_id: "Iv1.x",
    installation_id: 42,
    private_key: PEM,
    repositories: ["r"],
    permissions: { issues: "read" },
  };
  // The first token ends as it is given; one serves both resources from then on.
  const { records } = await extract(config(api.base, auth, ["a", "b"]));
  assert.deepEqual(records, { a: [{ id: 1 }], b: [{ id: 1 }] });
  assert.equal(api.tokenRequests.length, 2);
});

test("a login gives a token at a JSONPath, and it goes where the source wants it", async (t) => {
  for (const [more, sent] of [
    [{}, ({ headers }: Asked) => headers.authorization?.replace(/^Bearer /, "") ?? ""],
    [{ prefix: "JWT " }, ({ headers }: Asked) => headers.authorization?.replace(/^JWT /, "") ?? ""],
    [{ name: "X-Session" }, ({ headers }: Asked) => headers["x-session"] ?? ""],
    [{ name: "sid", location: "cookie" }, ({ headers }: Asked) => headers.cookie?.replace("sid=", "") ?? ""],
    [
      { name: "sid", location: "query" },
      ({ target }: Asked) => new URL(target, "http://h").searchParams.get("sid") ?? "",
    ],
  ] as const) {
    const api = await issuer(
      t,
      ({ target, method, headers, body }) => {
        assert.deepEqual([method, target, headers["x-client"]], ["POST", "/login", "me"]);
        assert.deepEqual(JSON.parse(body), { user: { name: "u", password: "pass-1" }, remember: true });
        api.valid.add("session-1");
        return { data: { tokens: [{ value: "session-1" }], life: "60" } };
      },
      { sent: (request) => String(sent(request)) },
    );
    const auth: AuthConfig = {
      type: "login_request",
      login_url: "login",
      headers: { "X-Client": "me" },
      json: { user: { name: "u", password: new Secret("pass-1") as unknown as string }, remember: true },
      token_path: "data.tokens[0].value",
      expires_path: "data.life",
      ...more,
    };
    const { records, requests } = await extract(config(api.base, auth));
    assert.deepEqual(records.a, [{ id: 1 }], JSON.stringify(more));
    assert.ok(!JSON.stringify(requests).includes("session-1"));
  }
  const form = await issuer(t, ({ body }) => {
    assert.equal(body, "user=u&password=pass-1");
    form.valid.add("7");
    return { id: 7 };
  });
  const auth: AuthConfig = {
    type: "login_request",
    login_url: `${form.base}/sessions`,
    data: { user: "u", password: "pass-1" },
    token_path: "id",
  };
  assert.deepEqual((await extract(config(form.base, auth))).records.a, [{ id: 1 }]);
});

test("kinds of ours share one token between resources unless told otherwise", async (t) => {
  const tokens = async (shared: boolean | undefined) => {
    const api = await issuer(t, () => {
      api.valid.add("one");
      return { token: "one" };
    });
    const auth: AuthConfig = {
      type: "login_request",
      login_url: "login",
      token_path: "token",
      ...(shared === undefined ? {} : { shared }),
    };
    await extract(config(api.base, auth, ["a", "b", "c"]));
    return api.tokenRequests.length;
  };
  assert.deepEqual([await tokens(undefined), await tokens(true), await tokens(false)], [1, 1, 3]);
});

test("a refused login is named with what to check, and shows nothing of what was sent", async (t) => {
  const secrets = ["pass-1-word", "refresh-77", "client-88"];
  const api = await serve(t, ({ body }, response) => json(response, { error: `bad ${body}` }, {}, 400));
  for (const [auth, hint] of [
    [
      { type: "login_request", login_url: "login", json: { password: secrets[0] ?? "" }, token_path: "t" },
      "Check login_url, what the login sends, and token_path.",
    ],
    [
      {
        type: "oauth2_refresh_token",
        access_token_url: `${api.base}/token?key=${secrets[2]}`,
        refresh_token: secrets[1] ?? "",
        client_secret: secrets[2] ?? "",
      },
      "Check refresh_token, client_id, client_secret and access_token_url.",
    ],
  ] as const) {
    await assert.rejects(extract(config(api.base, auth)), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.deepEqual([error.code, error.hint], ["E_SOURCE_AUTH", hint]);
      assert.match(error.message, /the token request to http:\/\/127\.0\.0\.1:\d+\/(login|token\S*) answered 400/);
      for (const secret of secrets) assert.ok(!JSON.stringify([error.message, error.context]).includes(secret));
      return true;
    });
  }
});

test("a token request goes nowhere else, and not unencrypted to another machine", async (t) => {
  const other = await serve(t, (_, response) => json(response, { access_token: "x" }));
  const api = await serve(t, (_, response) => {
    response.writeHead(307, { location: `${other.base}/token` }).end();
  });
  const auth: AuthConfig = {
    type: "oauth2_refresh_token",
    access_token_url: `${api.base}/token`,
    refresh_token: "refresh-1",
  };
  await assert.rejects(extract(config(api.base, auth)), { code: "E_FOREIGN_ORIGIN" });
  assert.equal(other.asked.length, 0);
  for (const section of [
    { ...auth, access_token_url: "http://login.example.com/token" },
    { type: "login_request", login_url: "http://login.example.com/", token_path: "t" },
    { type: "github_app", app_id: 1, installation_id: 2, private_key: PEM, api_url: "http://github.example.com" },
  ] as const) {
    const source = { name: "s", config: config("https://api.example.com", section) };
    assert.throws(() => restApi(source), { code: "E_UNSAFE_URL" });
    assert.doesNotThrow(() => restApi({ ...source, allowInsecureHttp: true }));
  }
});
