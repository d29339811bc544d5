import assert from "node:assert/strict";
import { test } from "node:test";
import { renderAnnotations } from "../../../src/report/annotations.ts";
import { renderLoadInfo } from "../../../src/report/load-info.ts";
import { renderOutputs } from "../../../src/report/outputs.ts";
import { renderSummary, SUMMARY_BYTES } from "../../../src/report/summary.ts";
import { failedTrace, HOSTILE, resourceOf, tableOf, traceOf } from "./sample-trace.ts";

function headings(text: string): readonly string[] {
  return [...text.matchAll(/^### (.*)$|<summary>(.*?)<\/summary>/gm)].map((match) => match[1] ?? match[2] ?? "");
}

function diagrams(text: string): readonly string[] {
  return [...text.matchAll(/```mermaid\n([\s\S]*?)\n```/g)].map((match) => match[1]!);
}

test("sections come in their order", () => {
  const text = renderSummary(traceOf());
  assert.match(text, /^## ✅ gitlab_pipeline: 13,226 rows in 4 tables loaded\n\ndataset `gitlab_data` at `db.example/);
  assert.deepEqual(headings(text), [
    "Load packages",
    "Resources",
    "Destination tables",
    "Schema changes",
    "Warnings",
    "Timings and where each setting came from",
    "Flow of the data",
    "Steps over time",
    "Changed tables",
  ]);
});

test("the tables hold the figures", () => {
  const text = renderSummary(traceOf());
  const rows = text.split("\n");
  assert.ok(
    rows.includes("| `1795475420.675529` | loaded | 2026-11-23 23:25:30 | 2026-11-23 23:25:33 | 13,226 | 5.72 | 6 |"),
  );
  assert.ok(
    rows.includes(
      "| `issues` | `GET /api/v4/projects/{projects.id}/issues` | 44 | 2 | 4,000 | `2026-11-22T10:00:00.123Z` | 28.4 | ok, skipped: 403 × 2, 404 × 1 |",
    ),
  );
  assert.ok(rows.includes("| `issues` | 4,000 | merge | new table, 3 columns |"));
  assert.ok(rows.includes("| `commits` | 1 | append | `pk`, `stats__v_text` |"));
  assert.ok(
    rows.includes(
      "| `W_PARENT_SKIPPED` | `issues` | 3 | Records of some parents were skipped because the source answered with an ignored status. |",
    ),
  );
  assert.ok(rows.includes("| `token` | <code>&#42;&#42;&#42;</code> | input token |"));
});

test("a failure stands first with code and hint", () => {
  const text = renderSummary(failedTrace());
  assert.match(text, /^## ❌ gitlab_pipeline: failed\n/);
  assert.match(text, /> \*\*E_SOURCE_AUTH\*\* in step extract: the source refused the token/);
  assert.match(text, /> \*\*What to do:\*\* Give a token/);
  assert.match(text, /\| `issues` \|.*\| ❌ failed \|/);
});

test("all faults of a configuration are shown, a line each", () => {
  const message = "a.yml:1: x: unknown key\na.yml:2: y: unknown key";
  const text = renderSummary(
    failedTrace({ failure: { code: "E_CONFIG", message, retryable: false, context: { file: "a.yml", line: 1 } } }),
  );
  assert.match(text, /> \*\*E_CONFIG\*\*: a\.yml:1: x: unknown key<br>\n> a\.yml:2: y: unknown key\n/);
});

test("hostile text breaks no cell, starts no HTML and no workflow command", () => {
  const change = { table: HOSTILE, change: "column_added" as const, column: HOSTILE, type: HOSTILE };
  const text = renderSummary(
    traceOf({
      pipeline: HOSTILE,
      dataset: HOSTILE,
      destinationName: HOSTILE,
      resources: [resourceOf(HOSTILE, { endpoint: HOSTILE, cursor: HOSTILE, skipped: { [HOSTILE]: 1 } })],
      packages: [{ ...traceOf().packages[0]!, tables: [tableOf(HOSTILE)], changes: [change] }],
      warnings: [{ code: "W_NAME_COLLISION", subject: HOSTILE, count: 2, detail: HOSTILE }],
      settings: [{ key: HOSTILE, from: HOSTILE, secret: false, value: HOSTILE }],
      status: "failed",
      failure: { code: "E_DATA_VALUE", message: HOSTILE, hint: HOSTILE, retryable: false, context: { table: HOSTILE } },
    }),
  );
  assert.doesNotMatch(text, /<img|\]\(|^\s*::/m);
  let header = 0;
  for (const line of text.split("\n")) {
    if (!line.startsWith("|")) header = 0;
    else {
      const cells = line.match(/\|/g)?.length ?? 0;
      if (header === 0) header = cells;
      assert.equal(cells, header, line);
    }
  }
  for (const drawn of diagrams(text)) {
    // Labels are reduced; what is left of syntax is ours.
    assert.doesNotMatch(drawn.replace(/axisFormat.*/, ""), /[`<%@$*!]|:\/\//, drawn);
  }
});

test("a flowchart has at most 60 nodes and says what it leaves out", () => {
  const tables = Array.from({ length: 90 }, (_, index) => tableOf(`table_${index}`, { rows: index }));
  const text = renderSummary(traceOf({ packages: [{ ...traceOf().packages[0]!, tables, changes: [] }] }));
  const flow = diagrams(text)[0]!;
  const nodes = flow.split("\n").filter((line) => /^ {2}\w+[[(]/.test(line));
  assert.ok(nodes.length <= 60, String(nodes.length));
  assert.ok(flow.includes("table_89"), "tables with most rows are kept");
  assert.match(text, /61 tables are not drawn\./);
});

test("names that mean something to the entity diagram are changed, equal ones kept apart", () => {
  const columns = ["pk", "FK", "1st", "_dlt_id", "ünicode", "a-b", "a_b"];
  const changes = columns.map((column) => ({
    table: "t",
    change: "column_added" as const,
    column,
    type: "double precision",
  }));
  const text = renderSummary(traceOf({ packages: [{ ...traceOf().packages[0]!, changes }] }));
  const names = [
    ...diagrams(text)
      .at(-1)!
      .matchAll(/^ {4}double_precision (\w+)$/gm),
  ].map((match) => match[1]);
  assert.deepEqual(names, ["x_pk", "x_FK", "x_1st", "x__dlt_id", "x__nicode", "a_b", "a_b_2"]);
});

test("over the budget whole sections go from the end, with a note", () => {
  const tables = Array.from({ length: 5000 }, (_, index) => tableOf(`table_${index}_${"x".repeat(60)}`));
  const changes = tables.map(({ table }) => ({ table, change: "table_added" as const }));
  const trace = traceOf({ packages: [{ ...traceOf().packages[0]!, tables, changes }] });
  const full = renderSummary(trace, Number.POSITIVE_INFINITY);
  assert.ok(Buffer.byteLength(full) > SUMMARY_BYTES, "the case is big enough");
  const text = renderSummary(trace);
  assert.ok(Buffer.byteLength(text) <= SUMMARY_BYTES);
  assert.match(text, /> Left out, because the summary would be over its 921\.6 kB: .*diagram of changed tables\./);
  assert.ok(headings(text).includes("Destination tables"));
  assert.equal((text.match(/```/g)?.length ?? 0) % 2, 0, "no open fence");
  const tiny = renderSummary(trace, 2000);
  assert.ok(Buffer.byteLength(tiny) <= 2000);
  assert.match(tiny, /^## ✅/);
});

test("a run without new data is a success without tables", () => {
  const text = renderSummary(traceOf({ status: "no-new-data", packages: [], warnings: [], firstRun: false }));
  assert.match(text, /^## ✅ gitlab_pipeline: no new data\n/);
  assert.ok(!headings(text).includes("Load packages"));
  assert.equal(diagrams(text).length, 1, "only the steps are drawn");
});

test("with no room left nothing is written, so that GitHub keeps what is there", () => {
  assert.equal(renderSummary(traceOf(), 100), "");
  assert.equal(renderSummary(traceOf(), 0), "");
});

test("5 000 tables, and 5 000 warnings, are rendered in every form within the limits and soon", (t) => {
  const tables = Array.from({ length: 5000 }, (_, at) =>
    tableOf(`resource_${at >> 2}__nested_table_${at}`, { resource: `resource_${at >> 2}` }),
  );
  const changes = tables.flatMap(({ table }) => [
    { table, change: "table_added" as const },
    ...Array.from({ length: 12 }, (_, at) => ({
      table,
      change: "column_added" as const,
      column: `column_number_${at}`,
      type: "timestamp with time zone",
    })),
  ]);
  const packages = [{ ...traceOf().packages[0]!, tables, changes }];
  const resources = Array.from({ length: 1250 }, (_, at) => resourceOf(`resource_${at}`));
  const warnings = Array.from({ length: 5000 }, (_, at) => ({
    code: "W_VARIANT_COLUMN" as const,
    subject: `resource_${at}__nested_table.column_number`,
    count: at,
    detail: `column_number_${at} is timestamp, a value is text; first in record ${at} of resource_${at}`,
  }));
  for (const [name, trace] of [
    ["tables", traceOf({ packages, resources, warnings: [] })],
    ["warnings", traceOf({ warnings })],
    ["both", traceOf({ packages, resources, warnings })],
  ] as const) {
    const started = performance.now();
    const summary = renderSummary(trace);
    const summaryMs = performance.now() - started;
    const outputs = renderOutputs(trace, { loadInfo: "/l", trace: "/t", summary: "/s" });
    const annotations = renderAnnotations(trace);
    const info = renderLoadInfo(trace);
    const ms = performance.now() - started;
    t.diagnostic(
      `${name}: ${Buffer.byteLength(summary)} bytes in ${Math.round(summaryMs)} ms, all forms in ${Math.round(ms)} ms`,
    );
    assert.ok(Buffer.byteLength(summary) <= SUMMARY_BYTES);
    assert.match(summary, /\n> Left out, because [^\n]*\n$/);
    assert.ok(headings(summary).includes("Resources"));
    assert.equal((summary.match(/```/g)?.length ?? 0) % 2, 0);
    // Whole sections: every table that was begun has all of its lines.
    const [, shown = ""] = /### Destination tables\n\n([\s\S]*?)\n\n/.exec(summary) ?? [];
    assert.equal(shown.split("\n").length, 2 + (name === "warnings" ? 4 : 5000));
    for (const value of Object.values(outputs)) assert.ok(2 * value.length < 1_000_000);
    for (const level of ["error", "warning", "notice"]) {
      assert.ok(annotations.filter((one) => one.level === level).length <= 10);
    }
    assert.ok(info.includes("resource_1249__nested_table_4999") === (name !== "warnings"));
    assert.ok(ms < 3000, `${ms} ms`);
  }
});
