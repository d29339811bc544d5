import assert from "node:assert/strict";
import { test } from "node:test";
import { renderFailure, renderLoadInfo } from "../../../src/report/load-info.ts";
import { renderLoadInfoJson } from "../../../src/report/load-info-json.ts";
import { renderSummary } from "../../../src/report/summary.ts";
import { failedTrace, tableOf, traceOf } from "./sample-trace.ts";

test("the first lines are those that dlt 1.31 prints, less the user", () => {
  // `load_info_str` of the recorded package: "Pipeline golden_pkg load step finished in 0.07 seconds ..."
  const recorded = [
    "Pipeline golden_pkg load step finished in 0.07 seconds",
    "1 load package(s) were loaded to destination postgres and into dataset golden_pkg",
    "The postgres destination used postgresql://host:5432/dlt_data location to store data",
    "Load package 1795476330.621495 is LOADED and contains no failed jobs",
  ];
  const trace = traceOf({
    pipeline: "golden_pkg",
    dataset: "golden_pkg",
    destinationName: "host:5432/dlt_data",
    steps: [{ step: "load", startedAt: "2026-11-23T23:25:30.5Z", seconds: 0.0712, ok: true }],
    packages: [{ ...traceOf().packages[0]!, loadId: "1795476330.621495" }],
  });
  assert.deepEqual(renderLoadInfo(trace).split("\n").slice(0, 4), recorded);
});

test("rows, schema changes and warnings follow", () => {
  const text = renderLoadInfo(traceOf());
  assert.ok(text.includes("Loaded 13,226 rows (5.7 MB) into 4 tables:\n"), text);
  assert.ok(text.includes("\n- issues          4,000 row(s)  merge\n- issues__labels  9,213 row(s)  merge\n"), text);
  assert.ok(text.includes("\n- issues: table added, 3 columns\n"), text);
  assert.ok(text.includes("\n- commits: columns added: pk bigint, stats__v_text character varying\n"), text);
  assert.ok(text.includes("\n- W_PARENT_SKIPPED issues: Records of some parents"), text);
  assert.ok(text.includes("an ignored status (3 times).\n"), text);
  assert.ok(text.endsWith("PostgreSQL cannot store them (First in the record with id 42)."), text);
});

test("a load that did not finish and one that did not start say so", () => {
  const packages = [{ ...traceOf().packages[0]!, state: "normalized" as const }];
  const steps = [{ step: "load" as const, startedAt: "2026-11-23T23:25:30.5Z", seconds: 61, ok: false }];
  const lines = renderLoadInfo(failedTrace({ packages, steps })).split("\n");
  assert.equal(lines[0], "Pipeline gitlab_pipeline load step started 1 minute and 1 second ago and did not finish");
  assert.match(lines[1]!, /^0 of 1 load package\(s\) were loaded/);
  assert.match(lines[3]!, /is NORMALIZED and NOT YET LOADED to the destination and contains no failed jobs$/);
  assert.ok(!renderLoadInfo(failedTrace({ packages, steps })).includes("Loaded "));
  assert.match(renderLoadInfo(failedTrace()), /^Pipeline gitlab_pipeline load step did not start\n0 load package/);
});

test("a failure is what and where, then the hint", () => {
  assert.equal(
    renderFailure(failedTrace()),
    "E_SOURCE_AUTH: resource issues: the source refused the token (401) at GET https://gitlab.example.com/api/v4/projects\n" +
      "  Give a token with the scope read_api in the input token.",
  );
  assert.equal(renderFailure(traceOf()), "");
  const again = failedTrace({
    failure: { code: "E_TIMEOUT", message: "no answer for table t", retryable: true, context: { table: "t" } },
  });
  assert.equal(
    renderFailure(again),
    "E_TIMEOUT: no answer for table t\n  Run it again later; nothing has to be repaired.",
  );
});

test("the JSON form has dlt's keys and sums over packages", () => {
  const first = traceOf().packages[0]!;
  const second = { ...first, loadId: "1795475421.1", changes: [], tables: [tableOf("issues", { rows: 5 })] };
  const json = renderLoadInfoJson(traceOf({ packages: [first, second] }));
  for (const key of ["pipeline", "destination_type", "dataset_name", "loads_ids", "load_packages", "first_run"]) {
    assert.ok(key in json, key);
  }
  assert.deepEqual(json.loads_ids, ["1795475420.675529", "1795475421.1"]);
  assert.deepEqual(json.row_counts, { projects: 12, issues: 4005, issues__labels: 9213, commits: 1 });
  assert.equal(json.rows_loaded, 13_231);
  assert.equal(json.started_at, "2026-11-23T23:25:30.500Z");
  assert.equal(json.finished_at, "2026-11-23T23:25:33.900Z");
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json, "plain JSON");
});

test("the JSON form of a failure holds code and context", () => {
  const json = renderLoadInfoJson(failedTrace());
  assert.equal(json.status, "failed");
  assert.equal(json.finished_at, null);
  assert.deepEqual(json.failure, {
    code: "E_SOURCE_AUTH",
    step: "extract",
    message: "the source refused the token (401) at GET https://gitlab.example.com/api/v4/projects",
    hint: "Give a token with the scope read_api in the input token.",
    retryable: false,
    context: { resource: "issues", status: 401 },
  });
});

test("names cannot move the cursor or start a line of their own", () => {
  const text = renderLoadInfo(traceOf({ dataset: "a\n::error::b\u001b[2J", packages: [], warnings: [] }));
  assert.match(text, /into dataset a\\n::error::b\\x1b\[2J\n/);
});

test("new tables whose columns are not known take one line; known columns are counted", () => {
  const changes = [
    { table: "a", change: "table_added" as const },
    { table: "b", change: "table_added" as const, columns: [{ name: "id", type: "bigint" }] },
    { table: "c", change: "table_added" as const },
  ];
  const trace = traceOf({ packages: [{ ...traceOf().packages[0]!, changes }] });
  assert.match(renderLoadInfo(trace), /\nSchema changes:\n- added 2 tables: a, c\n- b: table added, 1 column\n/);
  assert.deepEqual(
    renderLoadInfoJson(trace).schema_changes,
    changes.map(({ table, change }) => ({ table, change })),
  );
});

test("windows of a range are one line a resource, and stand with their packages in the JSON", () => {
  const [one] = traceOf().packages;
  assert.ok(one !== undefined);
  const trace = traceOf({
    packages: [
      { ...one, windows: [{ resource: "issues", start: "2024-01-01", end: "2024-01-31" }] },
      { ...one, loadId: "2.5", windows: [{ resource: "issues", start: "2024-01-31" }] },
      { ...one, loadId: "3.5", state: "normalized", windows: [{ resource: "notes", start: "1", end: "2" }] },
    ],
  });
  const text = renderLoadInfo(trace);
  assert.ok(text.includes("\n\nWindows loaded:\n- issues: 2 windows, from 2024-01-01 to now\n"), text);
  const packages = renderLoadInfoJson(trace).load_packages as readonly { windows: unknown }[];
  assert.deepEqual(packages.map(({ windows }) => windows)[1], [{ resource: "issues", start: "2024-01-31", end: null }]);
  const summary = renderSummary(trace);
  assert.ok(summary.includes("### Windows\n"), summary);
  assert.match(summary, /\| `notes` \| `1` \| `2` \| not loaded \|/);
  assert.match(summary, /\| `issues` \| `2024-01-31` \| now \| `2\.5` \|/);
});
