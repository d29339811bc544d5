import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ResponseAction } from "../../../src/config/rest-api/action-shape.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
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
    resources: [
      {
        name: "a",
        endpoint: { params: { api_key: "k1" }, response_actions: [{ status_code: 404, action: "ignore" }] },
      },
    ],
  };
  const plain = await failure(extract(refused));
  assert.equal(plain.reason, "http_status");
  assert.equal(plain.message, `GET ${api.base}/a?api_key=*** answered 418`);
  const shown = await failure(extract(refused, { limits: { errorBody: 8192 } }));
  assert.match(shown.message, /answered 418: \{"error":"token \*+.*\\nis no good","pad":"x+$/);
  assert.ok(!shown.message.includes("t0ps3cret"));
  assert.ok(shown.message.length < 8400 && shown.message.length > 8100);
});

const one = { action: "ignore" };

test("stop ends the list as complete: its pages stay, nothing counts as skipped, and an empty list is one", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    target === "/a" ? json(response, { data: [1], next: "/b" }) : json(response, { error: "past the end" }, {}, 404),
  );
  const stop = [{ status_code: 404, action: "stop" }];
  const { records, warnings, result } = await extract(config(api.base, stop));
  assert.deepEqual(records.a, [1]);
  assert.deepEqual(warnings, []);
  assert.deepEqual(result.resources[0]?.skipped, {});
  const gone = await serve(t, (_, response) => json(response, {}, {}, 404));
  // A page without records starts the resource, so that a replaced table is emptied.
  assert.deepEqual((await extract(config(gone.base, stop))).records, { a: [] });
  assert.deepEqual((await extract(config(gone.base, [{ status_code: 404, ...one }]))).records, {});
});

test("fail ends the run with its message, without asking again", async (t) => {
  const broken = await serve(t, (_, response) => json(response, { error: "quota" }, {}, 503));
  const fail = [{ content: "quota", action: "fail", message: "the daily quota is used up" }];
  const refused = await failure(extract(config(broken.base, fail)));
  assert.equal(refused.code, "E_SOURCE_UNAVAILABLE");
  assert.equal(refused.message, `GET ${broken.base}/a answered 503: the daily quota is used up`);
  assert.equal(broken.asked.length, 1);

  const good = await serve(t, (_, response) => json(response, { ok: false, why: "quota" }));
  const error = await failure(extract(config(good.base, fail)));
  assert.equal(error.code, "E_SOURCE_SHAPE");
  assert.equal(error.reason, "response_action");
  assert.equal(error.message, `GET ${good.base}/a answered 200: the daily quota is used up`);
});

test("retry asks again whatever status and method, and ends after the last attempt", async (t) => {
  const retry = [{ content: "warming up", action: "retry", message: "the report is not ready" }];
  const late = await serve(t, (_, response, turn) =>
    json(response, turn < 3 ? { state: "warming up" } : { data: [{ id: turn }] }),
  );
  const asked = { path: "a", method: "POST" as const, json: { q: 1 }, response_actions: retry };
  const post = {
    client: { base_url: late.base, paginator: "single_page" as const },
    resources: [{ name: "a", endpoint: asked }],
  };
  const { records, delays } = await extract(post);
  assert.deepEqual(records.a, [{ id: 3 }]);
  assert.deepEqual(delays, [1, 2]);
  assert.deepEqual(
    late.asked.map(({ body }) => body),
    Array(3).fill('{"q":1}'),
  );

  const never = await serve(t, (_, response) => json(response, { state: "warming up" }));
  const error = await failure(extract(config(never.base, retry), { http: { maxAttempts: 2 } }));
  assert.equal(error.code, "E_SOURCE_UNAVAILABLE");
  assert.equal(error.message, `GET ${never.base}/a answered 200: the report is not ready`);
  assert.equal(never.asked.length, 2);

  const teapot = await serve(t, (_, response, turn) => json(response, { data: [turn] }, {}, turn === 1 ? 418 : 200));
  assert.deepEqual((await extract(config(teapot.base, [{ status_code: 418, action: "retry" }]))).records.a, [2]);
});

