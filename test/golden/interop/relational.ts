import { getOwn, type JsonValue } from "../../../src/core/json.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, load, type Row } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/** Strategies whose load is not built. */
const NOT_BUILT = new Set(["upsert", "insert-only", "scd2"]);

/**
 * `relational.json`: documents through extract, normalize and load into a real database; then every column and every row.
 * Root ids are random: rows are compared as trees (a root row with its nested rows), and the id of every nested row is
 * computed again from its parent's.
 */
export const relational: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const name = text(vector.name);
      const resource = object(vector.resource);
      const hints = goldenHints(resource);
      if (NOT_BUILT.has(hints.writeDisposition.strategy ?? "")) {
        report.notYet(name);
        continue;
      }
      const dataset = `relational_${index}`;
      const pipeline = await database.pipeline({ dataset, resource: "t" });
      const differences: string[] = [];
      for (const documents of list(vector.runs)) {
        const error = await load(pipeline, list(documents), hints);
        if (error !== undefined) differences.push(error);
      }
      await pipeline.close();
      const expected = object(vector.tables);
      differences.push(...difference("tables", Object.keys(expected).sort(), [...(await database.tables(dataset))]));
      const ours = new Map<string, readonly Row[]>();
      for (const table of Object.keys(expected)) {
        const facts = member(expected[table], "columns");
        differences.push(...difference(`columns of ${table}`, facts, await database.columns(dataset, table)));
        ours.set(table, await database.rows(dataset, table));
      }
      const loads = (await database.query(`SELECT load_id FROM ${dataset}._dlt_loads ORDER BY load_id`)).map(
        (row) => row.load_id ?? "",
      );
      const given = givenIds(list(vector.runs));
      const parents = new Map(
        Object.entries(expected).map(([table, facts]) => [table, getOwn(object(facts), "parent") ?? null]),
      );
      const theirs = new Map(
        Object.entries(expected).map(([table, facts]) => [table, list(member(facts, "rows")) as unknown as Row[]]),
      );
      const recordedLoads = list(vector.load_ids).map(text);
      differences.push(
        ...difference("rows", trees(theirs, parents, recordedLoads, given), trees(ours, parents, loads, given)),
        ...wrongIds(ours, parents, given),
      );
      settle(report, name, differences);
    }
  },
};

/** `_dlt_id` values that stand in the documents: those are kept and compared as they are. */
function givenIds(runs: readonly JsonValue[]): ReadonlySet<string> {
  return new Set([...compactJson(runs as JsonValue).matchAll(/"_dlt_id":"([^"]*)"/g)].map((match) => match[1] ?? ""));
}

/** Each root row with its nested rows as one text, sorted; random ids and load ids replaced by what they mean. */
function trees(
  tables: ReadonlyMap<string, readonly Row[]>,
  parents: ReadonlyMap<string, JsonValue>,
  loads: readonly string[],
  given: ReadonlySet<string>,
): string[] {
  const render = (table: string, row: Row): string => {
    const facts: Record<string, string | null> = {};
    for (const [column, value] of Object.entries(row)) {
      if (column === "_dlt_load_id") facts[column] = `load ${loads.indexOf(value ?? "")}`;
      else if (column === "_dlt_id" && !given.has(value ?? "")) continue;
      else if (column === "_dlt_parent_id" || column === "_dlt_root_id") continue;
      else facts[column] = value;
    }
    const below = [...parents]
      .filter(([, parent]) => parent === table)
      .flatMap(([child]) =>
        (tables.get(child) ?? []).filter((one) => one._dlt_parent_id === row._dlt_id).map((one) => render(child, one)),
      );
    return JSON.stringify([table, Object.entries(facts).sort(), below.sort()]);
  };
  const roots = [...parents].filter(([, parent]) => parent === null);
  return roots.flatMap(([table]) => (tables.get(table) ?? []).map((row) => render(table, row))).sort();
}

/** Nested rows whose id, parent or root is not what the rule gives. */
function wrongIds(
  tables: ReadonlyMap<string, readonly Row[]>,
  parents: ReadonlyMap<string, JsonValue>,
  given: ReadonlySet<string>,
): string[] {
  const wrong: string[] = [];
  for (const [table, rows] of tables) {
    const parent = parents.get(table);
    if (typeof parent !== "string") continue;
    for (const row of rows) {
      const above = (tables.get(parent) ?? []).find((one) => one._dlt_id === row._dlt_parent_id);
      if (above === undefined) wrong.push(`${table}: a row without a parent`);
      const id = createNestedIds(table)(row._dlt_parent_id ?? "", Number(row._dlt_list_idx));
      if (row._dlt_id !== id && !given.has(row._dlt_id ?? "")) wrong.push(`${table}: id ${row._dlt_id} is not ${id}`);
      if ("_dlt_root_id" in row && above !== undefined) {
        const root = above._dlt_root_id ?? above._dlt_id;
        if (row._dlt_root_id !== root) wrong.push(`${table}: root id ${row._dlt_root_id} is not ${root}`);
      }
    }
  }
  return wrong;
}
