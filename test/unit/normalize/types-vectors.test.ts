import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import { Double, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { createSchema } from "../../../src/schema/schema.ts";
import { storedColumn } from "../../../src/schema/stored.ts";
import type { ChunkRow } from "../../support/chunks.ts";
import { goldenHints } from "../../support/documents-source.ts";
import { columnNames, member, normalizeDocuments } from "../../support/normalize.ts";

const file = new URL("../../golden/cases/interop/types.json", import.meta.url);
const golden = parseJson(readFileSync(file, "utf8"), { keepLexemes: true });

for (const vector of member(golden, "vectors") as JsonObject[]) {
  test(`columns and values of ${String(vector.name)} are those of dlt`, () => {
    const schema = createSchema("golden");
    const rows = new Map<string, ChunkRow[]>();
    const resource = String(vector.name);
    for (const run of vector.runs as string[]) {
      const documents = parseJson(run) as JsonValue[];
      const outcome = normalizeDocuments({ schema, documents, resource, hints: goldenHints(hintsOf(vector)) });
      for (const [table, more] of outcome.rows) rows.set(table, [...(rows.get(table) ?? []), ...more]);
    }
    for (const [name, table] of Object.entries(vector.tables as Record<string, JsonObject>)) {
      const wanted = table.schema as Record<string, JsonObject>;
      assert.deepEqual(columnNames(schema, name), Object.keys(wanted));
      for (const [column, hints] of Object.entries(wanted)) {
        const ours = schema.tables.get(name)?.columns.get(column);
        assert.ok(ours);
        const { name: _, ...stored } = storedColumn(ours);
        assert.deepEqual(stored, hints, `${name}.${column}`);
      }
      const shown = table.row_columns as string[];
      const types = (table.columns as JsonObject[]).filter((column) => shown.includes(String(column.name)));
      const got = (rows.get(name) ?? []).map((row) => shown.map((column) => row[column] ?? null));
      assert.equal(got.length, (table.rows as JsonValue[]).length, `rows of ${name}`);
      (table.rows as (string | null)[][]).forEach((row, at) => {
        row.forEach((value, i) => {
          const type = String(types.find((column) => column.name === shown[i])?.pg_type);
          assert.equal(printed(got[at]?.[i] ?? null, type), value, `${name}.${shown[i]} row ${at}`);
        });
      });
    }
  });
}

/** Where dlt fails, Sluice names table, column and record before anything is written, or does better. */
const REFUSED: Record<string, string> = {
  variant_typed_by_first_value: "E_DATA_VALUE v__v_text 3",
  text_nan_in_double: "E_DATA_VALUE v 2",
  text_inf_in_double: "E_DATA_VALUE v 2",
  decimal_nan: "E_DATA_VALUE v 2",
  uint64_in_bigint: "E_DATA_VALUE v 1",
  above_uint64: "E_DATA_VALUE v 1",
  below_int64: "E_DATA_VALUE v 1",
  text_too_long_for_precision: "E_DATA_VALUE v 1",
  null_into_not_null: "E_DATA_VALUE v 1",
  missing_not_null: "E_DATA_VALUE v 1",
  missing_incomplete_not_null: "E_DATA_VALUE v 1",
  missing_incomplete_primary_key: "E_NULL_KEY v 1",
  decimal_overflow: "E_DATA_VALUE v 1",
  empty_column_name: "E_DATA_VALUE undefined 1",
};
/** Loaded after all: NUL is removed as dlt removes it from text, lone surrogates are replaced. */
const BETTER = ["nul_inside_json", "lone_surrogate"];
/** The tokens NaN and Infinity are no JSON; the reader refuses them. */
const NO_JSON = ["nan", "inf"];

for (const vector of member(golden, "failing") as JsonObject[]) {
  const name = String(vector.name);
  if (NO_JSON.includes(name)) continue;
  test(`${name}, on which dlt fails, is ${BETTER.includes(name) ? "loaded" : "refused with its address"}`, () => {
    const run = () =>
      normalizeDocuments({
        documents: parseJson(String(vector.run)) as JsonValue[],
        resource: name,
        hints: goldenHints(hintsOf(vector)),
      });
    if (BETTER.includes(name)) {
      assert.equal(run().warnings.length, 1);
      return;
    }
    assert.throws(run, (error) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(`${error.code} ${error.context.column} ${error.context.row}`, REFUSED[name]);
      assert.equal(error.context.table, name);
      return true;
    });
  });
}

function hintsOf(vector: JsonObject): JsonObject {
  return vector.column_hints === undefined ? {} : { columns: vector.column_hints };
}

/** The text that PostgreSQL prints for what we send; rounding to a scale or precision is its own work. */
function printed(field: string | null, type: string): string | null {
  if (field === null) return null;
  if (type === "boolean") return field === "t" ? "true" : "false";
  if (type === "double precision") return printDouble(Number(field));
  if (type === "jsonb") return printJson(parseJson(field, { keepLexemes: true }));
  const numeric = /^numeric\(\d+,(\d+)\)$/.exec(type);
  if (numeric !== null) return roundText(field, Number(numeric[1]));
  const time = /^time(?:stamp)?(?:\((\d)\))? with(out)? time zone$/.exec(type);
  if (time === null) return field;
  const digits = Number(time[1] ?? 6);
  const text = field.replace("T", " ").replace(/Z$|[+]00:00$/, "");
  const cut = text.replace(/\.(\d+)$/, (_, fraction: string) => `.${fraction.slice(0, digits)}`.replace(/\.?0+$/, ""));
  return time[2] === undefined ? `${cut}+00` : cut;
}

function printDouble(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e15 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return String(value);
}

/** jsonb orders keys by length, then bytes, and writes exponents out. */
function printJson(value: JsonValue): string {
  if (value instanceof Double) {
    const lexeme = value.lexeme ?? String(value.value);
    return lexeme.includes("e") ? BigInt(value.value).toString() : lexeme;
  }
  if (isJsonArray(value)) return `[${value.map(printJson).join(", ")}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${printJson(inner)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

function roundText(text: string, scale: number): string {
  const [whole = "", fraction = ""] = text.split(".");
  const scaled = BigInt(whole + fraction.padEnd(scale + 1, "0").slice(0, scale + 1));
  const rounded = (scaled + 5n) / 10n;
  const digits = rounded.toString().padStart(scale + 1, "0");
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
