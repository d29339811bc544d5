import { InternalError } from "../../core/errors.ts";
import type { Chain, MergeKeys } from "../../load/plan.ts";
import { LOAD_ID_COLUMN, rootIdColumn, rowIdColumn } from "./key-columns.ts";
import { keyRows } from "./key-rows.ts";
import type { LoadContext } from "./load-context.ts";
import { packageChunks } from "./package-chunks.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import { add, type Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import {
  analyzeSql,
  copyKeysSql,
  createKeysSql,
  createLosersSql,
  createOldSql,
  deleteByIdSql,
  deleteMatchesSql,
  type MergeNames,
  mergeNames,
  type StagedColumn,
} from "./sql/merge.ts";

/** A merge whose keys are staged. */
export interface StagedMerge {
  readonly chain: Chain;
  readonly keys: MergeKeys;
  readonly names: MergeNames;
  readonly staged: readonly StagedColumn[];
}

/**
 * Copies the keys of the received root rows into a temporary table, numbered in the order of arrival. They are cut from
 * the files of the package: reading these twice costs less than a place in the table would, which COPY does not promise.
 */
export async function stageKeys(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  number: number,
): Promise<StagedMerge> {
  const keys = chain.merge;
  if (keys === undefined) throw new InternalError("E_INTERNAL", `merge of table ${chain.root.name} has no keys`);
  const names = mergeNames(number);
  const staged = stagedColumns(keys, chain, prepared);
  const doing = `stage the keys of table ${chain.root.name}`;
  const purpose = { doing, table: chain.root.name, grant: context.grants.temporary() };
  await session.execute(purpose, createKeysSql(names, staged));
  const rowId = rowIdColumn(chain.root);
  let sequence = 0;
  for (const file of chain.files) {
    if (file.table !== chain.root.name) continue;
    const fields = [...staged.map(({ column }) => column), rowId].map((column) => file.columns.indexOf(column));
    const rows = keyRows(packageChunks(context.request.folder, file), fields, file.columns.length, sequence);
    await session.copy(purpose, copyKeysSql(names, staged), rows, context.request.signal);
    sequence += file.rows;
  }
  await session.execute({ doing, table: chain.root.name }, analyzeSql(names.keys));
  return { chain, keys, names, staged };
}

/** Deletes the old rows that a received key stands for, with all their nested rows. */
export async function deleteOldRows(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  merge: StagedMerge,
  progress: Progress,
): Promise<void> {
  const { dataset, loadId } = context.request.manifest;
  const { root } = merge.chain;
  if (prepared.created.has(root.name)) return;
  const begun = merge.chain.files.some((file) => file.table === root.name && progress.early.has(file.path));
  const target = {
    dataset,
    table: root.name,
    rowId: rowIdColumn(root),
    ...(begun ? { except: { column: LOAD_ID_COLUMN, loadId } } : {}),
  };
  const columnsOf = (key: readonly string[]) => merge.staged.filter(({ column }) => key.includes(column));
  const keys = [merge.keys.primaryKey, merge.keys.mergeKey].filter((key) => key.length > 0).map(columnsOf);
  const purpose = deleting(context, root.name);
  const nested = merge.chain.tables
    .slice(1)
    .filter((table) => prepared.catalog.has(table.name) && !prepared.created.has(table.name));
  if (nested.length === 0) {
    for (const key of keys) {
      const sql = deleteMatchesSql(merge.names, target, key);
      add(progress.deleted, root.name, await session.execute(purpose, sql));
    }
    return;
  }
  await session.execute(purpose, createOldSql(merge.names, target, keys));
  await session.execute(purpose, analyzeSql(merge.names.old));
  for (const table of [...nested].reverse()) {
    const sql = deleteByIdSql(dataset, table.name, rootIdColumn(table), merge.names.old);
    add(progress.deleted, table.name, await session.execute(deleting(context, table.name), sql));
  }
  const sql = deleteByIdSql(dataset, root.name, target.rowId, merge.names.old);
  add(progress.deleted, root.name, await session.execute(purpose, sql));
}

/** Deletes received rows that another received row of the same key replaces, or that are marked as deleted. */
export async function deleteLosers(
  session: Session,
  context: LoadContext,
  merge: StagedMerge,
  progress: Progress,
): Promise<void> {
  const { dataset } = context.request.manifest;
  const { chain, keys, names } = merge;
  const stagedName = (column: string) => merge.staged.find((one) => one.column === column)?.staged ?? "";
  const { dedupSort, hardDelete } = keys;
  const rules = {
    primaryKey: keys.deduplicated ? [] : keys.primaryKey.map(stagedName),
    ...(dedupSort === undefined ? {} : { dedupSort: { staged: stagedName(dedupSort.column), order: dedupSort.order } }),
    ...(hardDelete === undefined
      ? {}
      : { hardDelete: { staged: stagedName(hardDelete.column), boolean: hardDelete.boolean } }),
  };
  if (rules.primaryKey.length === 0 && rules.hardDelete === undefined) return;
  const losers = await session.execute(
    { doing: `find rows with the same key in table ${chain.root.name}`, table: chain.root.name },
    createLosersSql(names, rules),
  );
  if (losers === 0) return;
  if (hardDelete === undefined) add(progress.duplicates, chain.root.name, losers);
  const filled = new Set(chain.files.map((file) => file.table));
  for (const table of [...chain.tables].reverse()) {
    if (!filled.has(table.name)) continue;
    const column = table === chain.root ? rowIdColumn(table) : rootIdColumn(table);
    const sql = deleteByIdSql(dataset, table.name, column, names.losers);
    add(progress.deleted, table.name, await session.execute(deleting(context, table.name), sql));
  }
}

/** Each column once, under a short name of its own: names of the table may meet ours. */
function stagedColumns(keys: MergeKeys, chain: Chain, prepared: PreparedTables): readonly StagedColumn[] {
  const columns = new Set([...keys.primaryKey, ...keys.mergeKey]);
  if (keys.dedupSort !== undefined) columns.add(keys.dedupSort.column);
  if (keys.hardDelete !== undefined) columns.add(keys.hardDelete.column);
  const real = prepared.catalog.get(chain.root.name)?.columns;
  return [...columns].map((column, index) => {
    const type = real?.get(column)?.type;
    if (type === undefined) throw new InternalError("E_INTERNAL", `key column ${column} is not in ${chain.root.name}`);
    return { staged: `k${index}`, column, type };
  });
}

function deleting(context: LoadContext, table: string): { doing: string; table: string; grant: string } {
  const grant = context.grants.rows(context.request.manifest.dataset, table);
  return { doing: `delete replaced rows of table ${table}`, table, grant };
}
