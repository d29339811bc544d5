/** Column hints and refresh: what Python dlt and Sluice leave behind after the same runs must be equal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { documentsDocument } from "../support/documents-api.ts";
import { compareDatasets, readDataset } from "./dataset.ts";
import { documentsBench } from "./documents-bench.ts";
import { runWriter, type Writer } from "./handover.ts";

const skip = skipWithoutDlt();
const bench = documentsBench();

interface Run {
  readonly answers: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly top?: Readonly<Record<string, unknown>>;
}

async function compare(name: string, runs: readonly Run[], writers: readonly (readonly Writer[])[]): Promise<void> {
  const datasets = [];
  for (const [index, turns] of writers.entries()) {
    const dataset = `${name}_${index}`;
    for (const [run, { answers, resources, top }] of runs.entries()) {
      bench.api.show(answers);
      await runWriter(
        turns[run] ?? "sluice",
        documentsDocument(bench.api.baseUrl, resources, top),
        bench.url,
        dataset,
        bench.folder,
      );
    }
    datasets.push(await readDataset(bench.url, dataset));
  }
  const [reference, ...others] = datasets;
  for (const other of others) assert.deepEqual(compareDatasets(other, reference!), []);
}

const ALONE: readonly (readonly Writer[])[] = [
  ["dlt", "dlt", "dlt"],
  ["sluice", "sluice", "sluice"],
];

test("each column hint, as mapping and as list", { skip }, async () => {
  const typed = {
    small: { data_type: "bigint", precision: 16 },
    medium: { data_type: "bigint", precision: 32 },
    amount: { data_type: "decimal", precision: 12, scale: 2 },
    plain: { data_type: "decimal" },
    short: { data_type: "text", precision: 20 },
    local: { data_type: "timestamp", timezone: false, precision: 3 },
    seconds: { data_type: "timestamp", precision: 0 },
    day: { data_type: "date" },
    clock: { data_type: "time" },
    doc: { data_type: "json" },
    raw: { data_type: "binary" },
    flag: { data_type: "bool" },
    huge: { data_type: "wei" },
    never: { data_type: "text", description: "comes later" },
  };
  const keys = {
    code: { unique: true },
    must: { nullable: false },
    both: { data_type: "text", nullable: false, unique: true },
    pk: { primary_key: true },
    mk: { merge_key: true },
    sorted: { sort: true, cluster: true, partition: true, data_type: "bigint" },
    own: { "x-mine": { a: 1 }, data_type: "bigint" },
    vary: { variant: true, data_type: "text" },
  };
  const record = {
    small: 1,
    medium: "2",
    amount: 3.456,
    plain: "1.25",
    short: "s",
    local: "2024-01-02T03:04:05.678901+02:00",
    seconds: "2024-01-02T03:04:05.678901Z",
    day: "2024-01-02T23:04:05-05:00",
    clock: "10:20:30",
    doc: { x: [1, { y: null }] },
    raw: "aGVsbG8=",
    flag: "yes",
    huge: "123456789012345678901234567890",
    other: 1,
  };
  const second = (n: number) => ({ code: `c${n}`, must: n, both: `b${n}`, pk: n, mk: n, sorted: n, own: n, vary: "v" });
  const answers = {
    "/typed": JSON.stringify([record]),
    "/keys": JSON.stringify([second(1), second(2)]),
    "/listed": JSON.stringify([record]),
  };
  const listed = Object.entries(typed).map(([name, hint]) => ({ name, ...hint }));
  const resources = {
    typed: { columns: typed },
    keys: { columns: keys },
    listed: { columns: listed, primary_key: "small" },
  };
  const later = {
    ...answers,
    "/keys": JSON.stringify([second(3)]),
    "/typed": JSON.stringify([{ never: "now", other: 2 }]),
  };
  await compare(
    "hints",
    [
      { answers, resources },
      { answers: later, resources },
    ],
    ALONE,
  );
});

for (const refresh of ["drop_sources", "drop_resources", "drop_data"]) {
  test(`refresh ${refresh}, alone and in turns`, { skip }, async () => {
    const cursor = { cursor_path: "at", initial_value: "2020-01-01T00:00:00Z" };
    const resources = {
      a: { write_disposition: "merge", primary_key: "id", endpoint: { path: "a", incremental: cursor } },
      b: { write_disposition: "append", endpoint: { path: "b", incremental: cursor } },
      c: { write_disposition: "replace" },
    };
    const rows = (day: number) => ({
      "/a": `[{"id":${day},"at":"2024-01-0${day}T00:00:00Z","l":[${day}]${day === 1 ? ',"old":true' : ""}}]`,
      "/b": `[{"id":${day},"at":"2024-01-0${day}T00:00:00Z"}]`,
      "/c": `[{"id":${day},"l":[{"x":${day}}]}]`,
    });
    await compare(
      `refresh_${refresh}`,
      [
        { answers: rows(1), resources },
        { answers: rows(2), resources, top: { refresh, endpoints: ["a", "c"] } },
        { answers: rows(3), resources },
      ],
      [...ALONE, ["dlt", "sluice", "dlt"]],
    );
  });
}
