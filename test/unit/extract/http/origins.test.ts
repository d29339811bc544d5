import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestApiConfig } from "../../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { extract, json, serve } from "../fake-api.ts";

const withToken = (base: string, more: Partial<RestApiConfig["client"]> = {}): RestApiConfig => ({
  client: {
    base_url: base,
    auth: { type: "api_key", api_key: "secret-token", name: "PRIVATE-TOKEN" },
    headers: { "X-Mine": "header-secret" },
    paginator: "header_link",
    ...more,
  },
  resources: ["a"],
});

function isForeign(error: unknown): boolean {
  assert.ok(error instanceof SluiceError, String(error));
  assert.equal(error.code, "E_FOREIGN_ORIGIN");
  return true;
}

test("a next link to another origin is not followed", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }], { link: `<${other.base}/a>; rel="next"` }));
  await assert.rejects(extract(withToken(api.base)), isForeign);
  assert.equal(other.asked.length, 0);
});

test("an allowed host is asked without any credential, and so it is in strict", async (t) => {
  for (const strict of [false, true]) {
    const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
    const api = await serve(t, (_, response) => json(response, [{ id: 1 }], { link: `<${other.base}/a>; rel="next"` }));
    const hosts = strict ? {} : { allowed_hosts: [new URL(other.base).host] };
    const { records } = await extract(withToken(api.base, hosts), {
      compat: strict ? "strict" : "default",
      http: { allowPrivateNetwork: true },
    });
    assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
    assert.equal(api.asked[0]?.headers["private-token"], "secret-token");
    const text = JSON.stringify(other.asked);
    assert.ok(!text.includes("secret"), text);
  }
});

test("redirects stay on their origin, five at most", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const api = await serve(t, ({ target }, response) => {
    if (target === "/a") response.writeHead(302, { location: "/b" }).end();
    else if (target === "/b") json(response, [{ id: 1 }]);
    else if (target === "/away") response.writeHead(302, { location: `${other.base}/a` }).end();
    else response.writeHead(302, { location: target }).end();
  });
  assert.deepEqual((await extract(withToken(api.base))).records.a, [{ id: 1 }]);
  assert.equal(api.asked[1]?.headers["private-token"], "secret-token");
  const at = (path: string) => ({ ...withToken(api.base), resources: [{ name: "a", endpoint: path }] });
  await assert.rejects(extract(at("away")), isForeign);
  assert.equal(other.asked.length, 0);
  await assert.rejects(extract(at("loop")), /redirected more than 5 times/);
});

test("a link of another scheme is refused", async (t) => {
  for (const link of ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:application/json,[]"]) {
    const api = await serve(t, (_, response) => json(response, [{ id: 1 }], { link: `<${link}>; rel="next"` }));
    await assert.rejects(extract(withToken(api.base)), isForeign, link);
  }
});

test("an absolute path written in the configuration has a home of its own; one from a record has not", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const api = await serve(t, (_, response) => json(response, [{ url: `${other.base}/x` }]));
  const config: RestApiConfig = {
    ...withToken(api.base, { paginator: "single_page" }),
    resources: ["a", { name: "b", endpoint: `${other.base}/b` }],
  };
  assert.deepEqual((await extract(config)).records.b, [{ id: 2 }]);
  assert.equal(other.asked[0]?.headers["private-token"], "secret-token");
  const fromRecord: RestApiConfig = {
    ...config,
    resources: ["a", { name: "c", endpoint: { path: "{resources.a.url}", path_encoding: "none" } }],
  };
  await assert.rejects(extract(fromRecord), isForeign);
  assert.equal(other.asked.length, 1);
});

test("a credential does not travel unencrypted to another machine, wherever it stands", async (t) => {
  const plain = "http://gitlab.example.com";
  const safe = { base_url: "https://gitlab.example.com", paginator: "single_page" } as const;
  const secret = new Secret("tok-en");
  const wrong: readonly RestApiConfig[] = [
    withToken(plain),
    { ...withToken(safe.base_url), resources: [{ name: "a", endpoint: `${plain}/a` }] },
    { client: { ...safe, base_url: plain, headers: { "Private-Token": secret } }, resources: ["a"] },
    { client: { ...safe, base_url: plain }, resources: [{ name: "a", endpoint: { params: { token: secret } } }] },
    {
      client: { ...safe, base_url: plain },
      resources: [{ name: "a", endpoint: { path: "bot{token}/a", params: { token: secret } } }],
    },
    {
      client: { ...safe, base_url: plain },
      resources: [{ name: "a", endpoint: { method: "POST", json: { login: { password: secret as never } } } }],
    },
    {
      client: safe,
      resources: [
        {
          name: "a",
          endpoint: {
            auth: {
              type: "oauth2_client_credentials",
              access_token_url: `${plain}/token`,
              client_id: "c",
              client_secret: "s-ecret",
            },
          },
        },
      ],
    },
  ];
  for (const config of wrong) {
    await assert.rejects(
      async () => extract(config),
      (error) => {
        assert.ok(error instanceof SluiceError, String(error));
        assert.equal(error.code, "E_UNSAFE_URL", JSON.stringify(config));
        assert.match(error.message, /^resource "a": .* unencrypted to http:\/\/gitlab\.example\.com$/);
        return true;
      },
    );
  }
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const here: RestApiConfig = { ...withToken(plain), resources: [{ name: "a", endpoint: `${api.base}/a` }] };
  assert.deepEqual((await extract(here)).records.a, [{ id: 1 }], "nothing is sent to base_url");
});

test("a token with a line end is told as a fault of the configuration, without showing it", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const config: RestApiConfig = {
    client: { base_url: api.base, auth: { token: "abc-secret\nx" }, paginator: "single_page" },
    resources: ["a"],
  };
  await assert.rejects(extract(config), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "E_CONFIG");
    assert.ok(!error.message.includes("abc-secret"));
    return true;
  });
});
