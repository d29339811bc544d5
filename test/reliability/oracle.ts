/** What must be true of a dataset whatever happened to the runs that made it. */
import assert from "node:assert/strict";
import type { TestDatabase } from "../support/postgres.ts";

/** Rows by table, sorted: what they hold beside ids, load ids and times of loads, a nested row with the rows above it. */
export type Rows = Readonly<Record<string, readonly string[]>>;

const SYSTEM = ["_dlt_loads", "_dlt_version", "_dlt_pipeline_state"];
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Tables of the dataset that hold rows, and what is in them. Tables and columns without a value count as absent. */
export async function rowsOf(database: TestDatabase, dataset: string): Promise<Rows> {
  const tables = await dataTables(database, dataset);
  const found: Record<string, readonly string[]> = {};
  for (const { name, columns } of tables) {
    const parent = parentOf(name, tables);
    // A child is named by what its parents hold, so that it cannot stand below the wrong one.
    const content = (alias: string) =>
      `jsonb_strip_nulls(to_jsonb(${alias}) - '{_dlt_id,_dlt_parent_id,_dlt_root_id,_dlt_load_id,_dlt_valid_from,_dlt_valid_to}'::text[]
        || jsonb_build_object('retired', CASE WHEN to_jsonb(${alias}) ->> '_dlt_valid_to' <> '' THEN true END))`;
    const chain: string[] = [content("t0")];
    let from = `${quote(dataset)}.${quote(name)} t0`;
    let above = columns.includes("_dlt_parent_id") ? parent : undefined;
    for (let depth = 1; above !== undefined; depth++) {
      from += ` LEFT JOIN ${quote(dataset)}.${quote(above.name)} t${depth} ON t${depth}._dlt_id = t${depth - 1}._dlt_parent_id`;
      chain.push(content(`t${depth}`));
      above = above.columns.includes("_dlt_parent_id") ? parentOf(above.name, tables) : undefined;
    }
    const rows = await database.query(
      `SELECT left(x, 300) || md5(x) AS row FROM (SELECT (jsonb_build_array(${chain.join(", ")}))::text AS x FROM ${from}) y ORDER BY 1`,
    );
    if (rows.length > 0) found[name] = rows.map(({ row }) => row ?? "");
  }
  return found;
}

/**
 * Fails when a row has no load, a child no parent or another root than its parent, an id stands twice, or the state has
 * a version twice or without its load. Gives the number of loads.
 */
export async function assertSound(database: TestDatabase, dataset: string): Promise<number> {
  const tables = await dataTables(database, dataset);
  const none = async (what: string, sql: string) => {
    const found = await database.query(`SELECT count(*) AS n FROM ${sql}`);
    assert.equal(found[0]?.n, "0", what);
  };
  const of = (name: string) => `${quote(dataset)}.${quote(name)}`;
  const loads = `SELECT load_id FROM ${of("_dlt_loads")} WHERE status = 0`;
  for (const { name, columns } of tables) {
    await none(`${name}: ids twice`, `(SELECT _dlt_id FROM ${of(name)} GROUP BY 1 HAVING count(*) > 1) x`);
    if (columns.includes("_dlt_load_id"))
      await none(`${name}: rows without their load`, `${of(name)} WHERE _dlt_load_id NOT IN (${loads})`);
    const parent = parentOf(name, tables);
    if (columns.includes("_dlt_parent_id")) {
      assert.ok(parent !== undefined, `${name} has no parent table`);
      await none(
        `${name}: children without parent`,
        `${of(name)} WHERE _dlt_parent_id NOT IN (SELECT _dlt_id FROM ${of(parent.name)})`,
      );
      if (columns.includes("_dlt_root_id")) {
        const root = parent.columns.includes("_dlt_parent_id") ? "_dlt_root_id" : "_dlt_id";
        await none(
          `${name}: another root than the parent's`,
          `${of(name)} c JOIN ${of(parent.name)} p ON p._dlt_id = c._dlt_parent_id WHERE c._dlt_root_id <> p.${root}`,
        );
      }
    }
  }
  await none("loads twice", `(SELECT load_id FROM ${of("_dlt_loads")} GROUP BY 1 HAVING count(*) > 1) x`);
  const [state] = await database.query("SELECT to_regclass($1) AS name", [of("_dlt_pipeline_state")]);
  if (state?.name !== null) {
    const table = of("_dlt_pipeline_state");
    await none(
      "state versions twice",
      `(SELECT version FROM ${table} GROUP BY pipeline_name, version HAVING count(*) > 1) x`,
    );
    await none("states without their load", `${table} WHERE _dlt_load_id NOT IN (${loads})`);
  }
  await none("schemas twice", `(SELECT version_hash FROM ${of("_dlt_version")} GROUP BY 1 HAVING count(*) > 1) x`);
  return (await database.query(`SELECT load_id FROM ${of("_dlt_loads")}`)).length;
}

interface DataTable {
  readonly name: string;
  readonly columns: readonly string[];
}

async function dataTables(database: TestDatabase, dataset: string): Promise<readonly DataTable[]> {
  const rows = await database.query(
    "SELECT table_name, string_agg(column_name, ',') AS columns FROM information_schema.columns WHERE table_schema = $1 GROUP BY 1",
    [dataset],
  );
  return rows
    .map((row) => ({ name: row.table_name ?? "", columns: (row.columns ?? "").split(",") }))
    .filter(({ name }) => !SYSTEM.includes(name));
}

/** The table with the longest name that begins this one's. */
function parentOf(name: string, tables: readonly DataTable[]): DataTable | undefined {
  return tables.filter((other) => name.startsWith(`${other.name}__`)).sort((a, b) => b.name.length - a.name.length)[0];
}
