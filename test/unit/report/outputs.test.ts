import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTPUTS } from "../../../src/config/outputs.ts";
import { ALL_OUTPUTS_BYTES, OUTPUT_BYTES, renderOutputs } from "../../../src/report/outputs.ts";
import { failedTrace, tableOf, traceOf } from "./sample-trace.ts";

const PATHS = { loadInfo: "/t/load-info.json", trace: "/t/trace.json", summary: "/t/summary.md" };

test("the rendered outputs are the declared ones, in success and in failure", () => {
  for (const trace of [traceOf(), failedTrace()]) {
    assert.deepEqual(Object.keys(renderOutputs(trace, PATHS)).sort(), Object.keys(OUTPUTS).sort());
  }
});

test("a load gives its figures", () => {
  const { "load-info": loadInfo, ...rest } = renderOutputs(traceOf(), PATHS);
  assert.deepEqual(rest, {
    status: "loaded",
    "error-code": "",
    retryable: "false",
    "pipeline-name": "gitlab_pipeline",
    "dataset-name": "gitlab_data",
    destination: "db.example:5432/warehouse",
    "load-ids": '["1795475420.675529"]',
    "first-run": "true",
    "state-source": "new",
    "cache-hit": "none",
    "rows-loaded": "13226",
    "row-counts": '{"projects":12,"issues":4000,"issues__labels":9213,"commits":1}',
    "schema-changed": "true",
    "schema-changes": JSON.stringify(traceOf().packages[0]!.changes),
    "duration-seconds": "34.25",
    durations: '{"sync":0.21,"extract":29.9,"normalize":29.4,"load":3.4}',
    requests: "48",
    retries: "2",
    "rate-limit-wait-seconds": "1.5",
    "bytes-received": "144633",
    warnings:
      '[{"code":"W_PARENT_SKIPPED","subject":"issues","count":3,"table":"issues"},' +
      '{"code":"W_NUL_REMOVED","subject":"issues.title","count":1,"detail":"First in the record with id 42.","table":"issues","column":"title"}]',
    "load-info-path": "/t/load-info.json",
    "trace-path": "/t/trace.json",
    "summary-path": "/t/summary.md",
  });
  assert.equal(JSON.parse(loadInfo).rows_loaded, 13_226);
});

test("a failure gives code and whether a retry can help", () => {
  const outputs = renderOutputs(
    failedTrace({ failure: { code: "E_LOCKED", message: "locked", retryable: true, context: {} } }),
    PATHS,
  );
  assert.equal(outputs.status, "failed");
  assert.equal(outputs["error-code"], "E_LOCKED");
  assert.equal(outputs.retryable, "true");
  assert.equal(outputs["load-ids"], "[]");
  assert.equal(outputs["row-counts"], "{}");
});

test("a value over the cap is replaced by the path of its file", () => {
  const tables = Array.from({ length: 8000 }, (_, index) => tableOf(`table_${index}_${"ü".repeat(20)}`));
  const outputs = renderOutputs(traceOf({ packages: [{ ...traceOf().packages[0]!, tables }] }), PATHS);
  assert.equal(outputs["row-counts"], '{"truncated":true,"path":"/t/load-info.json"}');
  assert.equal(outputs["load-info"], '{"truncated":true,"path":"/t/load-info.json"}');
  for (const value of Object.values(outputs)) assert.ok(Buffer.byteLength(value) <= OUTPUT_BYTES);
});

test("all together stay within what GitHub takes for a job, the longest ones go first", () => {
  // Each below its own cap, together more than 1 MB as GitHub counts.
  const tables = Array.from({ length: 1400 }, (_, index) => tableOf(`table_${index}_${"x".repeat(90)}`));
  const changes = tables.slice(0, 1000).map(({ table }) => ({ table, change: "table_added" as const }));
  const warnings = tables
    .slice(0, 1100)
    .map(({ table }) => ({ code: "W_NULL_ITEM" as const, subject: table, count: 1 }));
  const trace = traceOf({ packages: [{ ...traceOf().packages[0]!, tables, changes }], warnings });
  const outputs = renderOutputs(trace, PATHS);
  const utf16 = (texts: readonly string[]) => 2 * texts.reduce((sum, text) => sum + text.length, 0);
  assert.ok(utf16(Object.values(outputs)) <= ALL_OUTPUTS_BYTES, String(utf16(Object.values(outputs))));
  const cut = Object.entries(outputs).filter(([, value]) => value.startsWith('{"truncated"'));
  assert.deepEqual(cut.map(([name]) => name).sort(), ["load-info", "warnings"]);
  assert.equal(Object.keys(JSON.parse(outputs["row-counts"])).length, 1400);
});
