import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { getOwn, type JsonObject, type JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import { createSchema } from "../../../src/schema/schema.ts";
import type { ChunkRow } from "../../support/chunks.ts";
import { goldenHints } from "../../support/documents-source.ts";
import { columnNames, member, normalizeDocuments } from "../../support/normalize.ts";

const cases = new URL("../../golden/cases/interop/relational.json", import.meta.url);
const vectors = member(parseJson(readFileSync(cases, "utf8"), { keepLexemes: true }), "vectors") as JsonObject[];

/** Ids of these strategies follow from the data, so they must agree with the recorded ones. */
const isDeterministic = (vector: JsonObject): boolean => {
  const disposition = (vector.resource as JsonObject).write_disposition as JsonObject | undefined;
  return ["upsert", "insert-only", "scd2"].includes(String(disposition?.strategy));
};

for (const vector of vectors) {
  test(`the rows of ${String(vector.name)} are those that dlt made`, () => {
    const schema = createSchema("golden");
    const rows: Map<string, ChunkRow[]>[] = [];
    const runs = member(vector, "runs") as JsonValue[][];
    const loadIds = member(vector, "load_ids") as string[];
    runs.forEach((documents, i) => {
      const hints = goldenHints(member(vector, "resource") as JsonObject);
      rows.push(normalizeDocuments({ schema, documents, hints, loadId: String(loadIds[i]) }).rows);
    });
    const tables = member(vector, "tables") as Record<string, JsonObject>;
    const ours = [...schema.tables.keys()].filter((name) => !name.startsWith("_dlt_"));
    assert.deepEqual(ours, member(vector, "table_order_in_schema"));
    const json = schema.normalizers.json as JsonObject;
    assert.deepEqual(getOwn(json, "config") ?? null, vector.normalizer_config);
    for (const name of ours) {
      const columns = (member(tables, name, "columns") as JsonValue[][]).map((column) => column[0]);
      assert.deepEqual(columnNames(schema, name), columns, name);
    }
    checkNestedIds(rows, schema.tables);
    // A merge or a second run changes what is in the database; what one load sends is comparable as it is.
    if (runs.length === 1 || !JSON.stringify(vector.resource).includes("merge")) compareRows(vector, rows);
  });
}

/** Every nested row's id is made from its parent's, and the parent is there. */
function checkNestedIds(
  runs: readonly Map<string, ChunkRow[]>[],
  tables: ReadonlyMap<string, { parent?: string }>,
): void {
  for (const run of runs) {
    for (const [name, rows] of run) {
      const parent = tables.get(name)?.parent;
      if (parent === undefined) continue;
      const parents = new Set(run.get(parent)?.map((row) => row._dlt_id));
      for (const row of rows) {
        assert.ok(parents.has(row._dlt_parent_id ?? null), `${name} has a row without parent`);
        const index = Number(row._dlt_list_idx);
        assert.equal(row._dlt_id, createNestedIds(name)(String(row._dlt_parent_id), index));
      }
    }
  }
}

/** Rows as multisets; ids that are random, and what derives from them, are left out, load ids are ours as given. */
function compareRows(vector: JsonObject, runs: readonly Map<string, ChunkRow[]>[]): void {
  const keepIds = isDeterministic(vector) || vector.name === "own_dlt_id";
  const tables = member(vector, "tables") as Record<string, JsonObject>;
  for (const [name, table] of Object.entries(tables)) {
    const columns = table.columns as JsonValue[][];
    const types = new Map(columns.map((column) => [String(column[0]), String(column[1])]));
    const shown = (row: Record<string, JsonValue | undefined>) => {
      const entries = [...types.keys()]
        .filter((column) => keepIds || !/^_dlt_(?:id|parent_id|root_id)$/.test(column))
        .filter((column) => !column.startsWith("_dlt_valid_"))
        .map((column) => [column, comparable(row[column] ?? null, types.get(column) ?? "")]);
      return JSON.stringify(Object.fromEntries(entries));
    };
    const got = runs.flatMap((run) => run.get(name) ?? []).map(shown);
    const wanted = (table.rows as JsonObject[]).map(shown);
    assert.deepEqual(got.sort(), wanted.sort(), name);
  }
}

function comparable(value: JsonValue, type: string): JsonValue {
  if (value === null) return null;
  const text = String(value);
  if (type === "boolean") return text.startsWith("t");
  if (type === "jsonb") return JSON.stringify(sortKeys(JSON.parse(text)));
  if (type === "double precision") return Number(text);
  if (type.startsWith("timestamp")) return new Date(`${text.replace(" ", "T").replace(/[+]00$/, "Z")}`).toISOString();
  return text;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
