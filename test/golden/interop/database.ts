import type { JsonValue } from "../../../src/core/json.ts";
import type { ResourceHints } from "../../../src/core/source.ts";
import { type DocumentsPipeline, documentsPipeline } from "../../support/documents-pipeline.ts";
import { type TestDatabase, testDatabase } from "../../support/postgres.ts";

/** A column as the recorded files have it: name, PostgreSQL type, NOT NULL, constraint letters. */
export type ColumnFacts = readonly [string, string, boolean, string];
export type Row = Readonly<Record<string, string | null>>;

/** The database in which a set replays its vectors; opened on first use. */
export interface GoldenDatabase {
  pipeline(options: Omit<Parameters<typeof documentsPipeline>[0], "url">): Promise<DocumentsPipeline>;
  /** Data tables of a dataset; `_dlt_*` tables left out. */
  tables(dataset: string): Promise<readonly string[]>;
  columns(dataset: string, table: string): Promise<readonly ColumnFacts[]>;
  /** Rows as text, in physical order. */
  rows(dataset: string, table: string): Promise<readonly Row[]>;
  query: TestDatabase["query"];
}

let database: Promise<TestDatabase> | undefined;
let cleanUp: (() => Promise<void>) | undefined;

export function goldenDatabase(): GoldenDatabase {
  const open = () => {
    database ??= testDatabase({
      after: (end) => {
        cleanUp = end;
      },
    });
    return database;
  };
  const query: GoldenDatabase["query"] = async (text, values) => (await open()).query(text, values);
  return {
    pipeline: async (options) => documentsPipeline({ ...options, url: (await open()).url }),
    tables: async (dataset) =>
      (await query(TABLES, [dataset])).map((row) => row.name ?? "").filter((name) => !name.startsWith("_dlt_")),
    columns: async (dataset, table) =>
      (await query(COLUMNS, [dataset, table])).map((row) => [
        row.name ?? "",
        row.type ?? "",
        row.not_null === "true",
        row.letters ?? "",
      ]),
    rows: async (dataset, table) => {
      const names = (await query(COLUMNS, [dataset, table])).map((row) => row.name ?? "");
      const list = names.map((name) => `${quoted(name)}::text AS ${quoted(name)}`).join(", ");
      return query(`SELECT ${list} FROM ${quoted(dataset)}.${quoted(table)} ORDER BY ctid`);
    },
    query,
  };
}

/** Drops the database of the set. */
export async function closeGoldenDatabase(): Promise<void> {
  await cleanUp?.();
  database = undefined;
  cleanUp = undefined;
}

/** One run through the product; returns the error text when it failed. */
export async function load(
  pipeline: DocumentsPipeline,
  documents: readonly JsonValue[],
  hints: ResourceHints,
): Promise<string | undefined> {
  const { trace, error } = await pipeline.run(documents, hints);
  if (trace.failure === undefined) return undefined;
  const stack = trace.failure.code === "E_INTERNAL" && error instanceof Error ? ` ${error.stack}` : "";
  return `${trace.failure.code} ${trace.failure.message}${stack}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const TABLES = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname`;

const COLUMNS = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS not_null,
    coalesce((SELECT string_agg(DISTINCT k.contype::text, '' ORDER BY k.contype::text) FROM pg_constraint k
      WHERE k.conrelid = c.oid AND a.attnum = ANY (k.conkey) AND k.contype IN ('u', 'p', 'f')), '') AS letters
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;
