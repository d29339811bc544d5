import { ConfigError, InternalError } from "../core/errors.ts";
import { completeColumns, rootTableOf, tableChain } from "../schema/schema.ts";
import type { Column, Schema, Table } from "../schema/table.ts";
import type { PackageFile, PackageManifest } from "./manifest.ts";

/** A root table with all its nested tables, and what the package does to them. */
export interface Chain {
  readonly root: Table;
  /** Root first, then nested tables depth first in schema order: parents stand before their children. */
  readonly tables: readonly Table[];
  /** `merge` only when there is a key to match by; without one it is `append`, as in dlt. */
  readonly action: "append" | "replace" | "merge";
  /** In the order in which they are copied: parents first, and as written within a table. */
  readonly files: readonly PackageFile[];
  readonly merge?: MergeKeys;
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
    const chain = planChain(root, tables, files);
    if (chain !== undefined) chains.push(chain);
  }
  const filled = [...filesByTable.keys()].map((name) => tableOf(schema, name));
  const order = [...schema.tables.keys()];
  filled.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { chains, filled };
}

function planChain(root: Table, tables: readonly Table[], files: readonly PackageFile[]): Chain | undefined {
  const disposition = root.writeDisposition ?? "append";
  if (disposition === "skip") return undefined;
  if (disposition === "replace") return { root, tables, action: "replace", files };
  if (files.length === 0) return undefined;
  if (disposition === "append") return { root, tables, action: "append", files };
  if (root.mergeStrategy !== undefined && root.mergeStrategy !== "delete-insert") {
    throw new ConfigError("E_CONFIG", `merge strategy ${root.mergeStrategy} of table ${root.name} is not built yet`, {
      step: "load",
      hint: "Use write_disposition merge with the strategy delete-insert.",
      context: { table: root.name },
    });
  }
  const merge = mergeKeys(root);
  const hasKey = merge.primaryKey.length > 0 || merge.mergeKey.length > 0;
  return hasKey ? { root, tables, action: "merge", files, merge } : { root, tables, action: "append", files };
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
