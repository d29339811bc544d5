/**
 * dlt's own tools on datasets that Sluice wrote, and Sluice's commands beside dlt's: both drop from twins of one dataset,
 * and what is left must be equal, also after the next load by the other one.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { type JsonApi, jsonApi, onlyObject, sluice } from "../cli/support.ts";
import { DLT_VERSION, findDlt, runDlt, skipWithoutDlt } from "../support/dlt.ts";
import { type TestDatabase, testDatabase, testServer } from "../support/postgres.ts";
import { compareDatasets, readDataset } from "./dataset.ts";

const skip = skipWithoutDlt();
const DATASET = "shop_data";
const run = promisify(execFile);

const ends: (() => Promise<unknown>)[] = [];
const cleanup = { after: (end: () => Promise<void>) => void ends.push(end) };
let api: JsonApi;
let database: TestDatabase;
let folder: string;
let file: string;
let twins = 0;

const ORDERS = [
  { id: 1, at: "2026-01-01T00:00:00Z", lines: [{ n: 1, tags: ["a"] }, { n: 2 }] },
  { id: 2, at: "2026-01-02T00:00:00Z", lines: [] },
];
const MORE = [{ id: 2, at: "2026-01-03T00:00:00Z", lines: [{ n: 3, tags: ["b", "c"] }], note: "new" }];

if (skip === false) {
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "sluice-tools-")));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    database = await testDatabase(cleanup);
    api = await jsonApi(cleanup, {
      "/orders": JSON.stringify(ORDERS),
      "/customers": '[{"id":1,"name":"Ada","seen":"2026-01-01T00:00:00Z"}]',
      "/states": '[{"code":"x","cities":["p","q"]}]',
    });
    const cursor = (cursorPath: string) => ({
      since: { type: "incremental", cursor_path: cursorPath, initial_value: "2025-01-01T00:00:00Z" },
    });
    file = join(folder, "shop.json");
    const resources = [
      { name: "orders", primary_key: "id", write_disposition: "merge", endpoint: { params: cursor("at") } },
      { name: "customers", write_disposition: "append", endpoint: { params: cursor("seen") } },
      { name: "states", write_disposition: "replace" },
    ];
    const client = { base_url: api.url, paginator: { type: "single_page" } };
    await writeFile(
      file,
      JSON.stringify({ pipeline: "shop", dataset: DATASET, source: { name: "shop", client, resources } }),
    );
    // The first load is dlt's, so that its staging dataset is there; the second one widens a table.
    await runDlt(file, database.url, DATASET, await emptyFolder());
    api.answers["/orders"] = JSON.stringify(MORE);
    await runSluice(database.url);
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
}

test("dlt attaches, reads, counts and syncs what Sluice wrote, and prints the schema that Sluice prints", {
  skip,
}, async () => {
  const seen = await tools("look", database.url);
  assert.equal(seen.dlt, DLT_VERSION);
  const [version] = await database.query(
    `SELECT version, version_hash FROM ${DATASET}._dlt_version ORDER BY inserted_at DESC LIMIT 1`,
  );
  assert.deepEqual(seen.attached, { schema: "shop", hash: version?.version_hash });
  assert.equal(seen.schema_version, Number(version?.version));
  assert.equal(seen.first_run, false);
  const [state] = await database.query(`SELECT max(version) AS version FROM ${DATASET}._dlt_pipeline_state`);
  assert.equal(seen.state_version, Number(state?.version));
  assert.equal(seen.loads, 2);
  assert.deepEqual(Object.keys(seen.counts).sort(), [
    "customers",
    "orders",
    "orders__lines",
    "orders__lines__tags",
    "states",
    "states__cities",
  ]);
  for (const [table, count] of Object.entries(seen.counts)) {
    const [row] = await database.query(`SELECT count(*) AS rows FROM ${DATASET}.${table}`);
    assert.equal(count, Number(row?.rows), table);
    assert.equal(seen.reads[table]?.fetched, count, table);
    assert.equal(seen.reads[table]?.limited, Math.min(count, 1), table);
    const shape = [count, seen.reads[table]?.columns.length];
    assert.deepEqual([seen.reads[table]?.frame, seen.reads[table]?.arrow], [shape, shape], table);
  }
  assert.ok(seen.reads.orders?.columns.includes("note"));
  assert.match(seen.info, /Found pipeline shop/);
  assert.match(seen.info, /orders with 3 table\(s\) and 1 resource state slot\(s\)/);

  const print = async (format: string) => {
    const ended = await command(["schema", "shop", "--dataset-name", DATASET, "--format", format], database.url);
    assert.equal(ended.code, 0, ended.stderr);
    return ended.stdout.trimEnd();
  };
  const printed = (text: string) => text.slice(text.search(/^(version:|\{)/m)).trimEnd();
  assert.equal(await print("yaml"), printed(seen.yaml));
  assert.equal(await print("json"), printed(seen.json));
});

interface DropCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly options: object;
  readonly tables: readonly string[];
}

const CASES: readonly DropCase[] = [
  {
    name: "one resource with nested tables",
    args: ["orders"],
    options: { resources: ["orders"] },
    tables: ["orders__lines__tags", "orders__lines", "orders"],
  },
  {
    name: "resources by pattern, and one that is not there",
    args: ["re:sta|cust", "nobody"],
    options: { resources: ["re:sta|cust", "nobody"] },
    tables: ["states__cities", "states", "customers"],
  },
  {
    name: "everything",
    args: ["--drop-all"],
    options: { drop_all: true },
    tables: ["states__cities", "states", "customers", "orders__lines__tags", "orders__lines", "orders"],
  },
  {
    name: "state alone",
    args: ["orders", "--state-only"],
    options: { resources: ["orders"], state_only: true },
    tables: [],
  },
  {
    name: "paths of the state",
    args: ["--state-paths", "resources.customers.incremental"],
    options: { state_paths: ["resources.customers.incremental"] },
    tables: [],
  },
];

for (const { name, args, options, tables } of CASES) {
  test(`drop leaves what dlt's drop leaves: ${name}`, { skip }, async () => {
    const ours = await twin();
    const theirs = await twin();
    const [first, ...rest] = args;
    const ended = await command(["drop", "shop", ...args, "--dataset-name", DATASET, "--yes", "--json"], ours);
    assert.equal(ended.code, 0, `${first} ${rest}: ${ended.stderr}`);
    const facts = onlyObject(ended);
    const told = await tools("drop", theirs, options);
    assert.equal(facts.dropped, true);
    // dlt says it in the order of a set where a pattern takes several.
    assert.deepEqual(sorted(facts.tables), sorted(told.tables));
    assert.deepEqual(sorted(facts.tables), [...tables].sort());
    assert.deepEqual(sorted(facts.tables_with_data), sorted(told.tables_with_data));
    assert.deepEqual(sorted(facts.resource_states), sorted(told.resource_states));
    assert.deepEqual(sorted(facts.state_paths), sorted(told.state_paths));
    assert.deepEqual(sorted(facts.resources), sorted(told.resource_names));
    await assertEqual(ours, theirs);
    assert.deepEqual(await stagedTables(ours), await stagedTables(theirs));

    // Each goes on from what the other has dropped.
    await runDlt(file, ours, DATASET, await emptyFolder());
    await runSluice(theirs);
    await assertEqual(ours, theirs);
  });
}

async function assertEqual(ours: string, theirs: string): Promise<void> {
  assert.deepEqual(compareDatasets(await readDataset(ours, DATASET), await readDataset(theirs, DATASET)), []);
  const [first, second] = await Promise.all([ours, theirs].map(numbersOf));
  assert.deepEqual(first, second);
}

/** Numbers and histories of the stored schemas and states, which hashes leave out. */
async function numbersOf(url: string): Promise<unknown> {
  const versions = await rowsOf(
    url,
    `SELECT version::text, engine_version::text, schema_name, version_hash, schema::json -> 'previous_hashes' AS previous
     FROM ${DATASET}._dlt_version ORDER BY inserted_at`,
  );
  const states = await rowsOf(
    url,
    `SELECT version::text, engine_version::text, version_hash FROM ${DATASET}._dlt_pipeline_state ORDER BY _dlt_load_id`,
  );
  return { versions, states };
}

