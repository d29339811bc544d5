/** `client.http` of a configuration, against servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientHttp } from "../../../../src/config/rest-api/http-shape.ts";
import type { RestApiConfig } from "../../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../../src/core/errors.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { createRate } from "../../../../src/extract/http/rate.ts";
import { connectProxy } from "../../../support/connect-proxy.ts";
import { extract, json, serve } from "../fake-api.ts";

const config = (base: string, http: ClientHttp, resources: RestApiConfig["resources"] = ["a"]): RestApiConfig => ({
  client: { base_url: base, paginator: "single_page", http },
  resources,
});

async function failure(settings: RestApiConfig, options: Parameters<typeof extract>[1] = {}): Promise<SluiceError> {
  return extract(settings, options).then(
    () => assert.fail("it succeeded"),
    (error: unknown) => {
      assert.ok(error instanceof SluiceError);
      return error;
    },
  );
}

test("attempts, back-off, longest wait and statuses to try again are those of the configuration", async (t) => {
  let status = 503;
  const api = await serve(t, (_, response) => json(response, {}, {}, status));
  const http: ClientHttp = { max_attempts: 3, backoff_factor: 10, max_delay: 15, retry_statuses: [425, 503] };
  const delays: number[] = [];
  assert.equal((await failure(config(api.base, http), { delays })).code, "E_SOURCE_UNAVAILABLE");
  assert.deepEqual([api.asked.length, delays], [3, [10, 15]]);
  for (const [again, asked] of [
    [425, 3],
    [500, 1],
    [429, 1],
  ] as const) {
    status = again;
    api.asked.length = 0;
    await failure(config(api.base, http));
    assert.equal(api.asked.length, asked, String(again));
  }
  // Code wins over the configuration.
  status = 503;
  api.asked.length = 0;
  await failure(config(api.base, http), { http: { maxAttempts: 2 } });
  assert.equal(api.asked.length, 2);
});

test("a silence longer than the timeout is tried again, a shorter one is waited for", async (t) => {
  const api = await serve(t, async (_, response, turn) => {
    if (turn === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
    json(response, [{ id: 1 }]);
  });
  const { records, requests } = await extract(config(api.base, { timeout: 1, max_attempts: 2 }));
  assert.deepEqual([records.a, requests.map(({ status }) => status)], [[{ id: 1 }], [0, 200]]);
});

test("so many requests in flight, and never more in a stretch of time than the limit allows", async (t) => {
  let [inFlight, most] = [0, 0];
  const api = await serve(t, async (_, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 30));
    inFlight -= 1;
    json(response, [{ id: 1 }]);
  });
  const names = ["a", "b", "c", "d", "e"];
  await extract(config(api.base, { concurrency: 2 }, names));
  assert.equal(most, 2);
  const { delays } = await extract(config(api.base, { rate_limit: { requests: 2, per: "1m" } }, names));
  // Of five, two begin at once, two after a minute, one after another; each wait counts from where the clock then stands.
  assert.equal(api.asked.length, 10);
  assert.ok(delays.reduce((sum, seconds) => sum + seconds, 0) >= 120, String(delays));
});

test("the rate gives each request its moment, also when moments are asked for ahead", () => {
  let now = 0;
  const clock = { now: () => now, sleep: async () => {} };
  const wait = createRate({ requests: 2, seconds: 10 }, clock);
  assert.deepEqual([wait(), wait(), wait(), wait(), wait()], [0, 0, 10_000, 10_000, 20_000]);
  now = 25_000;
  assert.deepEqual([wait(), wait()], [0, 5000]);
  now = 100_000;
  assert.deepEqual([wait(), wait(), wait()], [0, 0, 10_000]);
});

test("a proxy of the configuration is asked with its credential, which is shown nowhere", async (t) => {
  const api = await serve(t, (_, response) => json(response, [{ id: 1 }]));
  const proxy = await connectProxy(t, Number(new URL(api.base).port), (_, turn) =>
    turn === 1 ? undefined : "HTTP/1.1 407 Proxy Authentication Required",
  );
  const http = { proxy: new Secret(`http://user:pass-word@${proxy.host}`), max_attempts: 1 };
  const { records } = await extract(config("http://api.test", http));
  assert.deepEqual(records.a, [{ id: 1 }]);
  const credential = Buffer.from("user:pass-word").toString("base64");
  assert.match(
    proxy.heads[0] ?? "",
    new RegExp(`^CONNECT api\\.test:80 [\\s\\S]*proxy-authorization: Basic ${credential}`, "i"),
  );
  const { message } = await failure(config("http://api.test", http));
  assert.ok(message.includes(proxy.host) && !message.includes("pass-word"), message);
});
