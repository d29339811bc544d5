import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { restApi } from "../../../../src/extract/rest-source.ts";
import { json, serve } from "../fake-api.ts";

test("a 429 pauses all requests to its origin, children of other parents too, and no longer than asked", async (t) => {
  const parents = Array.from({ length: 20 }, (_, index) => ({ id: index + 1 }));
  const arrived: number[] = [];
  let refused = Number.NaN;
  const api = await serve(t, async ({ target }, response) => {
    if (target === "/parents") return json(response, parents);
    arrived.push(performance.now());
    await sleep(20);
    if (!Number.isNaN(refused)) return json(response, [{ id: target }]);
    refused = performance.now();
    return json(response, {}, { "retry-after": "1" }, 429);
  });
  const { pages, result } = restApi({
    name: "test",
    config: {
      client: { base_url: api.base, paginator: "single_page" },
      resources: ["parents", { name: "children", endpoint: "parents/{resources.parents.id}/children" }],
    },
  }).extract({
    state: {},
    signal: AbortSignal.timeout(20_000),
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    random: { bytes: (n) => new Uint8Array(n), next: () => 0.5 },
    warn: () => undefined,
  });
  let records = 0;
  for await (const page of pages) if (page.resource === "children") records += page.records.length;
  assert.equal(records, parents.length);
  assert.equal(arrived.length, parents.length + 1);
  // What was on its way when the refusal came is answered; everything else waits.
  const later = arrived.map((at) => at - refused).filter((after) => after > 100);
  assert.ok(later.length >= parents.length - 8, `${later.length} requests after the pause`);
  assert.ok(Math.min(...later) >= 950, `one came ${Math.min(...later)} ms after the refusal`);
  assert.ok(Math.min(...later) < 3000, `the first came ${Math.min(...later)} ms after the refusal`);
  const report = result().resources.find(({ resource }) => resource === "children");
  assert.deepEqual([report?.retries, report?.rateLimitWaitSeconds], [1, 1]);
});
