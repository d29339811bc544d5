import { ConfigError, InternalError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { coerceValue, VARIANT } from "../schema/coercion.ts";
import { completeColumns, rootTableOf, tableChain } from "../schema/schema.ts";
import type { Column, Schema, Table } from "../schema/table.ts";
import type { PackageFile, PackageManifest } from "./manifest.ts";

/** A root table with all its nested tables, and what the package does to them. */
export interface Chain {
  readonly root: Table;
  /** Root first, then nested tables depth first in schema order: parents stand before their children. */
  readonly tables: readonly Table[];
  /**
   * `merge` only when there is a key to match by; without one it is `append`, as in dlt. `staged`: a merge for which all
   * rows are staged before any is written.
   */
  readonly action: "append" | "replace" | "merge" | "staged";
  /** In the order in which they are copied: parents first, and as written within a table. */
  readonly files: readonly PackageFile[];
  readonly merge?: MergeKeys;
  readonly staged?: StagedMergeRules;
}

/** What is done with whole rows that are staged. */
export type StagedMergeRules = UpsertRules | VersionRules;

export interface UpsertRules {
  /** insert-only: rows that are there stay as they are. */
  readonly strategy: "upsert" | "insert-only";
  readonly primaryKey: readonly string[];
  readonly dedupSort?: MergeKeys["dedupSort"];
  readonly hardDelete?: MergeKeys["hardDelete"];
  /** upsert: a root row is written again only when one of these has changed; absent: always. */
  readonly compared?: readonly string[];
}

/** Slowly changing dimensions: rows stay, with the time for which they held. */
export interface VersionRules {
  readonly strategy: "scd2";
  /** Columns that say from when to when a version held. */
  readonly from: string;
  readonly to: string;
  /** Column by which versions are told apart: the row id, which is a hash of the record, or one of the data. */
  readonly version: string;
  /** Retire only what has one of the received values here; empty: everything that was not received. */
  readonly mergeKey: readonly string[];
  /** Moment of the change, and what marks a version that holds (null when absent): as PostgreSQL reads timestamps, in UTC. */
  readonly boundary: string;
  readonly active?: string;
}

export interface MergeKeys {
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  /** Of several rows with one primary key the first in this order stays; without it the last received. */
  readonly dedupSort?: { readonly column: string; readonly order: "asc" | "desc" };
  /** dlt: `deduplicated` of the write disposition: the source promises that no key comes twice, nothing is looked for. */
  readonly deduplicated: boolean;
  /** A row whose column is true (or not null, when it is no boolean) deletes its key. */
  readonly hardDelete?: { readonly column: string; readonly boolean: boolean };
}

export interface LoadPlan {
  readonly chains: readonly Chain[];
  /** Tables that must exist with all their columns: those with rows. */
  readonly filled: readonly Table[];
}

/**
 * Says per root table what a package does. Roots come from the files and from `rootTables` (a replaced resource without
 * rows empties its chain); tables of disposition `skip` and tables without work are left out.
 */
export function planLoad(manifest: PackageManifest, schema: Schema): LoadPlan {
  const filesByTable = Map.groupBy(manifest.files, (file) => file.table);
  const roots = new Set<string>();
  for (const name of manifest.rootTables) if (schema.tables.has(name)) roots.add(name);
  for (const name of filesByTable.keys()) roots.add(rootOf(schema, name).name);

  const chains: Chain[] = [];
  for (const name of roots) {
    const root = tableOf(schema, name);
    const tables = tableChain(schema, name);
    const files = tables.flatMap((table) => filesByTable.get(table.name) ?? []);
    const chain = planChain(root, tables, files, manifest.loadId);
    if (chain !== undefined) chains.push(chain);
  }
  const filled = [...filesByTable.keys()].map((name) => tableOf(schema, name));
  const order = [...schema.tables.keys()];
  filled.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { chains, filled };
}

function planChain(
  root: Table,
  tables: readonly Table[],
  files: readonly PackageFile[],
  loadId: string,
): Chain | undefined {
  const disposition = root.writeDisposition ?? "append";
  if (disposition === "skip") return undefined;
  if (disposition === "replace") return { root, tables, action: "replace", files };
  if (files.length === 0) return undefined;
  if (disposition === "append") return { root, tables, action: "append", files };
  const strategy = root.mergeStrategy ?? "delete-insert";
  if (strategy === "scd2") return { root, tables, action: "staged", files, staged: versionRules(root, loadId) };
  if (strategy !== "delete-insert")
    return { root, tables, action: "staged", files, staged: upsertRules(root, strategy) };
  const merge = mergeKeys(root);
  const hasKey = merge.primaryKey.length > 0 || merge.mergeKey.length > 0;
  return hasKey ? { root, tables, action: "merge", files, merge } : { root, tables, action: "append", files };
}

function upsertRules(root: Table, strategy: UpsertRules["strategy"]): UpsertRules {
  const { primaryKey, dedupSort, hardDelete } = mergeKeys(root);
  if (primaryKey.length === 0) {
    throw new ConfigError("E_CONFIG", `merge strategy ${strategy} of table ${root.name} needs a primary key`, {
      step: "load",
      hint: "Set primary_key on the resource.",
      context: { table: root.name },
    });
  }
  return {
    strategy,
    primaryKey,
    ...(dedupSort === undefined ? {} : { dedupSort }),
    ...(hardDelete === undefined ? {} : { hardDelete }),
    ...(root.extra["x-merge-skip-unchanged-rows"] === true ? { compared: comparedColumns(root) } : {}),
  };
}

/** dlt: the row version alone where there is one, else all but keys, the mark of deleted rows and the load id. */
function comparedColumns(root: Table): readonly string[] {
  const columns = completeColumns(root);
  const version = names(columns, (column) => column.extra["x-row-version"] === true);
  if (version.length > 0) return version.slice(0, 1);
  return names(
    columns,
    (column) =>
      column.name !== "_dlt_load_id" &&
      !(column.primaryKey || column.rowKey || column.parentKey || column.rootKey || column.hardDelete),
  );
}

function versionRules(root: Table, loadId: string): VersionRules {
  const columns = completeColumns(root);
  const marked = (hint: string): string => {
    const column = columns.find((one) => one.extra[hint] === true);
    if (column !== undefined) return column.name;
    throw new ConfigError("E_CONFIG", `table ${root.name} is merged by scd2 but has no column with ${hint}`, {
      step: "load",
      context: { table: root.name },
    });
  };
  const active = columns.find((one) => one.extra["x-active-record-timestamp"] !== undefined)?.extra;
  const activeText = active?.["x-active-record-timestamp"];
  const boundary = root.extra["x-boundary-timestamp"];
  return {
    strategy: "scd2",
    from: marked("x-valid-from"),
    to: marked("x-valid-to"),
    version: marked("x-row-version"),
    mergeKey: names(columns, (column) => column.mergeKey === true),
    boundary: isGiven(boundary) ? timestampOf(root, boundary) : momentOf(loadId),
    ...(isGiven(activeText) ? { active: timestampOf(root, activeText) } : {}),
  };
}

function isGiven(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
  return value !== undefined && value !== null;
}

function timestampOf(root: Table, value: Exclude<JsonValue, null>): string {
  const text = coerceValue("timestamp", value);
  if (text !== VARIANT) return text;
  throw new ConfigError("E_CONFIG", `a timestamp of the scd2 hints of table ${root.name} cannot be read`, {
    step: "load",
    hint: "Write boundary_timestamp and active_record_timestamp as 2024-01-31T00:00:00Z.",
    context: { table: root.name },
  });
}

/** dlt: a load changes versions at the moment that its id names, to the microsecond. */
function momentOf(loadId: string): string {
  const text = coerceValue("timestamp", loadId);
  if (text === VARIANT) throw new InternalError("E_INTERNAL", `the load id ${loadId} is no time`, { step: "load" });
  return text;
}

function mergeKeys(root: Table): MergeKeys {
  const columns = completeColumns(root);
  const sort = columns.find((column) => column.dedupSort !== undefined);
  const hardDelete = columns.find((column) => column.hardDelete === true);
  return {
    primaryKey: names(columns, (column) => column.primaryKey === true),
    mergeKey: names(columns, (column) => column.mergeKey === true),
    deduplicated: root.extra["x-stage-data-deduplicated"] === true,
    ...(sort?.dedupSort === undefined ? {} : { dedupSort: { column: sort.name, order: sort.dedupSort } }),
    ...(hardDelete === undefined
      ? {}
      : { hardDelete: { column: hardDelete.name, boolean: hardDelete.dataType === "bool" } }),
  };
}

function names(columns: readonly Column[], wanted: (column: Column) => boolean): readonly string[] {
  return columns.filter(wanted).map((column) => column.name);
}

function rootOf(schema: Schema, name: string): Table {
  return rootTableOf(schema, name) ?? tableOf(schema, name);
}

function tableOf(schema: Schema, name: string): Table {
  const table = schema.tables.get(name);
  if (table === undefined) {
    throw new InternalError("E_INTERNAL", `the load package names table ${name}, which its schema lacks`, {
      step: "load",
      context: { table: name },
    });
  }
  return table;
}
