/** What `tls-verify`, `ca-certificate` and the environment do to connections of the source, with a test's own authority. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { SecureVersion } from "node:tls";
import { promisify } from "node:util";
import type { HttpOptions } from "../../../../src/extract/http/client.ts";
import { type KeyPair, noOpenssl, testAuthority } from "../../../support/certificates.ts";
import { failure } from "../../../support/failure.ts";
import { extract } from "../fake-api.ts";

const skip = noOpenssl();
if (skip !== false) console.error(skip);

async function secureServer(t: TestContext, pair: KeyPair, maxVersion: SecureVersion = "TLSv1.3") {
  const asked: (string | undefined)[] = [];
  // Old versions are refused by the security level of OpenSSL 3 unless asked for.
  const old = { minVersion: "TLSv1" as const, ciphers: "DEFAULT@SECLEVEL=0" };
  const server = createServer({ ...pair, maxVersion, ...(maxVersion < "TLSv1.2" ? old : {}) }, (request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(200, { "content-type": "application/json" }).end('[{"id":1}]');
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `https://localhost:${(server.address() as AddressInfo).port}`, asked };
}

const load = (base: string, http: HttpOptions) =>
  extract(
    { client: { base_url: base, auth: { token: "canary-token" }, paginator: "single_page" }, resources: ["a"] },
    { http: { maxAttempts: 1, ...http } },
  );

suite("TLS to the source", { skip }, () => {
  test("an unknown authority or another name: E_CONFIG, one try, no token; with its certificate it is fine", async (t) => {
    const authority = testAuthority(t);
    const good = await secureServer(t, authority.issue("DNS:localhost"));
    const other = await secureServer(t, authority.issue("DNS:other.example"));
    const cases: readonly (readonly [string, HttpOptions])[] = [
      [good.base, {}],
      [other.base, { caCertificate: authority.cert }],
      [good.base, { caCertificate: testAuthority(t).cert }],
    ];
    for (const [base, http] of cases) {
      const error = await failure(load(base, { ...http, maxAttempts: 5 }));
      assert.deepEqual([error.code, error.exit, error.context.attempts], ["E_CONFIG", 2, 1], error.message);
    }
    assert.deepEqual([...good.asked, ...other.asked], []);
    assert.deepEqual((await load(good.base, { caCertificate: authority.cert })).records.a, [{ id: 1 }]);
    assert.deepEqual(good.asked, ["Bearer canary-token"]);
  });

  test("tls-verify: false takes any certificate, and warns", async (t) => {
    const server = await secureServer(t, testAuthority(t).issue("DNS:other.example"));
    const { records, warnings } = await load(server.base, { tlsVerify: false });
    assert.deepEqual(records.a, [{ id: 1 }]);
    assert.deepEqual(
      warnings.map(({ code, subject }) => [code, subject]),
      [["W_TLS", "test"]],
    );
  });

  test("a server that speaks at most TLS 1.1 is refused, whatever is verified", async (t) => {
    const authority = testAuthority(t);
    const server = await secureServer(t, authority.issue("DNS:localhost"), "TLSv1.1");
    for (const http of [{ caCertificate: authority.cert }, { tlsVerify: false }])
      await failure(load(server.base, http));
    assert.deepEqual(server.asked, []);
  });

  test("variables and flags of Node turn nothing off", async (t) => {
    const authority = testAuthority(t);
    const server = await secureServer(t, authority.issue("DNS:other.example"));
    const old = await secureServer(t, authority.issue("DNS:localhost"), "TLSv1.1");
    const source = join(import.meta.dirname, "../../../../src/extract/rest-source.ts");
    const script = `
      const { restApi } = await import(${JSON.stringify(source)});
      for (const [base, http] of ${JSON.stringify([
        [server.base, {}],
        [old.base, { tlsVerify: false }],
      ])}) {
        const source = restApi({ name: "s", http: { maxAttempts: 1, ...http }, config: {
          client: { base_url: base, paginator: "single_page" }, resources: ["a"] } });
        const clock = { now: () => Date.now(), sleep: async () => {} };
        const random = { bytes: (n) => new Uint8Array(n), next: () => 0.5 };
        const run = source.extract({ state: {}, signal: AbortSignal.timeout(10000), clock, random, warn: () => {} });
        try {
          for await (const page of run.pages) console.log("loaded");
        } catch (error) {
          console.log(error.code);
        }
      }`;
    const control = `
      const { connect } = await import("node:tls");
      const socket = connect({ port: ${new URL(old.base).port}, host: "127.0.0.1" });
      socket.on("secureConnect", () => { console.log(socket.getProtocol()); socket.destroy(); });`;
    const flags = ["--tls-min-v1.0", "--tls-cipher-list=DEFAULT@SECLEVEL=0", "--input-type=module", "-e"];
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const node = (code: string) => promisify(execFile)(process.execPath, [...flags, code], { env });
    assert.equal((await node(control)).stdout.trim(), "TLSv1.1", "others are let in by these");
    const [first, second] = (await node(script)).stdout.trim().split("\n");
    assert.equal(first, "E_CONFIG");
    assert.notEqual(second, "loaded");
    assert.deepEqual([...server.asked, ...old.asked], []);
  });
});
