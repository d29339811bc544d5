import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, load, type Row } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/**
 * `ddl.json`: changes of a schema. Columns, rows and indexes after each run; where dlt ends in an error ours is a typed one
 * that leaves the table alone, or the load goes well as ARCHITECTURE.md says.
 */
export const ddl: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const dataset = `ddl_${index}`;
      const name = text(vector.name);
      const pipeline = await database.pipeline({ dataset, resource: "t" });
      const differences: string[] = [];
      for (const [number, run] of list(vector.runs).map(object).entries()) {
        const error = await load(pipeline, list(run.documents), goldenHints(object(run.resource)));
        const step = `run ${number + 1}`;
        if (run.error === null && error !== undefined) differences.push(`${step}: ${error}`);
        if (run.error !== null && name === "append_then_merge_with_children") {
          differences.push(...(error === undefined ? [] : [error]), ...(await filledRootIds(dataset)));
          continue;
        }
        if (run.error !== null && !/^E_(?:DEST_DATA|DATA_VALUE) .*\bt\b/.test(error ?? "")) {
          differences.push(`${step}: expected a typed error that names the table, got ${error ?? "success"}`);
        }
        differences.push(
          ...difference(`${step} columns`, run.columns, await database.columns(dataset, "t")),
          ...difference(`${step} rows`, plain(expectedRows(name, run.rows)), plain(await database.rows(dataset, "t"))),
        );
      }
      await pipeline.close();
      const indexes = await database.query(
        `SELECT tablename, indexname, replace(indexdef, $1, 'golden_ddl') AS def FROM pg_indexes
         WHERE schemaname = $1 ORDER BY indexname`,
        [dataset],
      );
      const found = indexes.map((row) => [row.tablename, row.indexname, row.def]);
      settle(report, name, [...differences, ...difference("indexes", sorted(list(vector.indexes)), sorted(found))]);
    }

    /** dlt stops at a column of root ids that has nulls; here it is filled, as dlt would have it. */
    async function filledRootIds(dataset: string): Promise<string[]> {
      const columns = (await database.columns(dataset, "t__l")).filter(([column]) => column === "_dlt_root_id");
      const orphans = await database.query(
        `SELECT value::text, (r._dlt_id IS NOT NULL)::text AS there FROM ${dataset}.t__l AS l
         LEFT JOIN ${dataset}.t AS r ON r._dlt_id = l._dlt_root_id ORDER BY 1`,
      );
      return [
        ...difference("root id", [["_dlt_root_id", "character varying", true, ""]], columns),
        ...difference("nested rows", [{ value: "2", there: "true" }], orphans),
      ];
    }
  },
};

/**
 * dlt: its csv path makes nulls of empty texts and keeps the sign of zero; its default path, which ours equals, does neither
 * (interop 5.2).
 */
function expectedRows(name: string, rows: JsonValue | undefined): readonly Row[] {
  const recorded = list(rows) as unknown as readonly Row[];
  if (name !== "csv_all_types") return recorded;
  return recorded.map((row) => (row.i === "1" ? { ...row, e: "", neg0: "0" } : row));
}

/** Rows without what is random. */
function plain(rows: readonly Row[]): string[] {
  return rows.map(({ _dlt_id: _, _dlt_load_id: _load, ...row }) => JSON.stringify(row)).sort();
}

function sorted(rows: readonly (JsonValue | JsonObject | readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
