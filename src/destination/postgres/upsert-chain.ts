import type { UpsertRules } from "../../load/plan.ts";
import { dropLosers } from "./drop-losers.ts";
import { add, type Progress } from "./progress.ts";
import { analyzeSql } from "./sql/merge.ts";
import { dropStagedSql, type FilledTable, insertStagedSql, isAbsent, type StagedTable } from "./sql/staged-rows.ts";
import {
  countMatchesSql,
  createMatchesSql,
  deleteAbsentSql,
  deleteMatchesSql,
  deletingNumbers,
  goneNumbers,
  isUnmatched,
  updateStagedSql,
} from "./sql/upsert.ts";
import { isFilled, type StagedChain } from "./stage-rows.ts";

/**
 * Updates the rows whose key is there and inserts the others; nested rows likewise by their ids, those that a record has
 * no more are deleted. Columns that are not of the schema keep what they have. dlt: golden sql.json `upsert*`, but for
 * several records of one key, on which it fails.
 */
export async function upsert(chain: StagedChain, rules: UpsertRules, progress: Progress): Promise<void> {
  const { root, nested, names, run } = chain;
  await dropLosers(chain, rules, progress);
  const old = root.isNew ? NOTHING : await findMatches(chain, rules);
  const { hardDelete } = rules;
  if (hardDelete !== undefined) {
    // dlt: a record that is marked as deleted has no nested rows, not even where it is inserted.
    const gone = goneNumbers(root, hardDelete);
    for (const table of nested.filter(isFilled)) await run("leave out rows of", table, dropStagedSql(table, gone));
    const deleting = deletingNumbers(root, names, hardDelete);
    await run("leave out rows of", root, dropStagedSql(root, deleting));
  }
  const deleteRows = async (table: StagedTable, sql: string) =>
    add(progress.deleted, table.table, await run("delete replaced rows of", table, sql));
  for (const table of [...nested].reverse()) {
    if (table.isNew || table.rootId === undefined) continue;
    if (old.empties > 0) await deleteRows(table, deleteMatchesSql(table, names));
    await deleteRows(table, deleteAbsentSql(table, table.rootId, root));
  }
  if (old.leaves > 0) await deleteRows(root, deleteMatchesSql(root, names));
  const update = async (table: FilledTable, key: readonly string[], compared: readonly string[] | undefined) =>
    // What an update leaves behind is a dead row like that of a delete.
    add(progress.deleted, table.table, await run("update rows of", table, updateStagedSql(table, key, compared)));
  if (!root.isNew) await update(root, rules.primaryKey, rules.compared);
  await run("insert rows into", root, insertStagedSql(root, root.isNew ? undefined : isUnmatched(names)));
  for (const table of nested.filter(isFilled)) {
    if (!table.isNew) await update(table, [table.rowId], comparable(table));
    await run("insert rows into", table, insertStagedSql(table, table.isNew ? undefined : isAbsent(table)));
  }
}

interface Matches {
  /** Rows of the root table that are to be deleted, and those that lose their nested rows. */
  readonly leaves: number;
  readonly empties: number;
}

const NOTHING: Matches = { leaves: 0, empties: 0 };

async function findMatches({ root, names, run, query }: StagedChain, rules: UpsertRules): Promise<Matches> {
  await run("find the received keys in", root, createMatchesSql(root, names, rules));
  await run("find the received keys in", root, analyzeSql(names.old));
  const [row] = await query("find the received keys in", root, countMatchesSql(names));
  return { leaves: Number(row?.[0] ?? 0), empties: Number(row?.[1] ?? 0) };
}

/** A nested row that is as it was need not be written again. Undefined where a column's type has no equality. */
function comparable({ columns }: FilledTable): readonly string[] | undefined {
  return columns.some(({ type }) => type === "json" || type === "xml") ? undefined : columns.map(({ name }) => name);
}
