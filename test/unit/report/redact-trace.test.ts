import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor } from "../../../src/core/redact.ts";
import { redactTrace } from "../../../src/report/redact-trace.ts";
import { renderSummary } from "../../../src/report/summary.ts";
import { failedTrace, traceOf } from "./sample-trace.ts";

test("a secret in a message is masked before Markdown changes its form", () => {
  const secret = "p@ss|w*rd`x";
  const failure = {
    code: "E_DEST_AUTH",
    message: `refused ${secret}`,
    retryable: false,
    context: { q: secret },
  } as const;
  const summary = renderSummary(redactTrace(createRedactor([secret]), failedTrace({ failure })));
  assert.ok(!summary.replace(/&#(\d+);/g, (_all, n: string) => String.fromCodePoint(Number(n))).includes(secret));
  assert.match(summary, /refused &#42;&#42;&#42;/);
});

test("a secret that is a word of ours does not break the report", () => {
  const trace = redactTrace(createRedactor(["loaded", "extract", "merge"]), traceOf());
  assert.equal(trace.status, "loaded");
  assert.match(renderSummary(trace), /^## ✅ gitlab_pipeline: 13,226 rows/);
});