test("strict knows no word but ignore, as dlt", async (t) => {
  for (const action of ["stop", "fail", "retry"]) {
    const api = await serve(t, (_, response) => json(response, {}, {}, 404));
    const error = await failure(extract(config(api.base, [{ status_code: 404, action }]), { compat: "strict" }));
    assert.equal(error.message, `GET ${api.base}/a answered 404`);
    assert.equal(api.asked.length, 1);
  }
});

test("the first action whose conditions hold decides", async (t) => {
  const api = await serve(t, (_, response) => json(response, { error: "x" }, {}, 404));
  const actions = [
    { status_code: 404, content: "other", action: "fail" },
    { status_code: 404, action: "stop" },
    { status_code: 404, action: "fail" },
  ];
  assert.deepEqual((await extract(config(api.base, actions))).records, { a: [] });
});

test("a body is rewritten before selector and paginator see it; numbers stay what they are", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    response.setHeader("content-type", "application/json");
    if (target === "/a")
      response.end('{"wrap":{"rows":[{"n":1.0,"big":12345678901234567890123}]},"meta":{"after":"/b"}}');
    else response.end('{"wrap":{"rows":[{"n":2}]}}');
  });
  const rewrite = '{"data": body.wrap.rows, "next": body.?meta.?after, "s": status, "t": headers["content-type"]}';
  const { records } = await extract(config(api.base, [{ rewrite }]));
  assert.equal(compactJson(records.a ?? []), '[{"n":1.0,"big":12345678901234567890123},{"n":2}]');
});

test("rewrites follow each other; one with a status takes that status for good, a list is no tape then", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    target === "/list" ? json(response, [{ id: 1 }, { id: 2 }]) : json(response, { hits: [{ id: 7 }] }, {}, 500),
  );
  const resource = (name: string, response_actions: ResponseAction[]) => ({
    name,
    endpoint: { response_actions, data_selector: "$", paginator: "single_page" as const },
  });
  const { records } = await extract({
    client: { base_url: api.base },
    resources: [
      resource("list", [{ rewrite: "body.filter(r, r.id > 1)" }, { rewrite: 'body.map(r, {"nr": r.id})' }]),
      resource("broken", [{ status_code: 500, rewrite: "body.hits" }]),
    ],
  });
  assert.deepEqual(records, { list: [{ nr: 2 }], broken: [{ id: 7 }] });
  assert.equal(api.asked.length, 2);
});

test("a body that is no JSON can be made one from its text", async (t) => {
  const api = await serve(t, (_, response) => void response.end(')]}\',\n[{"id": 1}]\n'));
  const { records } = await extract(config(api.base, [{ rewrite: "parseJson(text.substring(5))" }]));
  assert.deepEqual(records.a, [{ id: 1 }]);
  const lines = await serve(t, (_, response) => void response.end('{"id":1}\n{"id":2}\n'));
  const split = 'text.split("\\n").filter(l, l != "").map(l, parseJson(l))';
  assert.deepEqual((await extract(config(lines.base, [{ rewrite: split }]))).records.a, [{ id: 1 }, { id: 2 }]);
});

test("a rewrite that does not fit names itself and the request", async (t) => {
  const api = await serve(t, (_, response) => json(response, { rows: [] }));
  const error = await failure(extract(config(api.base, [{ ...one, status_code: 500 }, { rewrite: "body.data" }])));
  assert.equal(error.code, "E_SOURCE_SHAPE");
  assert.equal(error.message, `resource "a": response_actions[1].rewrite fails for ${api.base}/a: no such key: data`);
});

test("text in another encoding is read in it, whatever it says of itself", async (t) => {
  const latin = Buffer.from('[{"name": "M\xfcnchen \x80"}]', "latin1");
  const api = await serve(
    t,
    (_, response) => void response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(latin),
  );
  const { records } = await extract(config(api.base, [{ encoding: "windows-1252" }]));
  assert.deepEqual(records.a, [{ name: "München €" }]);
  const wrong = await failure(extract(config(api.base, [{ encoding: "shift_jis" }])));
  assert.equal(wrong.code, "E_SOURCE_BODY");
  assert.match(wrong.message, /text that is not in shift_jis$/);
});
