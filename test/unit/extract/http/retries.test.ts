import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../../../src/core/errors.ts";
import { extract, json, serve } from "../fake-api.ts";

const config = (base: string) => ({ client: { base_url: base, paginator: "single_page" as const }, resources: ["a"] });

function failsWith(code: string, pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.code, code);
    assert.match(`${error.message} ${error.hint ?? ""}`, pattern);
    return true;
  };
}

test("server errors are tried again after 1, 2 and 4 seconds", async (t) => {
  const api = await serve(t, (_, response, turn) =>
    turn < 4 ? json(response, {}, {}, [500, 503, 502][turn - 1]) : json(response, [{ id: 1 }]),
  );
  const { records, delays, result } = await extract(config(api.base));
  assert.deepEqual(records.a, [{ id: 1 }]);
  assert.deepEqual(delays, [1, 2, 4]);
  assert.equal(result.resources[0]?.retries, 3);
});

test("after five attempts the status is the error", async (t) => {
  const api = await serve(t, (_, response) => json(response, {}, {}, 500));
  await assert.rejects(extract(config(api.base)), failsWith("E_SOURCE_UNAVAILABLE", /\/a answered 500/));
  assert.equal(api.asked.length, 5);
});

test("Retry-After in seconds and as a date is obeyed and is no attempt", async (t) => {
  const api = await serve(t, (_, response, turn) => {
    const date = new Date(Date.UTC(2024, 0, 1) + 90_000).toUTCString();
    if (turn <= 6) json(response, {}, { "retry-after": turn === 6 ? date : "10" }, 429);
    else json(response, [{ id: 1 }]);
  });
  const { delays, result } = await extract(config(api.base));
  assert.deepEqual(delays, [10, 10, 10, 10, 10, 40]);
  assert.equal(result.resources[0]?.rateLimitWaitSeconds, 90);
});

test("RateLimit-Reset alone is obeyed too", async (t) => {
  const reset = String(Date.UTC(2024, 0, 1) / 1000 + 33);
  const api = await serve(t, (_, response, turn) =>
    turn === 1 ? json(response, {}, { "ratelimit-reset": reset }, 429) : json(response, []),
  );
  const { delays } = await extract(config(api.base));
  assert.deepEqual(delays, [33]);
});

test("a wait longer than allowed fails at once", async (t) => {
  for (const [status, code] of [
    [429, "E_SOURCE_RATE_LIMIT"],
    [503, "E_SOURCE_UNAVAILABLE"],
  ] as const) {
    const api = await serve(t, (_, response) => json(response, {}, { "retry-after": "86400" }, status));
    await assert.rejects(extract(config(api.base)), failsWith(code, /86400 s/));
    assert.equal(api.asked.length, 1);
  }
});

test("an answer that says that the window is used up holds the next request back", async (t) => {
  const api = await serve(t, (_, response, turn) =>
    json(response, [{ id: turn }], turn === 1 ? { "ratelimit-remaining": "0", "ratelimit-reset": "5" } : {}),
  );
  const { delays } = await extract({
    client: { base_url: api.base, paginator: { type: "page_number", total_path: null, maximum_page: 2 } },
    resources: ["a"],
  });
  assert.deepEqual(delays, [5]);
});

test("a refused credential is one request", async (t) => {
  const api = await serve(t, (_, response) => json(response, { message: "401 Unauthorized" }, {}, 401));
  await assert.rejects(extract(config(api.base)), failsWith("E_SOURCE_AUTH", /answered 401.*token/));
  assert.equal(api.asked.length, 1);
});

test("403 and 404 are errors of their own", async (t) => {
  const api = await serve(t, (_, response, turn) => json(response, {}, {}, turn === 1 ? 403 : 404));
  await assert.rejects(extract(config(api.base)), failsWith("E_SOURCE_FORBIDDEN", /scope/));
  await assert.rejects(extract(config(api.base)), failsWith("E_SOURCE_NOT_FOUND", /404/));
});

