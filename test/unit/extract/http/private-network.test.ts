/** Row 54: where links, redirects and resolved names must not lead. */
import assert from "node:assert/strict";
import dns from "node:dns";
import { test } from "node:test";
import type { RestApiConfig } from "../../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../../src/core/errors.ts";
import { extract, json, serve } from "../fake-api.ts";

const config = (base: string, allowed: readonly string[] = []): RestApiConfig => ({
  client: { base_url: base, paginator: "header_link", allowed_hosts: [...allowed] },
  resources: ["a"],
});

function isUnsafe(error: unknown): boolean {
  assert.ok(error instanceof SluiceError, String(error));
  assert.deepEqual([error.code, error.exit], ["E_UNSAFE_URL", 2], error.message);
  return true;
}

const TARGETS = [
  "http://10.0.0.1/x",
  "http://172.16.0.1/x",
  "https://192.168.1.1/x",
  "http://169.254.169.254/latest/meta-data",
  "http://100.64.0.1/x",
  "http://0.0.0.0/x",
  "http://224.0.0.1/x",
  "http://[fd00:ec2::254]/latest",
  "http://[fe80::1]/x",
  "http://[::]/x",
  "http://[::ffff:169.254.169.254]/x",
  "http://[64:ff9b::a9fe:a9fe]/x",
  "http://0xa9fea9fe/x",
  "http://169.16689662/x",
];

test("a link or a redirect to a private or metadata address is refused, allowed host or not, in strict too", async (t) => {
  for (const target of TARGETS) {
    const host = new URL(target).host;
    for (const how of ["link", "redirect"] as const) {
      for (const compat of ["default", "strict"] as const) {
        const api = await serve(t, (_, response) => {
          if (how === "redirect") response.writeHead(302, { location: target }).end();
          else json(response, [{ id: 1 }], { link: `<${target}>; rel="next"` });
        });
        for (const allowed of compat === "strict" ? [[]] : [[], [host]]) {
          await assert.rejects(extract(config(api.base, allowed), { compat }), isUnsafe, `${target} ${how} ${compat}`);
        }
      }
    }
  }
});

test("an allowed host on this machine needs allow-private-network; another port is named by nobody", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }], { link: `<${other.base}/a>; rel="next"` }));
  const allowed = config(api.base, [new URL(other.base).host]);
  await assert.rejects(extract(allowed), isUnsafe);
  assert.equal(other.asked.length, 0);
  const { records } = await extract(allowed, { http: { allowPrivateNetwork: true } });
  assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
});

test("an absolute path of the configuration names its origin, for the links of others too", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }], { link: `<${other.base}/a>; rel="next"` }));
  const { client } = config(api.base, [new URL(other.base).host]);
  // The second resource is asked before the link of the first is known.
  const both: RestApiConfig = { client, resources: [{ name: "b", endpoint: `${other.base}/b` }, "a"] };
  const { records } = await extract(both);
  assert.deepEqual(records.b, [{ id: 2 }]);
  assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
});

test("a name is resolved once a connection, and every address that it has is checked", async (t) => {
  const other = await serve(t, (_, response) => json(response, [{ id: 2 }]));
  const port = new URL(other.base).port;
  const api = await serve(t, (_, response) =>
    json(response, [{ id: 1 }], { link: `<http://api.example.test:${port}/a>; rel="next"` }),
  );
  const lookups: string[] = [];
  let answers: readonly dns.LookupAddress[] = [];
  t.mock.method(dns, "lookup", ((name: string, options: dns.LookupOptions, callback: (...args: unknown[]) => void) => {
    lookups.push(name);
    if (options.all === true) callback(null, answers);
    else callback(null, answers[0]?.address, answers[0]?.family);
  }) as unknown as typeof dns.lookup);
  const allowed = config(api.base, ["api.example.test"]);
  const v4 = (address: string): dns.LookupAddress => ({ address, family: 4 });
  const v6 = (address: string): dns.LookupAddress => ({ address, family: 6 });
  for (const resolved of [[v4("127.0.0.1")], [v4("93.184.216.34"), v4("127.0.0.1")], [v6("::1")], [v6("fd00::1")]]) {
    answers = resolved;
    lookups.length = 0;
    await assert.rejects(extract(allowed), isUnsafe);
    assert.deepEqual(lookups, ["api.example.test"]);
  }
  assert.equal(other.asked.length, 0, "no connection was made");
  // The connection goes to the address that was checked: the name is not resolved a second time.
  lookups.length = 0;
  answers = [v4("127.0.0.1")];
  const { records } = await extract(allowed, { http: { allowPrivateNetwork: true } });
  assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(lookups.filter((name) => name === "api.example.test").length, 1);
});

test("base_url may name a host of a private network itself", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  for (const host of ["localhost", "[::ffff:127.0.0.1]"]) {
    const base = api.base.replace("127.0.0.1", host);
    assert.deepEqual((await extract(config(base))).records.a, [{ id: 1 }]);
  }
});
