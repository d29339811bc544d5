import { isJsonObject, type JsonValue } from "../../../src/core/json.ts";
import type { SchemaContract } from "../../../src/core/source.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { type GoldenDatabase, goldenDatabase } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/**
 * `contracts.json`: a first run under evolve, a second one under a contract, given as an argument of the run, which holds for
 * the source and for each resource. Where dlt stops, the beginning of its message is ours too, up to the evidence that it
 * adds (an id that is random). Vectors without a second run give the contract to the resource of a first run.
 */
export const contracts: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    const first = list(member(document, "first_run"));
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const contract = member(vector, "contract") as SchemaContract;
      const name = `${JSON.stringify(contract)} ${text(vector.case)}`;
      const dataset = `contracts_${index}`;
      const differences: string[] = [];
      let failure: Failure | undefined;
      if ("second_run" in vector) {
        const [entity, mode] = isJsonObject(vector.contract) ? (Object.entries(vector.contract)[0] ?? []) : [];
        const schema = `golden_con_${entity}_${mode}_${text(vector.case)}`;
        const isNewTable = vector.case === "new_root_table";
        const begun = await run(database, { dataset, schema, table: "t" }, first, undefined);
        if (begun !== undefined) differences.push(`first run: ${begun.code} ${begun.message}`);
        const documents = isNewTable ? [{ id: 1 }] : list(vector.second_run);
        failure = await run(database, { dataset, schema, table: isNewTable ? "t2" : "t" }, documents, {
          source: contract,
          resource: contract,
        });
      } else {
        failure = await run(database, { dataset, schema: "golden_con_first", table: "t" }, list(vector.first_run), {
          resource: contract,
        });
      }
      differences.push(...compareOutcome(vector, failure));
      if ("tables_after" in vector) {
        differences.push(
          ...difference("tables", sorted(object(vector.tables_after)), await tablesAfter(database, dataset)),
        );
      }
      settle(report, name, differences);
    }
  },
};

interface Failure {
  readonly code: string;
  readonly message: string;
}

function compareOutcome(vector: Readonly<Record<string, JsonValue>>, failure: Failure | undefined): string[] {
  if (vector.result === "ok")
    return failure === undefined ? [] : [`expected ok, got ${failure.code} ${failure.message}`];
  const expected = text(vector.message)
    .replace(/ Offending data item: .*$/s, "")
    .replace(/\.$/, "");
  if (failure?.code !== "E_DATA_CONTRACT") return [`expected E_DATA_CONTRACT, got ${failure?.code ?? "ok"}`];
  return failure.message.startsWith(expected) ? [] : [`message: expected ${expected}, got ${failure.message}`];
}

async function run(
  database: GoldenDatabase,
  place: { readonly dataset: string; readonly schema: string; readonly table: string },
  documents: readonly JsonValue[],
  contract: { readonly source?: SchemaContract; readonly resource: SchemaContract } | undefined,
): Promise<Failure | undefined> {
  const pipeline = await database.pipeline({ dataset: place.dataset, schema: place.schema, resource: place.table });
  try {
    const hints = goldenHints({});
    const { trace } = await pipeline.run(
      documents,
      contract === undefined ? hints : { ...hints, schemaContract: contract.resource },
      contract?.source,
    );
    return trace.failure;
  } finally {
    await pipeline.close();
  }
}

/** Rows without the columns of our own, as one text each, in any order. */
async function tablesAfter(database: GoldenDatabase, dataset: string): Promise<Record<string, string[]>> {
  const tables: Record<string, JsonValue> = {};
  for (const table of await database.tables(dataset)) {
    tables[table] = (await database.rows(dataset, table)).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !column.startsWith("_dlt"))),
    );
  }
  return sorted(tables);
}

function sorted(tables: Readonly<Record<string, JsonValue>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.keys(tables)
      .sort()
      .map((table) => [
        table,
        list(tables[table])
          .map((row) => JSON.stringify(Object.entries(object(row)).sort()))
          .sort(),
      ]),
  );
}
