import assert from "node:assert/strict";
import { test } from "node:test";
import type { WarningCode } from "../../../src/core/error-codes.ts";
import { WARNING_CODES } from "../../../src/core/error-codes.ts";
import { renderAnnotations } from "../../../src/report/annotations.ts";
import { failedTrace, traceOf } from "./sample-trace.ts";

test("the failure comes first, at its place in the file", () => {
  const all = renderAnnotations(
    failedTrace({
      failure: {
        code: "E_CONFIG",
        message: "gitlab.yml:12: unknown key",
        hint: "Correct it.",
        retryable: false,
        context: { file: "gitlab.yml", line: 12 },
      },
    }),
  );
  assert.deepEqual(all, [
    {
      level: "error",
      title: "E_CONFIG",
      message: "gitlab.yml:12: unknown key\nCorrect it.",
      file: "gitlab.yml",
      line: 12,
    },
  ]);
});

test("warnings are one per code with counts, schema changes one per table", () => {
  const all = renderAnnotations(
    traceOf({
      warnings: [
        { code: "W_NUL_REMOVED", subject: "issues.title", count: 3 },
        { code: "W_PARENT_SKIPPED", subject: "issues", count: 1 },
        { code: "W_NUL_REMOVED", subject: "issues.body", count: 1200 },
      ],
    }),
  );
  assert.deepEqual(
    all.map(({ level, title }) => `${level} ${title}`),
    [
      "warning W_NUL_REMOVED",
      "warning W_PARENT_SKIPPED",
      "notice Schema of projects",
      "notice Schema of issues",
      "notice Schema of issues__labels",
      "notice Schema of commits",
    ],
  );
  assert.match(all[0]!.message, /1,203 times: issues\.title \(3\), issues\.body \(1,200\)$/);
  assert.equal(all.at(-1)!.message, "commits: columns added: pk bigint, stats__v_text character varying");
});

test("from the tenth on there is one with the count", () => {
  const codes = Object.keys(WARNING_CODES) as WarningCode[];
  const changes = Array.from({ length: 31 }, (_, index) => ({ table: `t${index}`, change: "table_added" as const }));
  const all = renderAnnotations(
    traceOf({
      warnings: codes.map((code) => ({ code, subject: "x", count: 1 })),
      packages: [{ ...traceOf().packages[0]!, changes }],
    }),
  );
  const warnings = all.filter((one) => one.level === "warning");
  const notices = all.filter((one) => one.level === "notice");
  assert.equal(warnings.length, 10);
  assert.equal(notices.length, 10);
  assert.match(warnings[9]!.message, new RegExp(`${codes.length - 9} more warning codes`));
  assert.match(notices[9]!.message, /schema changes of 22 more tables/);
});

test("exactly ten of a kind are all shown", () => {
  const changes = Array.from({ length: 10 }, (_, index) => ({ table: `t${index}`, change: "table_added" as const }));
  const all = renderAnnotations(traceOf({ warnings: [], packages: [{ ...traceOf().packages[0]!, changes }] }));
  assert.equal(all.length, 10);
  assert.equal(all[9]!.title, "Schema of t9");
});
