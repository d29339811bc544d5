import { getOwn } from "../../../src/core/json.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, load, type Row } from "./database.ts";
import { givenIds, hasExactIds, trees, wrongIds } from "./rows.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/**
 * `relational.json`: documents through extract, normalize and load into a real database; then every column and every row.
 * Rows are compared as trees (a root row with its nested rows), root ids only where they are made from the data, and the id
 * of every nested row is computed again from its parent's.
 */
export const relational: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const name = text(vector.name);
      const resource = object(vector.resource);
      const hints = goldenHints(resource);
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
      const exact = hasExactIds(hints);
      const parents = new Map(
        Object.entries(expected).map(([table, facts]) => [table, getOwn(object(facts), "parent") ?? null]),
      );
      const theirs = new Map(
        Object.entries(expected).map(([table, facts]) => [table, list(member(facts, "rows")) as unknown as Row[]]),
      );
      const recordedLoads = list(vector.load_ids).map(text);
      differences.push(
        ...difference(
          "rows",
          trees(theirs, parents, { loads: recordedLoads, given, exact }),
          trees(ours, parents, { loads, given, exact }),
        ),
        ...wrongIds(ours, parents, given),
      );
      settle(report, name, differences);
    }
  },
};
