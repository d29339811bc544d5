import { getOwn, isJsonObject, type JsonObject } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import type { DocumentsPipeline } from "../../support/documents-pipeline.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, load } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/** `types.json`: JSON text through the whole path; columns, stored schema and rows. Inputs that break dlt end in a typed error. */
export const types: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const dataset = `types_${index}`;
      const differences: string[] = [];
      const pipeline = await database.pipeline({ dataset, resource: text(vector.name) });
      for (const run of list(vector.runs)) {
        const error = await load(pipeline, list(parseJson(text(run))), hintsOf(vector));
        if (error !== undefined) differences.push(error);
      }
      await pipeline.close();
      for (const [table, facts] of Object.entries(object(vector.tables))) {
        const columns = list(member(facts, "columns")).map((column) => {
          const { name, pg_type, not_null, constraints } = object(column);
          return [name, pg_type, not_null, constraints];
        });
        differences.push(...difference("columns", columns, await database.columns(dataset, table)));
        differences.push(
          ...difference("schema", sorted(member(facts, "schema")), sorted(await storedColumns(dataset, table))),
        );
        const wanted = list(member(facts, "row_columns")).map(text);
        const rows = (await database.rows(dataset, table)).map((row) => wanted.map((column) => row[column] ?? null));
        differences.push(...difference("rows", member(facts, "rows"), rows));
      }
      settle(report, text(vector.name), differences);
    }
    for (const [index, vector] of list(member(document, "failing")).map(object).entries()) {
      const name = `failing ${text(vector.name)}`;
      const pipeline = await database.pipeline({ dataset: `failing_${index}`, resource: "t" });
      if (vector.result === "ok") {
        settle(report, name, await nonFinite(`failing_${index}`, pipeline, vector));
        continue;
      }
      // Where dlt ends in an error, or stores something else than it got, ours is a typed error or a value kept.
      const outcome = await attempt(() => load(pipeline, list(parseJson(text(vector.run))), hintsOf(vector)));
      await pipeline.close();
      const typed = outcome === undefined ? await keptAll(`failing_${index}`, text(vector.name)) : isTyped(outcome);
      settle(report, name, typed ? [] : [`expected a typed error or the value kept, got ${outcome ?? "success"}`]);
    }

    /** NaN and Infinity are no JSON: refused by default, null in `compat: strict`, which reads as dlt does. */
    async function nonFinite(dataset: string, pipeline: DocumentsPipeline, vector: JsonObject): Promise<string[]> {
      const run = text(vector.run);
      const refused = await attempt(async () => String(parseJson(run)));
      const error = await load(pipeline, list(parseJson(run, { nonFinite: "null" })), hintsOf(vector));
      await pipeline.close();
      const values = (rows: readonly unknown[]) => rows.map((row) => (row as { v: string | null }).v).sort();
      return [
        ...(refused?.startsWith("JsonSyntaxError ") ? [] : [`by default it is not refused: ${refused}`]),
        ...(error === undefined ? [] : [error]),
        ...difference("columns", vector.columns, await database.columns(dataset, "t")),
        ...difference("values", values(list(vector.rows)), values(await database.rows(dataset, "t"))),
      ];
    }

    async function storedColumns(dataset: string, table: string): Promise<JsonObject> {
      const [row] = await database.query(
        `SELECT schema FROM ${dataset}._dlt_version ORDER BY inserted_at DESC, version DESC LIMIT 1`,
      );
      const columns = member(member(member(parseJson(row?.schema ?? "null"), "tables"), table), "columns");
      return Object.fromEntries(
        Object.entries(object(columns)).map(([name, column]) => {
          const { name: _, ...rest } = object(column);
          return [name, rest];
        }),
      );
    }

    /** The two inputs that end well here although dlt breaks on them: characters that cannot be stored are replaced. */
    async function keptAll(dataset: string, name: string): Promise<boolean> {
      const rows = await database.rows(dataset, "t");
      if (name === "nul_inside_json") return rows[0]?.v === '{"a": "xy"}';
      if (name === "lone_surrogate") return rows[0]?.v === "\ufffd";
      return false;
    }
  },
};

function hintsOf(vector: JsonObject) {
  const hints = getOwn(vector, "column_hints");
  return goldenHints(isJsonObject(hints) ? { columns: hints } : {});
}

async function attempt(call: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await call();
  } catch (error) {
    return error instanceof Error ? `${error.name} ${error.message}` : String(error);
  }
}

function isTyped(outcome: string): boolean {
  return !outcome.startsWith("E_INTERNAL") && /^(E_[A-Z_]+|JsonSyntaxError) /.test(outcome);
}

/** Columns in order, the hints of each sorted. */
function sorted(columns: unknown): unknown {
  return Object.entries(columns as JsonObject).map(([name, hints]) => [name, Object.entries(object(hints)).sort()]);
}