test("a body that is cut is never read as complete: asked again", async (t) => {
  const api = await serve(t, (_, response, turn) => {
    if (turn === 1) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write('[{"id":1}]');
      setTimeout(() => response.socket?.destroy(), 20);
    } else if (turn === 2) {
      // Chunked, cut before its last chunk: what has arrived is valid JSON.
      response.writeHead(200, { "content-type": "application/json" });
      response.write("[]");
      setTimeout(() => response.socket?.destroy(), 20);
    } else {
      json(response, [{ id: 1 }, { id: 2 }]);
    }
  });
  const { records, delays } = await extract(config(api.base));
  assert.deepEqual(records.a, [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(delays, [1, 2]);
});

test("a server that is not there is tried five times", async () => {
  const delays: number[] = [];
  await assert.rejects(
    extract(config("http://127.0.0.1:9"), { delays }),
    failsWith("E_SOURCE_UNAVAILABLE", /ECONNREFUSED, 5 attempts/),
  );
  assert.deepEqual(delays, [1, 2, 4, 8]);
});

test("silence ends at the idle timeout, before, behind and within the headers", async (t) => {
  const apis = [
    await serve(t, () => undefined),
    await serve(t, (_, response) => response.writeHead(200, { "content-type": "application/json" }).flushHeaders()),
    await serve(t, (_, response) => void response.socket?.write("HTTP/1.1 200 OK\r\ncontent-type: app")),
  ];
  for (const api of apis) {
    await assert.rejects(
      extract(config(api.base), { http: { idleTimeout: 0.2, maxAttempts: 2 } }),
      failsWith("E_TIMEOUT", /did not answer in time/),
    );
    assert.equal(api.asked.length, 2);
  }
});

test("one byte after the other for ever ends at the total timeout", async (t) => {
  const api = await serve(t, (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  });
  await assert.rejects(
    extract(config(api.base), { http: { idleTimeout: 1, totalTimeout: 0.4, maxAttempts: 1 } }),
    failsWith("E_TIMEOUT", /did not answer in time/),
  );
});

test("a POST that is refused with 429 waits and is sent again, since nothing was carried out", async (t) => {
  const api = await serve(t, (_, response, turn) =>
    turn === 1 ? json(response, {}, { "retry-after": "7" }, 429) : json(response, [{ id: 1 }]),
  );
  const { records, delays } = await extract({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [{ name: "a", endpoint: { method: "POST", json: { q: 1 } } }],
  });
  assert.deepEqual([records.a, delays], [[{ id: 1 }], [7]]);
  assert.deepEqual(
    api.asked.map(({ body }) => body),
    ['{"q":1}', '{"q":1}'],
  );
});

test("a POST is sent once unless it is declared idempotent", async (t) => {
  const api = await serve(t, (_, response) => json(response, {}, {}, 500));
  const post = (idempotent: boolean) => ({
    client: { base_url: api.base, paginator: "single_page" as const },
    resources: [{ name: "a", endpoint: { method: "POST" as const, idempotent } }],
  });
  await assert.rejects(extract(post(false)), failsWith("E_SOURCE_UNAVAILABLE", /500/));
  assert.equal(api.asked.length, 1);
  await assert.rejects(extract(post(true)), failsWith("E_SOURCE_UNAVAILABLE", /500/));
  assert.equal(api.asked.length, 6);
});

test("the first delay is the back-off factor, no delay is longer than the longest wait", async (t) => {
  const api = await serve(t, (_, response) => json(response, {}, {}, 599));
  const delays: number[] = [];
  const http = { backoffFactor: 3, maxRetryWait: 10, maxAttempts: 4 };
  await assert.rejects(extract(config(api.base), { http, delays }), failsWith("E_SOURCE_UNAVAILABLE", /answered 599/));
  assert.deepEqual(delays, [3, 6, 10]);
});

test("a Retry-After of zero, in the past or that cannot be read is none", async (t) => {
  const past = new Date(Date.UTC(2020, 0, 1)).toUTCString();
  const values = ["0", past, "soon", "-5"];
  const api = await serve(t, (_, response, turn) => {
    const value = values[turn - 1];
    if (value === undefined) json(response, []);
    else json(response, {}, { "retry-after": value }, turn % 2 === 1 ? 429 : 503);
  });
  assert.deepEqual((await extract(config(api.base))).delays, [1, 2, 4, 8]);
});

test("other refusals than 429 are final: 400, 408, 425", async (t) => {
  for (const status of [400, 408, 425]) {
    const api = await serve(t, (_, response) => json(response, {}, {}, status));
    await assert.rejects(extract(config(api.base)), failsWith("E_SOURCE_NOT_FOUND", new RegExp(String(status))));
    assert.equal(api.asked.length, 1);
  }
});
