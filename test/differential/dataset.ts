/**
 * Reads a whole dataset in a form in which two writers can be compared: random row ids are replaced by what they stand
 * for, load ids by their place among the loads, times of loading are left out. Everything else is compared as it is.
 */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import pg from "pg";

export interface Dataset {
  readonly tables: ReadonlyMap<string, DatasetTable>;
  /** Status and schema hash of each load, oldest first. */
  readonly loads: readonly string[];
  /** Stored schemas, oldest first: the hash, and the document without its version numbers. */
  readonly versions: readonly { readonly hash: string; readonly document: unknown }[];
  /** Decoded states of the pipelines, oldest first. */
  readonly states: readonly { readonly version: number; readonly loadIndex: number; readonly sources: unknown }[];
}

export interface DatasetTable {
  /** `name type NOT NULL` in ordinal order. */
  readonly columns: readonly string[];
  /** Constraint definitions with their columns, sorted. */
  readonly constraints: readonly string[];
  /** One JSON text a row, sorted. */
  readonly rows: readonly string[];
  /** The same without the load that each row came with. */
  readonly ofAnyLoad: readonly string[];
}

type Row = Record<string, string | null>;

/**
 * Everything of one dataset. `url` is a connection string with the right to read it. The ids of `exact` root tables and
 * of those below them are made from the data and stay as they are.
 */
export async function readDataset(
  url: string,
  dataset: string,
  exact: ReadonlySet<string> = new Set(),
): Promise<Dataset> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SET TIME ZONE 'UTC'");
    const query = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
      (await client.query<Row>(sql, values)).rows;
    const of = (table: string): string => `${client.escapeIdentifier(dataset)}.${client.escapeIdentifier(table)}`;
    const columns = await query(COLUMNS, dataset);
    const constraints = await query(CONSTRAINTS, dataset);
    const names = [...new Set(columns.map((column) => column.table_name ?? ""))];
    const loads = await query(
      `SELECT load_id, status::text, schema_version_hash FROM ${of("_dlt_loads")} ORDER BY load_id`,
    );
    const loadIndex = new Map(loads.map((load, index) => [load.load_id ?? "", index]));
    const moments = new Map(loads.map((load, index) => [momentOf(load.load_id ?? ""), `moment of load ${index}`]));
    const raw = new Map<string, Row[]>();
    for (const table of names.filter((name) => !name.startsWith("_dlt_"))) {
      const list = columns.filter((column) => column.table_name === table);
      const fields = list.map((column) => `${client.escapeIdentifier(column.column_name ?? "")}::text`);
      const rows = await query(`SELECT ${fields.join(", ")} FROM ${of(table)}`);
      raw.set(
        table,
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([column, value]) => [column, moments.get(value ?? "") ?? value])),
        ),
      );
    }
    const labels = labelRows(raw, loadIndex);
    const anyLoad = new Map([...loadIndex.keys()].map((load) => [load, 0]));
    const labelsOfAnyLoad = labelRows(raw, anyLoad);
    const texts = (table: string, named: ReadonlyMap<string, string>, loads: ReadonlyMap<string, number>): string[] =>
      (raw.get(table) ?? [])
        .map((row) => canonical(mapIds(row, isExact(exact, table) ? undefined : named, loads)) ?? "")
        .sort();
    return {
      tables: new Map(
        names.map((table) => [
          table,
          {
            columns: columns.filter((c) => c.table_name === table).map((c) => `${c.column_name} ${c.type}`),
            constraints: constraints.filter((c) => c.table_name === table).map((c) => c.definition ?? ""),
            rows: texts(table, labels, loadIndex),
            ofAnyLoad: texts(table, labelsOfAnyLoad, anyLoad),
          },
        ]),
      ),
      loads: loads.map((load) => `${load.status} ${load.schema_version_hash}`),
      versions: (await query(`SELECT version_hash, schema FROM ${of("_dlt_version")} ORDER BY inserted_at`)).map(
        (row) => ({
          hash: row.version_hash ?? "",
          document: withoutVersions(JSON.parse(row.schema ?? "")),
        }),
      ),
      states: names.includes("_dlt_pipeline_state")
        ? (
            await query(
              `SELECT version::text, state, _dlt_load_id FROM ${of("_dlt_pipeline_state")} ORDER BY _dlt_load_id`,
            )
          ).map((row) => ({
            version: Number(row.version),
            loadIndex: loadIndex.get(row._dlt_load_id ?? "") ?? -1,
            sources: comparableState(decodeState(row.state ?? "").sources),
          }))
        : [],
    };
  } finally {
    await client.end();
  }
}

