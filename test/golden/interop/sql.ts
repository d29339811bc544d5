import type { JsonValue } from "../../../src/core/json.ts";
import type { ReplaceMethod } from "../../../src/destination/postgres/load-context.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, load, type Row } from "./database.ts";
import { givenIds, hasExactIds, trees, wrongIds } from "./rows.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/**
 * `sql.json`: each scenario run by run into a real database; after each run the rows of all tables, at the end all columns,
 * those of the system tables included. Statements are not compared: one transaction of ours stands for several of dlt's.
 */
export const sql: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const hints = goldenHints(object(vector.resource));
      const dataset = `sql_${index}`;
      const pipeline = await database.pipeline({
        dataset,
        resource: "t",
        replaceMethod: replaceMethod(vector.replace_strategy),
      });
      const differences: string[] = [];
      const runs = list(vector.runs).map(object);
      const given = givenIds(runs.map((run) => member(run, "documents")));
      const exact = hasExactIds(hints);
      const recorded: string[] = [];
      for (const [number, run] of runs.entries()) {
        const error = await load(pipeline, list(run.documents), hints);
        if (error !== undefined) differences.push(`run ${number + 1}: ${error}`);
        recorded.push(loadId(list(run.statements)));
        const after = object(run.tables_after);
        const parents = new Map(Object.keys(after).map((table) => [table, parentOf(table)]));
        const ours = new Map<string, readonly Row[]>();
        for (const table of Object.keys(after)) ours.set(table, await database.rows(dataset, table));
        const theirs = new Map(Object.entries(after).map(([table, rows]) => [table, list(rows) as unknown as Row[]]));
        const loads = await database.query(`SELECT load_id FROM ${dataset}._dlt_loads ORDER BY load_id`);
        const ids = loads.map((row) => row.load_id ?? "");
        differences.push(
          ...difference(`tables ${number + 1}`, Object.keys(after).sort(), [...(await database.tables(dataset))]),
          ...difference(
            `rows ${number + 1}`,
            trees(theirs, parents, { loads: recorded, given, exact }),
            trees(ours, parents, { loads: ids, given, exact }),
          ),
          ...wrongIds(ours, parents, given),
        );
      }
      await pipeline.close();
      for (const [table, facts] of Object.entries(object(vector.columns))) {
        differences.push(...difference(`columns of ${table}`, facts, await database.columns(dataset, table)));
      }
      settle(report, text(vector.name), differences);
    }
  },
};

/** dlt's two strategies that leave the table as it is are one way of ours. */
function replaceMethod(strategy: JsonValue | undefined): ReplaceMethod {
  return strategy === "staging-optimized" ? "staging-optimized" : "delete";
}

/** The recorded load id: first argument of the last statement of a load. */
function loadId(statements: readonly JsonValue[]): string {
  const insert = statements.map(object).find((one) => /INSERT INTO "gsql"\."_dlt_loads"/.test(String(one.sql ?? "")));
  return text(list(insert?.args)[0]);
}

function parentOf(table: string): string | null {
  const at = table.lastIndexOf("__");
  return at < 0 ? null : table.slice(0, at);
}
