import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../../../src/core/events.ts";
import { createProgressBar, createProgressLog, eventLines } from "../../../src/report/progress.ts";

test("every event has its line", () => {
  const cases: readonly (readonly [RunEvent, string])[] = [
    [{ type: "step-started", step: "extract" }, "info extract started"],
    [{ type: "step-ended", step: "extract", seconds: 31, ok: true }, "info extract finished in 31.0 s"],
    [{ type: "step-ended", step: "load", seconds: 0.5, ok: false }, "info load failed after 0.50 s"],
    [
      { type: "resource-progress", resource: "issues", pages: 1, records: 1200 },
      "info issues: 1 page, 1,200 records so far",
    ],
    [
      { type: "resource-ended", resource: "issues", records: 1, requests: 2, seconds: 1 },
      "info issues: 1 record in 2 requests, 1.00 s",
    ],
    [{ type: "table-loaded", table: "issues", rows: 4, bytes: 1500 }, "info issues: 4 rows (1.5 kB) copied"],
    [
      { type: "warning", warning: { code: "W_TLS", subject: "db", count: 2 } },
      "warning W_TLS db: The connection is encrypted but the server is not verified (2 times).",
    ],
    [{ type: "message", level: "debug", text: "a\u001b[31mb\nc" }, "debug a\\x1b[31mb\\nc"],
  ];
  for (const [event, line] of cases) {
    assert.deepEqual(
      eventLines(event).map(({ level, text }) => `${level} ${text}`),
      [line],
    );
  }
});

test("the log tells the progress of a resource now and then, a warning once", () => {
  let now = 0;
  const log = createProgressLog(() => now, 5000);
  const progress = (resource: string): RunEvent => ({ type: "resource-progress", resource, pages: 2, records: 9 });
  assert.equal(log(progress("a")).length, 0);
  now = 4999;
  assert.equal(log(progress("a")).length, 0);
  now = 5000;
  assert.equal(log(progress("a")).length, 1);
  assert.equal(log(progress("a")).length, 0);
  assert.equal(log(progress("b")).length, 0);
  now = 10_000;
  assert.equal(log(progress("b")).length, 1);
  const warning: RunEvent = { type: "warning", warning: { code: "W_TLS", subject: "db", count: 1 } };
  assert.equal(log(warning).length, 1);
  assert.equal(log(warning).length, 0);
});

test("the bar is one line within the window; what is done stays above it", () => {
  let now = 0;
  const bar = createProgressBar(
    () => now,
    () => 40,
  );
  const clear = "\r\u001b[2K";
  assert.equal(bar({ type: "step-started", step: "extract" }), `${clear}| extract`);
  assert.equal(
    bar({ type: "resource-progress", resource: "issues", pages: 1, records: 100 }),
    `${clear}/ extract  issues 100 records`,
  );
  now = 50;
  assert.equal(bar({ type: "resource-progress", resource: "x".repeat(100), pages: 1, records: 1 }), "", "too soon");
  now = 200;
  const wide = bar({ type: "resource-progress", resource: "y".repeat(100), pages: 1, records: 1 });
  assert.equal(wide.slice(clear.length).length, 39);
  const ended = bar({ type: "resource-ended", resource: "issues", records: 100, requests: 1, seconds: 1 });
  assert.ok(ended.startsWith(`${clear}  issues: 100 records in 1 request, 1.00 s\n`), JSON.stringify(ended));
  const last = bar({ type: "step-ended", step: "extract", seconds: 1, ok: true });
  assert.equal(last, `${clear}  extract finished in 1.00 s\n`);
});
