import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../../src/core/ports.ts";
import { WarningLog } from "../../../../src/core/warnings.ts";
import { systemClock, systemRandom } from "../../../../src/edge/shared/system-ports.ts";
import { restApi } from "../../../../src/extract/rest-source.ts";
import { json, serve } from "../fake-api.ts";

test("a pause that the last answer asks for ends with the extraction, and its timer keeps no process", async (t) => {
  const api = await serve(t, (_, response) => {
    const reset = Math.floor(Date.now() / 1000) + 30;
    json(response, [{ id: 1 }], { "ratelimit-remaining": "0", "ratelimit-reset": String(reset) });
  });
  let asleep = 0;
  let slept = 0;
  const clock: Clock = {
    now: systemClock.now,
    sleep: async (ms, signal) => {
      asleep += 1;
      slept += 1;
      try {
        await systemClock.sleep(ms, signal);
      } finally {
        asleep -= 1;
      }
    },
  };
  const config = { client: { base_url: api.base, paginator: "single_page" as const }, resources: ["a"] };
  const { pages } = restApi({ name: "test", config }).extract({
    state: {},
    signal: AbortSignal.timeout(10_000),
    clock,
    random: systemRandom,
    warn: new WarningLog().warn,
  });
  let records = 0;
  for await (const page of pages) records += page.records.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(records, 1);
  assert.ok(slept > 0, "the pause was begun");
  assert.equal(asleep, 0, "and has ended");
});

test("a run that is cancelled during a pause ends at once", async (t) => {
  const api = await serve(t, (_, response) => {
    const reset = Math.floor(Date.now() / 1000) + 30;
    json(
      response,
      { data: [{ id: 1 }], next: "/a?page=2" },
      {
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(reset),
      },
    );
  });
  const stop = new AbortController();
  const config = { client: { base_url: api.base, paginator: "json_link" as const }, resources: ["a"] };
  const { pages } = restApi({ name: "test", config }).extract({
    state: {},
    signal: stop.signal,
    clock: systemClock,
    random: systemRandom,
    warn: new WarningLog().warn,
  });
  const started = performance.now();
  setTimeout(() => stop.abort(new Error("stopped")), 300);
  await assert.rejects(async () => {
    for await (const _ of pages);
  }, /stopped/);
  assert.equal(api.asked.length, 1, "the second page waits for the pause");
  assert.ok(performance.now() - started < 5000);
});
