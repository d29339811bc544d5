/** Proxies of the environment: whom they lead to, and that they see nothing that is meant for the source. */
import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { SluiceError } from "../../../../src/core/errors.ts";
import type { HttpOptions } from "../../../../src/extract/http/client.ts";
import { proxiesOf, proxyFor } from "../../../../src/extract/http/proxy.ts";
import { noOpenssl, testAuthority } from "../../../support/certificates.ts";
import { connectProxy } from "../../../support/connect-proxy.ts";
import { failure } from "../../../support/failure.ts";
import { extract, json, serve } from "../fake-api.ts";

const load = (base: string, environment: Record<string, string>, http: HttpOptions = {}) =>
  extract(
    {
      client: {
        base_url: base,
        auth: { token: "canary-token" },
        paginator: "single_page",
        headers: { "X-Mine": "canary" },
      },
      resources: ["a"],
    },
    { http: { proxies: proxiesOf(environment), backoffFactor: 0.01, ...http }, allowInsecureHttp: true },
  );

test("plain http goes through a tunnel: the proxy is told the host, and its own credential, and nothing else", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const proxy = await connectProxy(t, Number(new URL(api.base).port));
  const { records } = await load("http://api.example.test", { http_proxy: `http://me:p%40ss@${proxy.host}` });
  assert.deepEqual(records.a, [{ id: 1 }]);
  assert.equal(proxy.heads.length, 1);
  const [first, ...headers] = proxy.heads[0]?.split("\r\n") ?? [];
  assert.equal(first, "CONNECT api.example.test:80 HTTP/1.1");
  const names = headers.map((line) => line.split(":")[0]?.toLowerCase()).sort();
  assert.deepEqual(names, ["connection", "host", "proxy-authorization", "proxy-connection"]);
  assert.ok(headers.includes(`proxy-authorization: Basic ${Buffer.from("me:p@ss").toString("base64")}`));
  assert.equal(api.asked[0]?.headers.authorization, "Bearer canary-token");
  assert.equal(api.asked[0]?.headers["proxy-authorization"], undefined);
});

test("https through a tunnel: no byte of the token in clear, and the certificate is that of the source", {
  skip: noOpenssl(),
}, async (t) => {
  const authority = testAuthority(t);
  const asked: (string | undefined)[] = [];
  const server = createServer(authority.issue("DNS:api.example.test"), (request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(200, { "content-type": "application/json" }).end('[{"id":1}]');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const proxy = await connectProxy(t, (server.address() as AddressInfo).port);
  const environment = { HTTPS_PROXY: proxy.host, HTTP_PROXY: "http://127.0.0.1:1" };
  const { records } = await load("https://api.example.test", environment, { caCertificate: authority.cert });
  assert.deepEqual(records.a, [{ id: 1 }]);
  assert.deepEqual(asked, ["Bearer canary-token"]);
  assert.equal(proxy.heads[0]?.split("\r\n")[0], "CONNECT api.example.test:443 HTTP/1.1");
  assert.ok(proxy.through().length > 100);
  assert.ok(!`${proxy.heads.join()}${proxy.through()}`.includes("canary"));
  const wrong = await failure(load("https://other.example.test", environment, { caCertificate: authority.cert }));
  assert.equal(wrong.code, "E_CONFIG", wrong.message);
});

test("a proxy that refuses: 407 is a fault of the configuration, 502 is tried again, 403 is final; none shows a credential", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const port = Number(new URL(api.base).port);
  const cases: readonly (readonly [string, string, number])[] = [
    ["407 Proxy Authentication Required", "E_CONFIG", 1],
    ["403 Forbidden", "E_SOURCE_UNAVAILABLE", 1],
    ["502 Bad Gateway", "E_SOURCE_UNAVAILABLE", 5],
  ];
  for (const [status, code, tries] of cases) {
    const proxy = await connectProxy(t, port, () => `HTTP/1.1 ${status}`);
    const error = await failure(load("http://api.example.test", { HTTP_PROXY: `http://me:canary-pass@${proxy.host}` }));
    assert.deepEqual([error.code, proxy.heads.length], [code, tries], error.message);
    assert.ok(error.message.includes(proxy.host), error.message);
    assert.ok(!JSON.stringify([error.message, error.context, String(error.cause)]).includes("canary-pass"));
  }
  const mended = await connectProxy(t, port, (_, turn) => (turn === 1 ? "HTTP/1.1 503 Later" : undefined));
  assert.deepEqual((await load("http://api.example.test", { HTTP_PROXY: `http://${mended.host}` })).records.a, [
    { id: 1 },
  ]);
  const gone = await failure(load("http://api.example.test", { HTTP_PROXY: "http://127.0.0.1:1" }));
  assert.equal(gone.code, "E_SOURCE_UNAVAILABLE", gone.message);
  assert.equal(api.asked.length, 1);
});

test("through a proxy addresses that stand in a link are still checked; names are the proxy's to resolve", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    target === "/a"
      ? json(response, [{ id: 1 }], { link: '<http://name.example.test/b>; rel="next"' })
      : json(response, [{ id: 2 }], { link: '<http://10.0.0.1/c>; rel="next"' }),
  );
  const proxy = await connectProxy(t, Number(new URL(api.base).port));
  const error = await failure(
    extract(
      {
        client: {
          base_url: "http://api.example.test",
          paginator: "header_link",
          allowed_hosts: ["name.example.test", "10.0.0.1"],
        },
        resources: ["a"],
      },
      { http: { proxies: proxiesOf({ HTTP_PROXY: proxy.host }) } },
    ),
  );
  assert.equal(error.code, "E_UNSAFE_URL", error.message);
  assert.deepEqual(
    proxy.heads.map((head) => head.split(" ")[1]),
    ["api.example.test:80", "name.example.test:80"],
  );
});

