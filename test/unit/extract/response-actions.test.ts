import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ResponseAction } from "../../../src/config/rest-api/shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { failure } from "../../support/failure.ts";
import { extract, json, serve } from "./fake-api.ts";

const config = (base: string, response_actions: readonly ResponseAction[]) => ({
  client: { base_url: base, paginator: "json_link" as const },
  resources: [{ name: "a", endpoint: { response_actions: [...response_actions] } }],
});

async function isIgnored(t: TestContext, actions: readonly ResponseAction[], status: number, body: unknown) {
  const api = await serve(t, (_, response) => json(response, body, {}, status));
  try {
    const { records, warnings } = await extract(config(api.base, actions));
    assert.deepEqual(records, {});
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["W_RESOURCE_SKIPPED"],
    );
    return api.asked.length;
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.reason === "http_status", String(error));
    return false;
  }
}

test("status and content must both hold where both are given; either alone is enough", async (t) => {
  const body = { error: "gone away" };
  const ignore = "ignore";
  assert.equal(await isIgnored(t, [{ status_code: 404, action: ignore }], 404, body), 1);
  assert.equal(await isIgnored(t, [{ content: "gone", action: ignore }], 404, body), 1);
  assert.equal(await isIgnored(t, [{ status_code: 404, content: "gone", action: ignore }], 404, body), 1);
  assert.equal(await isIgnored(t, [{ status_code: 404, content: "other", action: ignore }], 404, body), false);
  assert.equal(await isIgnored(t, [{ status_code: 410, content: "gone", action: ignore }], 404, body), false);
  assert.equal(await isIgnored(t, [{ content: "Gone", action: ignore }], 404, body), false, "case matters");
});

test("an action without a condition and a status as text never match", async (t) => {
  assert.equal(await isIgnored(t, [{ action: "ignore" }], 404, {}), false);
  assert.equal(await isIgnored(t, [{ status_code: "404", action: "ignore" }], 404, {}), false);
});

test("an action of another word does nothing, so that a later one may ignore the answer", async (t) => {
  const other: ResponseAction = { status_code: 404, action: "explode" };
  assert.equal(await isIgnored(t, [other], 404, {}), false);
  assert.equal(await isIgnored(t, [other, { status_code: 404, action: "ignore" }], 404, {}), 1);
});

test("what is ignored is not asked again, a server error and a rate limit neither", async (t) => {
  for (const status of [429, 503]) {
    assert.equal(await isIgnored(t, [{ status_code: status, action: "ignore" }], status, {}), 1);
  }
});

test("a good answer can be ignored too; the pages before it stay", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    json(response, target === "/a" ? { data: [1], next: "/b" } : { data: [2], note: "maintenance" }),
  );
  const { records } = await extract(config(api.base, [{ content: "maintenance", action: "ignore" }]));
  assert.deepEqual(records.a, [1]);
});

test("any other status from 400 on ends the run, its URL masked, its body shown on demand and masked", async (t) => {
  const api = await serve(t, ({ headers }, response) =>
    json(response, { error: `token ${headers.authorization?.slice(7)}\nis no good`, pad: "x".repeat(9000) }, {}, 418),
  );
  const refused = {
    client: { base_url: api.base, auth: { token: "t0ps3cret" }, paginator: "json_link" as const },
    resources: [{ name: "a", endpoint: { params: { api_key: "k1" }, response_actions: [] } }],
  };
  const plain = await failure(extract(refused));
  assert.equal(plain.reason, "http_status");
  assert.equal(plain.message, `GET ${api.base}/a?api_key=*** answered 418`);
  const shown = await failure(extract(refused, { limits: { errorBody: 8192 } }));
  assert.match(shown.message, /answered 418: \{"error":"token \*+.*\\nis no good","pad":"x+$/);
  assert.ok(!shown.message.includes("t0ps3cret"));
  assert.ok(shown.message.length < 8400 && shown.message.length > 8100);
});
