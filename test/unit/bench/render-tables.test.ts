import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchLine, EngineName } from "../../bench/lines.ts";
import { renderMarkdown, renderText, tablesOf } from "../../bench/render-tables.ts";

function line(name: EngineName, round: number, change: Partial<BenchLine> = {}): BenchLine {
  return {
    scenario: "append",
    round,
    name,
    engine: name === "sluice" ? "sluice" : name === "floor" ? "copy" : "dlt",
    version: "1",
    profile: "default",
    disposition: "append",
    ok: true,
    exit: 0,
    total_s: 1.5,
    wall_s: 1,
    extract_s: null,
    normalize_s: null,
    load_s: null,
    rows: 249_871,
    rows_per_s: 249_871,
    cpu_s: 1,
    pg_cpu_s: 1,
    peak_rss_mib: 100,
    tables: { issues: 50_000, issues__labels: 199_871 },
    load_average: [0.4, 0.6],
    requests: 500,
    max_in_flight: 2,
    ...change,
  };
}

const slow = (round: number, seconds: number): BenchLine =>
  line("default", round, { total_s: seconds, wall_s: seconds - 1, cpu_s: 18, pg_cpu_s: 2, peak_rss_mib: 500 });

test("engines are compared by the medians of their rounds", () => {
  const lines = [slow(1, 15), slow(2, 16), slow(3, 30), line("sluice", 1), line("sluice", 2), line("floor", 1)];
  const [table] = tablesOf(lines);
  assert.equal(table?.title, "append: 249 871 rows, 3 rounds");
  assert.deepEqual(table?.rows[0]?.slice(0, 3), ["dlt default", "16.00 (15.00 - 30.00)", "1.00"]);
  assert.deepEqual(table?.remarks, [
    "Sluice against dlt default: 10.7 times as fast, 15.0 without start-up, 10.0 times less CPU of client and server, 5.0 times less memory",
    "Sluice against the COPY floor: 1.00 times its time",
  ]);
});

test("a failed run is told and spoils no median", () => {
  const failed = line("sluice", 2, { ok: false, exit: 5, total_s: 0.1, rows: 0, tables: {} });
  const [table] = tablesOf([line("sluice", 1), failed]);
  assert.deepEqual(table?.rows[0]?.slice(0, 2), ["Sluice (1 failed)", "1.50"]);
  assert.deepEqual(table?.remarks, ["FAILED: Sluice, round 2, exit 5"]);
  const [none] = tablesOf([failed]);
  assert.deepEqual(none?.rows[0]?.slice(0, 2), ["Sluice", "failed"]);
});

test("engines that leave different rows are told", () => {
  const [table] = tablesOf([line("sluice", 1), line("tuned", 1, { tables: { issues: 1 } })]);
  const found = table?.remarks.filter((remark) => remark.startsWith("ROWS DIFFER"));
  assert.deepEqual(found, [
    'ROWS DIFFER: [["issues",50000],["issues__labels",199871]] by Sluice in round 1',
    'ROWS DIFFER: [["issues",1]] by dlt tuned in round 1',
  ]);
});

test("what could not be measured is a dash", () => {
  const [table] = tablesOf([line("sluice", 1, { cpu_s: null, pg_cpu_s: null, peak_rss_mib: null })]);
  assert.deepEqual(table?.rows[0]?.slice(4, 7), ["-", "-", "-"]);
});

test("a table is the same on a terminal and in a document", () => {
  const tables = tablesOf([line("sluice", 1), line("floor", 1)]);
  const text = renderText(tables).split("\n");
  assert.equal(text[1]?.length, text[2]?.length);
  const cells = renderMarkdown(tables)
    .split("\n")
    .filter((row) => row.startsWith("| Sluice"))
    .map((row) => row.slice(2, -2).split(" | "));
  assert.deepEqual(cells, [tables[0]?.rows.find((row) => row[0] === "Sluice")]);
});
