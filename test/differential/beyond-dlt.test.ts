/** Where dlt blocks, loses, empties or doubles: what it does, and what Sluice does, on the same answers of a source. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SluiceError } from "../../src/core/errors.ts";
import { pipeline, postgres, type RestApiConfig, restApi } from "../../src/index.ts";
import { type DltServer, skipWithoutDlt, startDlt } from "../support/dlt.ts";
import { type DocumentsApi, documentsDocument, startDocumentsApi } from "../support/documents-api.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { BEYOND, type BeyondCase, type Rows } from "./beyond-dlt.ts";

const skip = skipWithoutDlt();
let api: DocumentsApi;
let database: TestDatabase;
let dlt: DltServer;
let folder: string;
const ends: (() => Promise<unknown>)[] = [];

before(async () => {
  api = await startDocumentsApi();
  ends.push(() => api.close());
  database = await testDatabase({ after: (end) => ends.push(end) });
  folder = await mkdtemp(join(tmpdir(), "sluice-beyond-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  if (skip !== false) return;
  dlt = startDlt(folder);
  ends.push(() => dlt.close());
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** Runs each load; gives the error of each run, or undefined, and tells warnings. */
async function loads(
  name: string,
  one: BeyondCase,
  run: (document: Record<string, unknown>, cwd: string) => Promise<void>,
): Promise<unknown[]> {
  const cwd = await mkdtemp(join(folder, `${name}-`));
  const errors: unknown[] = [];
  for (const load of one.loads) {
    const { hints, answer } = typeof load === "string" ? { hints: one.hints ?? {}, answer: load } : load;
    api.show({ "/t": answer });
    errors.push(await run(documentsDocument(api.baseUrl, { t: hints }), cwd).catch((error: unknown) => error));
  }
  return errors;
}

/** Tables of data without ids, loads and nulls; in an order of their own. */
async function rowsOf(dataset: string): Promise<Rows> {
  const tables = await database.query(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' AND relname NOT LIKE '\\_dlt%'",
    [dataset],
  );
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const { name } of tables) {
    const rows = await database.query(
      `SELECT jsonb_strip_nulls(to_jsonb(r) - ARRAY['_dlt_id','_dlt_load_id','_dlt_parent_id','_dlt_root_id','_dlt_list_idx','_dlt_valid_from','_dlt_valid_to'])::text AS row FROM ${dataset}."${name}" r ORDER BY 1`,
    );
    found[String(name)] = sorted(rows.map(({ row }) => JSON.parse(row ?? "") as Record<string, unknown>));
  }
  return found;
}

function sorted<T extends Readonly<Record<string, unknown>>>(rows: readonly T[]): T[] {
  const text = (row: T): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** As the rows come back. */
function expected(rows: Rows): Rows {
  return Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, sorted(list)]));
}

for (const [name, one] of Object.entries(BEYOND)) {
  const dataset = name.toLowerCase();

  test(`dlt, ${one.what}: ${one.dltDoes}`, { skip }, async () => {
    const file = join(folder, `${name}.json`);
    const errors = await loads(name, one, async (document, cwd) => {
      await writeFile(file, JSON.stringify(document));
      await dlt.run(file, database.url, `${dataset}_dlt`, cwd);
    });
    const texts = errors.map((error) => (error === undefined ? "" : String(error)));
    const { fails, blocked, rows } = one.dlt;
    if (fails === undefined) assert.deepEqual(texts.join(""), "");
    else
      assert.ok(
        texts.some((text) => fails.test(text)),
        texts.join("\n"),
      );
    const failed = texts.findIndex((text) => text !== "");
    if (failed !== -1 && failed < texts.length - 1)
      assert.equal(texts.at(-1) !== "", blocked === true, `the last run: ${texts.at(-1)}`);
    assert.deepEqual(await rowsOf(`${dataset}_dlt`), expected(rows));
  });

  test(`Sluice, ${one.what}: ${one.sluiceDoes}`, async () => {
    const warned: string[] = [];
    const errors = await loads(name, one, async (document, cwd) => {
      const { name: source, ...config } = document.source as { name: string } & RestApiConfig;
      const ours = pipeline({
        name: "documents",
        dataset: `${dataset}_sluice`,
        destination: postgres(database.url),
        workingDirectory: cwd,
      });
      const { trace } = await ours.run(restApi({ name: source, config }));
      warned.push(...trace.warnings.map(({ code }) => code));
    });
    const { error, warning, rows } = one.sluice;
    const codes = errors.filter((found) => found !== undefined).map((found) => (found as SluiceError).code);
    assert.deepEqual(codes, error === undefined ? [] : [error], String(errors.find((found) => found !== undefined)));
    assert.ok(errors.every((found) => found === undefined || found instanceof SluiceError));
    if (warning !== undefined) assert.ok(warned.includes(warning), warned.join());
    assert.deepEqual(await rowsOf(`${dataset}_sluice`), expected(rows));
  });
}