/** What differs between two datasets, one line each, of rows so many a table; empty when they are equal. */
export function compareDatasets(ours: Dataset, theirs: Dataset, mostRows = 5): string[] {
  const lines: string[] = [];
  const differ = (what: string, a: unknown, b: unknown): void => {
    for (const [place, left, right] of places(a, b))
      lines.push(`${what}${place}: ${canonical(left) ?? "nothing"} instead of ${canonical(right) ?? "nothing"}`);
  };
  differ("tables", [...ours.tables.keys()].sort(), [...theirs.tables.keys()].sort());
  for (const [name, table] of ours.tables) {
    const other = theirs.tables.get(name);
    if (other === undefined) continue;
    const sameColumns = canonical(table.columns.toSorted()) === canonical(other.columns.toSorted());
    if (!sameColumns) differ(`columns of ${name}`, table.columns, other.columns);
    else if (canonical(table.columns) !== canonical(other.columns))
      lines.push(`order of columns of ${name}: ${table.columns.join(", ")} instead of ${other.columns.join(", ")}`);
    differ(`constraints of ${name}`, table.constraints, other.constraints);
    const moved = without(table.rows, other.rows);
    if (moved.length > 0 && canonical(table.ofAnyLoad) === canonical(other.ofAnyLoad)) {
      lines.push(`loads of rows of ${name}: ${moved.length} rows came with another load`);
      continue;
    }
    for (const row of moved.slice(0, mostRows)) lines.push(`row of ${name} only in the first: ${row}`);
    for (const row of without(other.rows, table.rows).slice(0, mostRows))
      lines.push(`row of ${name} only in the second: ${row}`);
  }
  differ("loads", loadsByVersion(ours), loadsByVersion(theirs));
  const documents = (dataset: Dataset): unknown[] => dataset.versions.map(({ document }) => document);
  differ("schema versions", documents(ours), documents(theirs));
  for (const [index, { hash, document }] of ours.versions.entries()) {
    const other = theirs.versions[index];
    if (other !== undefined && other.hash !== hash && canonical(document) === canonical(other.document))
      lines.push(`order of columns in schema version ${index}: its hash is ${hash} instead of ${other.hash}`);
  }
  differ("states", ours.states, theirs.states);
  return lines;
}

/**
 * The dataset as it would be if schemas did not name the resource of these tables: versions that then equal the one before
 * are gone, and loads have the one that is left.
 */
export function withoutResourceNames(dataset: Dataset, tables: ReadonlySet<string>): Dataset {
  if (tables.size === 0) return dataset;
  const kept: { readonly hash: string; readonly document: unknown }[] = [];
  const hashes = new Map<string, string>();
  for (const { hash, document } of dataset.versions) {
    const stored = document as { readonly tables: Readonly<Record<string, Record<string, unknown>>> };
    const nameless = Object.entries(stored.tables).map(([name, table]) => {
      const { resource, ...rest } = table;
      return [name, tables.has(name) ? rest : table];
    });
    const version = { ...stored, tables: Object.fromEntries(nameless) };
    const own = digest(canonical(version) ?? "");
    const last = kept.at(-1);
    const same = last !== undefined && canonical(last.document) === canonical(version);
    hashes.set(hash, same ? last.hash : own);
    if (!same) kept.push({ hash: own, document: version });
  }
  const loads = dataset.loads.map((load) => {
    const [status = "", hash = ""] = load.split(" ");
    return `${status} ${hashes.get(hash) ?? hash}`;
  });
  return { ...dataset, versions: kept, loads };
}

/** Loads with the place of their schema among the versions instead of its hash. */
function loadsByVersion({ loads, versions }: Dataset): string[] {
  const places = new Map(versions.map(({ hash }, index) => [hash, `version ${index}`]));
  return loads.map((load) => {
    const [status = "", hash = ""] = load.split(" ");
    return `${status} ${places.get(hash) ?? hash}`;
  });
}

