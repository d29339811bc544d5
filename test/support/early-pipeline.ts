/** Pipelines whose load begins while pages still arrive: a source with a gate between pages, and a dump to compare. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installFaultHandler } from "../../src/core/fault-point.ts";
import type { JsonObject, JsonValue } from "../../src/core/json.ts";
import { Secret } from "../../src/core/secret.ts";
import type { ResourceHints, Source } from "../../src/core/source.ts";
import { copyText } from "../../src/destination/postgres/copy-text.ts";
import { createPostgres, type PostgresOptions } from "../../src/destination/postgres/create-postgres.ts";
import { systemClock, systemRandom } from "../../src/edge/shared/system-ports.ts";
import type { EarlyRules } from "../../src/pipeline/early-start.ts";
import type { PipelineOptions } from "../../src/pipeline/options.ts";
import { type PipelineRun, runPipeline } from "../../src/pipeline/run.ts";
import type { TestDatabase } from "./postgres.ts";

/** The load begins with the first chunk, whatever the tables; nothing is too slow. */
export const AT_ONCE: EarlyRules = { newBytes: 1, bytes: 1, rowsPerSecond: 0, stall: 5000, window: 30_000 };

/** The load begins when the package is complete. */
export const NEVER: EarlyRules = { ...AT_ONCE, newBytes: Number.MAX_VALUE, bytes: Number.MAX_VALUE };

export interface PagedResource {
  readonly name: string;
  readonly hints: Partial<ResourceHints>;
  readonly pages: readonly (readonly JsonValue[])[];
}

const NO_HINTS: ResourceHints = {
  writeDisposition: { disposition: "append" },
  primaryKey: [],
  mergeKey: [],
  columns: {},
};

/** Called before each page but the first, with the number of pages that went before. */
export type Gate = (pages: number, signal: AbortSignal) => Promise<void>;

export function pagedSource(name: string, resources: readonly PagedResource[], gate: Gate, state?: JsonObject): Source {
  return {
    name,
    resources: resources.map((one) => ({
      name: one.name,
      selected: true,
      hints: { ...NO_HINTS, ...one.hints },
      endpoint: "pages",
    })),
    extract: (context) => ({
      pages: (async function* () {
        let count = 0;
        for (const { name: resource, pages } of resources) {
          for (const records of pages) {
            if (count > 0) await gate(count, context.signal);
            count += 1;
            yield { resource, records, bytes: 0 };
          }
        }
      })(),
      result: () => ({ state: state ?? context.state, resources: [] }),
    }),
  };
}

/** `count` records from `first` on, of 1 kB, each with two items in a list. */
export function records(first: number, count: number, more: (id: number) => JsonObject = () => ({})): JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    return { id, text: `${id}:`.padEnd(1000, "x"), tags: [{ v: id }, { v: -id }], ...more(id) };
  });
}

/** Counts the points that a run of this process passes; `reached` resolves when the early load has copied so often. */
export function watchPoints(t: { after(end: () => void): void }): {
  readonly points: string[];
  reached(point: string): Promise<void>;
} {
  const points: string[] = [];
  const waiting = new Map<string, () => void>();
  installFaultHandler(async (name) => {
    points.push(name);
    waiting.get(name)?.();
  });
  t.after(() => installFaultHandler(undefined));
  return {
    points,
    reached: (point) =>
      new Promise((resolve, reject) => {
        if (points.includes(point)) resolve();
        const timer = setTimeout(() => reject(new Error(`${point} was not reached`)), 10_000);
        waiting.set(point, () => {
          clearTimeout(timer);
          resolve();
        });
        if (points.includes(point)) clearTimeout(timer);
      }),
  };
}

export interface EarlyRun extends Partial<Omit<PipelineOptions, "early" | "source">> {
  readonly url: string;
  readonly source: Source;
  readonly early?: Partial<EarlyRules>;
  readonly postgres?: Partial<PostgresOptions>;
}

/** One run with a work folder of its own, unless one is given. */
export async function runEarly(options: EarlyRun): Promise<PipelineRun & { readonly messages: readonly string[] }> {
  const { url, source, early, postgres, ...more } = options;
  const workFolder = options.workFolder ?? (await mkdtemp(join(tmpdir(), "sluice-early-")));
  const messages: string[] = [];
  const destination = createPostgres({
    dsn: new Secret(url),
    clock: systemClock,
    random: systemRandom,
    early: { batchBytes: 1, ...postgres?.early },
    ...postgres,
  });
  try {
    const run = await runPipeline({
      pipeline: "early",
      dataset: "early",
      source,
      destination,
      destinationKind: "postgres",
      encoder: copyText,
      signal: new AbortController().signal,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        if (event.type === "message") messages.push(event.text);
      },
      settings: [],
      version: "test",
      ...more,
      workFolder,
      early: { ...AT_ONCE, ...early },
    });
    return { ...run, messages };
  } finally {
    await destination.close();
    if (options.workFolder === undefined) await rm(workFolder, { recursive: true, force: true });
  }
}

/** Everything in the dataset that does not change from run to run: layout, constraints, rows without ids, versions. */
export async function dump(db: TestDatabase, dataset = "early"): Promise<unknown> {
  const columns = await db.query(
    `SELECT c.relname AS t, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)::text AS n, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS strict
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' ORDER BY 1, a.attnum`,
    [dataset],
  );
  const constraints = await db.query(
    `SELECT conrelid::regclass::text AS t, conname, pg_get_constraintdef(oid) AS def
     FROM pg_constraint WHERE connamespace = to_regnamespace($1) AND contype <> 'n' ORDER BY 1, 2`,
    [dataset],
  );
  const rows: Record<string, unknown> = {};
  for (const table of new Set(columns.map((column) => column.t ?? ""))) {
    if (table.startsWith("_dlt_")) continue;
    const own = columns.filter((column) => column.t === table && !/^_dlt_(.*_)?id$/.test(column.name ?? ""));
    const list = own.map((column) => `"${column.name}"`).join(", ");
    rows[table] = (await db.query(`SELECT row(${list})::text AS r FROM ${dataset}."${table}" ORDER BY 1`)).map(
      (one) => one.r,
    );
  }
  return {
    columns,
    constraints,
    rows,
    loads: await db.query(
      `SELECT count(*)::text AS n, count(DISTINCT load_id)::text AS ids FROM ${dataset}._dlt_loads`,
    ),
    versions: await db.query(`SELECT version, version_hash FROM ${dataset}._dlt_version ORDER BY inserted_at`),
    states: await db.query(`SELECT version, version_hash FROM ${dataset}._dlt_pipeline_state ORDER BY version`),
  };
}

/** Rows whose parent, load or row id is wrong; 0 in a sound dataset. */
export async function strays(db: TestDatabase, table: string, nested: string, dataset = "early"): Promise<number> {
  const [row] = await db.query(
    `SELECT ((SELECT count(*) FROM ${dataset}.${nested} c WHERE NOT EXISTS
         (SELECT 1 FROM ${dataset}.${table} p WHERE p._dlt_id = c._dlt_parent_id))
       + (SELECT count(*) FROM ${dataset}.${table} WHERE _dlt_load_id NOT IN (SELECT load_id FROM ${dataset}._dlt_loads)))::text AS n`,
  );
  return Number(row?.n);
}
