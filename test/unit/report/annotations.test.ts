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

test("every fault of a file stands at its line and column, equal ones once, the rest in one line", () => {
  const fault = (at: number) => ({ message: `key ${at}: unknown key`, file: "a.yml", line: at, column: 3 });
  const failure = (places: readonly ReturnType<typeof fault>[]) =>
    failedTrace({
      failure: { code: "E_CONFIG", message: "m", hint: "Correct it.", retryable: false, context: {}, places },
    });
  const shown = (count: number) => renderAnnotations(failure(Array.from({ length: count }, (_, at) => fault(at + 1))));
  // With the failure itself, which setFailed prints, these are GitHub's ten.
  for (const [count, most] of [
    [1, 1],
    [9, 9],
    [10, 9],
    [500, 9],
  ] as const) {
    const all = shown(count);
    assert.equal(all.length, most, String(count));
    assert.ok(all.every(({ level }) => level === "error"));
    assert.deepEqual(all[0], {
      level: "error",
      title: "E_CONFIG",
      message: "key 1: unknown key\nCorrect it.",
      file: "a.yml",
      line: 1,
      column: 3,
    });
  }
  assert.deepEqual(shown(500).at(-1), {
    level: "error",
    title: "More in the job summary",
    message: "The job summary also tells 492 more faults.",
  });
  const twice = renderAnnotations(failure([fault(1), fault(2), fault(1), fault(1)]));
  assert.deepEqual(
    twice.map(({ message, line }) => [line, message]),
    [
      [1, "key 1: unknown key (3 times)\nCorrect it."],
      [2, "key 2: unknown key"],
    ],
  );
});

test("what belongs to one resource stands where it is declared, if that is in the repository", () => {
  const resources = new Map([
    ["issues", { file: "./pipelines/a.yml", line: 7, column: 5 }],
    ["projects", { file: "/elsewhere/b.yml", line: 1, column: 1 }],
  ]);
  const repositoryPath = (file: string) => (file.startsWith("./") ? file.slice(2) : undefined);
  const at = (trace: Parameters<typeof renderAnnotations>[0]) =>
    renderAnnotations(trace, { resources, repositoryPath }).map(({ title, file, line, column }) => [
      title,
      file,
      line,
      column,
    ]);
  assert.deepEqual(at(failedTrace()), [["E_SOURCE_AUTH", "pipelines/a.yml", 7, 5]]);
  assert.deepEqual(at(failedTrace({ failure: { ...failedTrace().failure!, context: { resource: "projects" } } })), []);
  const found = at(
    traceOf({
      warnings: [
        { code: "W_NUL_REMOVED", subject: "issues__labels.value", count: 1 },
        { code: "W_NUL_REMOVED", subject: "issues.title", count: 1 },
        { code: "W_VARIANT_COLUMN", subject: "issues.v", count: 1 },
        { code: "W_VARIANT_COLUMN", subject: "projects.v", count: 1 },
        { code: "W_TLS", subject: "db.example:5432", count: 1 },
      ],
    }),
  );
  assert.deepEqual(found, [
    ["W_TLS", undefined, undefined, undefined],
    ["W_VARIANT_COLUMN", undefined, undefined, undefined],
    ["W_NUL_REMOVED", "pipelines/a.yml", 7, 5],
    ["Schema of commits", undefined, undefined, undefined],
    ["Schema of projects", undefined, undefined, undefined],
    ["Schema of issues", "pipelines/a.yml", 7, 5],
    ["Schema of issues__labels", "pipelines/a.yml", 7, 5],
  ]);
});

test("lost rows are told before what is only good to know, many subjects by their counts", () => {
  const all = renderAnnotations(
    traceOf({
      packages: [],
      warnings: [
        { code: "W_VACUUM", subject: "a", count: 9 },
        { code: "W_NUL_REMOVED", subject: "a", count: 1 },
        { code: "W_NULL_KEY_SKIPPED", subject: "a.id", count: 2 },
        ...Array.from({ length: 5000 }, (_, at) => ({
          code: "W_NULL_ITEM" as const,
          subject: `r${at}`,
          count: at + 1,
        })),
      ],
    }),
  );
  assert.deepEqual(
    all.map(({ title }) => title),
    ["W_NULL_KEY_SKIPPED", "W_NUL_REMOVED", "W_NULL_ITEM", "W_VACUUM"],
  );
  assert.match(
    all[2]!.message,
    /12,502,500 times: r4999 \(5,000\), r4998 \(4,999\), .*, r4995 \(4,996\), and 4,995 more$/,
  );
});

test("warnings are one per code with counts, schema changes one per table: those of known tables first", () => {
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
      "warning W_PARENT_SKIPPED",
      "warning W_NUL_REMOVED",
      "notice Schema of commits",
      "notice Schema of projects",
      "notice Schema of issues",
      "notice Schema of issues__labels",
    ],
  );
  assert.match(all[1]!.message, /1,203 times: issues\.body \(1,200\), issues\.title \(3\)$/);
  assert.equal(all[2]!.message, "commits: columns added: pk bigint, stats__v_text character varying");
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