/** What is left in dlt's staging dataset. */
function stagedTables(url: string): Promise<unknown> {
  const schema = `'${DATASET}_staging'::regnamespace`;
  return rowsOf(url, `SELECT relname FROM pg_class WHERE relnamespace = ${schema} AND relkind = 'r' ORDER BY 1`);
}

async function rowsOf(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A copy of the database as it stands, for one of the two. */
async function twin(): Promise<string> {
  const name = `${database.name}_${++twins}`;
  const server = new pg.Client({ connectionString: (await testServer()).url });
  await server.connect();
  ends.push(async () => {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.end();
  });
  // Nobody may be connected to what is copied.
  await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database.name]);
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${database.name}`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function emptyFolder(): Promise<string> {
  return mkdtemp(join(folder, "run-"));
}

async function command(args: readonly string[], url: string) {
  return sluice([...args, "--connection-string", url], { cwd: await emptyFolder() });
}

async function runSluice(url: string): Promise<void> {
  const ended = await command(["run", file], url);
  assert.equal(ended.code, 0, ended.stderr);
}

interface Told {
  readonly dlt: string;
  readonly attached: unknown;
  readonly first_run: boolean;
  readonly state_version: number;
  readonly schema_version: number;
  readonly loads: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly reads: Readonly<
    Record<string, { columns: string[]; fetched: number; limited: number; frame: number[]; arrow: number[] }>
  >;
  readonly info: string;
  readonly yaml: string;
  readonly json: string;
  readonly tables: string[];
  readonly tables_with_data: string[];
  readonly resource_states: string[];
  readonly resource_names: string[];
  readonly state_paths: string[];
}

async function tools(action: string, url: string, options: object = {}): Promise<Told> {
  const own = await emptyFolder();
  await mkdir(join(own, "pipelines"), { recursive: true });
  const script = join(import.meta.dirname, "dlt_tools.py");
  const args = [script, action, "--url", url, "--dataset", DATASET, "--pipeline", "shop", "--folder", own];
  const { stdout } = await run(findDlt() ?? "", [...args, "--options", JSON.stringify(options)], {
    cwd: own,
    maxBuffer: 16 << 20,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Told;
}

function sorted(names: unknown): string[] {
  return [...(names as string[])].sort();
}