test("which proxy for which URL: lower case wins, NO_PROXY in all its forms, this machine never", () => {
  const proxies = proxiesOf({
    http_proxy: "http://lower:1",
    HTTP_PROXY: "http://upper:1",
    HTTPS_PROXY: "secure:2",
    NO_PROXY:
      "one.test, .two.test *.three.test\n10.0.0.0/8,192.168.1.7,four.test:8443,[fd00::1]:443,fd01::/16,,ünknown:x",
  });
  const of = (url: string) => proxyFor(new URL(url), proxies)?.origin;
  assert.equal(of("http://api.test"), "http://lower:1");
  assert.equal(of("https://api.test"), "http://secure:2");
  const around = [
    "http://one.test",
    "http://ONE.test.:8080",
    "http://sub.one.test",
    "http://two.test",
    "http://a.b.two.test",
    "http://three.test",
    "http://x.three.test",
    "http://10.200.3.4",
    "http://192.168.1.7",
    "https://four.test:8443",
    "https://[fd00::1]",
    "http://[fd01::5]",
    "http://localhost:8080",
    "http://api.localhost",
    "http://127.1.2.3",
    "http://[::1]:1",
  ];
  for (const url of around) assert.equal(of(url), undefined, url);
  const through = [
    "http://notone.test",
    "https://four.test",
    "http://11.0.0.1",
    "http://192.168.1.70",
    "http://[fd00::1]",
  ];
  for (const url of through) assert.ok(of(url) !== undefined, url);
  assert.equal(proxyFor(new URL("http://api.test"), proxiesOf({ http_proxy: "p:1", no_proxy: "*" })), undefined);
  assert.deepEqual(proxiesOf({ HTTP_PROXY: " ", https_proxy: "" }), { except: [] });
});

test("a proxy that cannot be used is told by its variable, not by its value", () => {
  for (const value of ["socks5://me:canary@h:1", "http://me:canary@", "https://me:canary@h:99999", "ftp://canary"]) {
    assert.throws(
      () => proxiesOf({ HTTPS_PROXY: value }),
      (error) =>
        error instanceof SluiceError &&
        error.code === "E_INPUT" &&
        error.message.includes("HTTPS_PROXY") &&
        !JSON.stringify([error.message, error.hint, error.context]).includes("canary"),
      value,
    );
  }
});
