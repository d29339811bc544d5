/** Runs many small cases through dlt and through Sluice at once, each a resource of one pipeline, and compares what they leave. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { pipeline, postgres, type RestApiConfig, restApi } from "../../../src/index.ts";
import { createSchema } from "../../../src/schema/schema.ts";
import type { Schema } from "../../../src/schema/table.ts";
import { startDlt } from "../../support/dlt.ts";
import { documentsDocument, startDocumentsApi } from "../../support/documents-api.ts";
import { normalizeDocuments } from "../../support/normalize.ts";
import { testDatabase } from "../../support/postgres.ts";
import { compareDatasets, type Dataset, readDataset } from "../dataset.ts";
import { DEVIATIONS } from "../deviations.ts";
import type { Writer } from "../handover.ts";

/** One resource: the JSON text that its endpoint answers in each load, and hints. */
export interface Case {
  readonly loads: readonly string[];
  readonly hints: Readonly<Record<string, unknown>>;
}

export interface Both {
  /** What differs, for each case; no lines where both programs leave the same, or both refuse the case. */
  compare(cases: readonly Case[]): Promise<readonly (readonly string[])[]>;
  /** Cases so far that dlt refused, and Sluice too unless that is a deviation. */
  readonly refused: number;
  close(): Promise<void>;
}

interface Outcome {
  readonly dataset?: Dataset;
  readonly error?: string;
}

export async function startBoth(): Promise<Both> {
  const ends: (() => Promise<unknown>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), "sluice-random-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const dlt = startDlt(folder);
  ends.push(() => dlt.close());
  const api = await startDocumentsApi();
  ends.push(() => api.close());
  const { url, query } = await testDatabase({ after: (end) => ends.push(end) });
  let serial = 0;
  let refused = 0;

  /** All loads of some cases by one program, or by the two in turns. */
  const write = async (name: string, turns: readonly Writer[], cases: readonly Case[]): Promise<Outcome> => {
    const dataset = `${name}_${serial++}`;
    const cwd = join(folder, dataset);
    await mkdir(cwd);
    const document = documentsDocument(
      api.baseUrl,
      Object.fromEntries(cases.map((one, index) => [`r${index}`, one.hints])),
    );
    const file = join(cwd, "pipeline.json");
    await writeFile(file, JSON.stringify(document));
    const { name: source, ...config } = document.source as { name: string } & RestApiConfig;
    const ours = pipeline({ name: "documents", dataset, destination: postgres(url), workingDirectory: cwd });
    try {
      for (let step = 0; step < Math.max(...cases.map(({ loads }) => loads.length)); step++) {
        api.show(
          Object.fromEntries(cases.map(({ loads }, index) => [`/r${index}`, loads[step] ?? loads.at(-1) ?? "[]"])),
        );
        if (turns[step % turns.length] === "dlt") await dlt.run(file, url, dataset, cwd);
        else await ours.run(restApi({ name: source, config }));
      }
      return { dataset: await readDataset(url, dataset) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    } finally {
      for (const schema of [dataset, `${dataset}_staging`]) await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await rm(cwd, { recursive: true, force: true });
    }
  };

  const compareAll = async (cases: readonly Case[]): Promise<string[][]> => {
    if (cases.length === 0) return [];
    const theirs = await write("dlt", ["dlt"], cases);
    const ours = await write("sluice", ["sluice"], cases);
    const inTurns = cases.some(({ loads }) => loads.length > 1)
      ? await write("turns", ["sluice", "dlt"], cases)
      : undefined;
    const error = ours.error ?? inTurns?.error;
    if (theirs.dataset !== undefined && error === undefined) {
      const found = cases.map((): string[] => []);
      for (const [who, { dataset }] of Object.entries({ Sluice: ours, "in turns": inTurns ?? ours })) {
        if (dataset === undefined || found.some((lines) => lines.length > 0)) continue;
        const apart = cases.map((_, index) =>
          compareDatasets(part(dataset, `r${index}`), part(theirs.dataset as Dataset, `r${index}`)),
        );
        const together = compareDatasets(dataset, theirs.dataset).map((line) => `of all cases together: ${line}`);
        for (const [index, lines] of apart.entries())
          found[index]?.push(
            ...(apart.some((one) => one.length > 0) ? lines : together).map((line) => `${who}: ${line}`),
          );
      }
      return found;
    }
    if (cases.length === 1) {
      if (theirs.error === undefined) return [[`Sluice fails, alone or in turns: ${error}`]];
      if (error === undefined && !isDeliberate(theirs.error)) return [[`dlt fails: ${theirs.error}`]];
      refused++;
      return [[]];
    }
    // dlt names the job that failed, which begins with the table.
    const named = /job_id=r(\d+)[._]/.exec(theirs.error ?? "")?.[1];
    if (named !== undefined) {
      const at = Number(named);
      const [alone = []] = await compareAll(cases.slice(at, at + 1));
      const others = await compareAll(cases.toSpliced(at, 1));
      return others.toSpliced(at, 0, alone);
    }
    const half = Math.ceil(cases.length / 2);
    return [...(await compareAll(cases.slice(0, half))), ...(await compareAll(cases.slice(half)))];
  };

  return {
    async compare(cases) {
      // A case that is refused would end the run of all others.
      const loadable = cases.map((one) => isLoadable(one));
      const together = await compareAll(cases.filter((_, index) => loadable[index]));
      const found: string[][] = [];
      for (const [index, one] of cases.entries())
        found.push((loadable[index] ? together.shift() : (await compareAll([one]))[0]) ?? []);
      return found;
    },
    get refused() {
      return refused;
    },
    close: async () => {
      for (const end of ends.reverse()) await end();
    },
  };
}

/** dlt fails with what Sluice is meant to load. */
function isDeliberate(error: string): boolean {
  return DEVIATIONS.some(({ dltFails }) => dltFails?.test(error));
}

/** Whether Sluice normalizes the documents of all loads. */
function isLoadable(one: Case): boolean {
  let schema: Schema = createSchema("documents");
  try {
    for (const text of one.loads) {
      const columns = one.hints.columns as Record<string, { data_type: "text" }> | undefined;
      const named = Object.entries(columns ?? {}).map(([name, hint]) => [name, { name, ...hint }]);
      ({ schema } = normalizeDocuments({
        schema,
        documents: parseJson(text) as readonly JsonValue[],
        hints: {
          columns: Object.fromEntries(named),
          ...(one.hints.max_table_nesting === undefined
            ? {}
            : { maxTableNesting: Number(one.hints.max_table_nesting) }),
        },
      }));
    }
    return true;
  } catch {
    return false;
  }
}

/** Tables of one resource, in the database and in the stored schemas. */
function part(dataset: Dataset, name: string): Dataset {
  const own = (table: string): boolean => table === name || table.startsWith(`${name}__`);
  return {
    tables: new Map([...dataset.tables].filter(([table]) => own(table))),
    loads: [],
    versions: dataset.versions.map(({ document }) => {
      const { tables } = document as { tables: Record<string, unknown> };
      return { hash: "", document: Object.entries(tables).filter(([table]) => own(table)) };
    }),
    states: [],
  };
}
