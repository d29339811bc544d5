import type { JsonValue } from "../../../src/core/json.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import type { ResourceHints } from "../../../src/core/source.ts";
import type { Row } from "./database.ts";

export interface TreeOptions {
  /** Load ids in the order of the loads. */
  readonly loads: readonly string[];
  /** Ids that stand in the documents. */
  readonly given: ReadonlySet<string>;
  /** Ids are made from the data, so they must be equal. */
  readonly exact: boolean;
}

/** True where the ids of root rows are made from the data. */
export function hasExactIds({ writeDisposition }: ResourceHints): boolean {
  const { strategy, rowVersionColumn } = writeDisposition;
  return strategy === "upsert" || strategy === "insert-only" || (strategy === "scd2" && rowVersionColumn === undefined);
}

/** A load id as PostgreSQL prints the moment that it names. */
function momentOf(load: string): string {
  const seconds = Math.trunc(Number(load));
  const micros = Math.round((Number(load) - seconds) * 1e6);
  const second = new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  const fraction = String(micros).padStart(6, "0").replace(/0+$/, "");
  return `${second}${fraction === "" ? "" : `.${fraction}`}+00`;
}

/** `_dlt_id` values that stand in the documents: those are kept and compared as they are. */
export function givenIds(runs: readonly JsonValue[]): ReadonlySet<string> {
  return new Set([...compactJson(runs as JsonValue).matchAll(/"_dlt_id":"([^"]*)"/g)].map((match) => match[1] ?? ""));
}

/** Each root row with its nested rows as one text, sorted; random ids and load ids replaced by what they mean. */
export function trees(
  tables: ReadonlyMap<string, readonly Row[]>,
  parents: ReadonlyMap<string, JsonValue>,
  { loads, given, exact }: TreeOptions,
): string[] {
  const moments = new Map(loads.map((load, index) => [momentOf(load), `moment of load ${index}`]));
  const render = (table: string, row: Row): string => {
    const facts: Record<string, string | null> = {};
    for (const [column, value] of Object.entries(row)) {
      if (column === "_dlt_load_id") facts[column] = `load ${loads.indexOf(value ?? "")}`;
      else if (/^_dlt_(?:id|parent_id|root_id)$/.test(column)) {
        if (exact || (column === "_dlt_id" && given.has(value ?? ""))) facts[column] = value;
      } else if (/^_dlt_valid_/.test(column)) facts[column] = moments.get(value ?? "") ?? value;
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
export function wrongIds(
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