/** The places at which two values differ, the deepest ones, with what stands there. */
function places(a: unknown, b: unknown, place = ""): (readonly [string, unknown, unknown])[] {
  if (canonical(a) === canonical(b)) return [];
  const isDict = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  // Of lists of other lengths nothing more can be said.
  const length = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
  if (!isDict(a) || !isDict(b) || length(a) !== length(b)) return [[place, a, b]];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    places(a[key], b[key], `${place === "" ? " at " : `${place}.`}${key}`),
  );
}

/** The JSON document in a `state` column: base64 of zlib, or plain JSON. */
function decodeState(text: string): Record<string, unknown> {
  const json = text.startsWith("{") ? text : inflateSync(Buffer.from(text, "base64")).toString("utf8");
  return JSON.parse(json) as Record<string, unknown>;
}

/** Unique hashes are a set; what Sluice keeps beside dlt's own values is no concern of dlt's. */
function comparableState(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparableState);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "sluice")
      .map(([key, inner]) => [
        key,
        key === "unique_hashes" && Array.isArray(inner) ? [...inner].sort() : comparableState(inner),
      ]),
  );
}

function withoutVersions(document: Record<string, unknown>): unknown {
  const { version: _v, version_hash: _h, previous_hashes: _p, ...rest } = document;
  return rest;
}

/** Row id -> what the row is: for a root row its own values, for a nested row its parent, table and place. */
function labelRows(
  raw: ReadonlyMap<string, readonly Row[]>,
  loadIndex: ReadonlyMap<string, number>,
): Map<string, string> {
  const labels = new Map<string, string>();
  const nested: { readonly table: string; readonly row: Row }[] = [];
  for (const [table, rows] of raw) {
    for (const row of rows) {
      if (row._dlt_parent_id === undefined) {
        // A nested list that is a table by itself has the id of its root all the same.
        const { _dlt_id: id, _dlt_load_id: load, _dlt_root_id: _root, ...values } = row;
        labels.set(id ?? "", `${table}:${digest(canonical([values, loadIndex.get(load ?? "")]) ?? "")}`);
      } else nested.push({ table, row });
    }
  }
  nested.sort((a, b) => depth(a.table) - depth(b.table));
  for (const { table, row } of nested) {
    labels.set(row._dlt_id ?? "", `${labels.get(row._dlt_parent_id ?? "") ?? "ORPHAN"}/${table}/${row._dlt_list_idx}`);
  }
  return labels;
}

function isExact(exact: ReadonlySet<string>, table: string): boolean {
  return exact.has(table.split("__", 1)[0] ?? "");
}

/** A load id as PostgreSQL prints the moment that it names: what changes by a load has it. */
function momentOf(load: string): string {
  const seconds = Math.trunc(Number(load));
  const micros = String(Math.round((Number(load) - seconds) * 1e6))
    .padStart(6, "0")
    .replace(/0+$/, "");
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `${text}${micros === "" ? "" : `.${micros}`}+00`;
}

function mapIds(
  row: Row,
  labels: ReadonlyMap<string, string> | undefined,
  loadIndex: ReadonlyMap<string, number>,
): Row {
  const mapped: Row = {};
  for (const [column, value] of Object.entries(row)) {
    if (column === "_dlt_load_id") mapped[column] = `load ${loadIndex.get(value ?? "") ?? "UNKNOWN"}`;
    else if (labels !== undefined && /^_dlt_(root_|parent_)?id$/.test(column))
      mapped[column] = labels.get(value ?? "") ?? `UNKNOWN ${value}`;
    else mapped[column] = value;
  }
  return mapped;
}

function depth(table: string): number {
  return table.split("__").length;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Items of the first list that the second has not, as multisets. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const item of other) left.set(item, (left.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const count = left.get(item) ?? 0;
    left.set(item, count - 1);
    return count <= 0;
  });
}

/** JSON text with sorted keys. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const COLUMNS = `
SELECT c.relname AS table_name, a.attname AS column_name,
       format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS type
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`;

/** PostgreSQL 18 lists NOT NULL as constraints too; they stand with the columns. */
const CONSTRAINTS = `
SELECT c.relname AS table_name, pg_get_constraintdef(o.oid) AS definition
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND o.contype <> 'n' ORDER BY 1, 2`;
