import type { Chain } from "../../load/plan.ts";
import { completeColumns } from "../../schema/schema.ts";
import { copyFiles } from "./copy-files.ts";
import type { LoadContext } from "./load-context.ts";
import { deleteLosers, deleteOldRows, stageKeys } from "./merge-chain.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import { add, type Progress } from "./progress.ts";
import { fillRootIds, tightenRootIds } from "./root-ids.ts";
import type { Session } from "./session.ts";
import { deleteAllSql, truncateSql } from "./sql/rows.ts";
import { addUniqueSql } from "./sql/tables.ts";
import { mergeStaged } from "./staged-chain.ts";

/** Writes the rows of one root table and its nested tables by their disposition. Locks are held, columns are there. */
export async function writeChain(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  progress: Progress,
): Promise<void> {
  await fillRootIds(session, context, prepared, chain);
  if (chain.action === "staged") {
    await mergeStaged(session, context, prepared, chain, progress);
  } else if (chain.action === "merge") {
    const merge = await stageKeys(session, context, prepared, chain, progress.merges++);
    await deleteOldRows(session, context, prepared, merge, progress);
    await copyFiles(session, context, chain, progress);
    await deleteLosers(session, context, merge, progress);
  } else {
    if (chain.action === "replace") await emptyTables(session, context, prepared, chain, progress);
    await copyFiles(session, context, chain, progress);
  }
  await addConstraints(session, context, prepared, chain);
  await tightenRootIds(session, context, prepared, chain);
}

async function emptyTables(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  progress: Progress,
): Promise<void> {
  const { dataset } = context.request.manifest;
  // Children first: a foreign key of the user's from child to parent then does not stand in the way.
  const tables = chain.tables
    .map((table) => table.name)
    .filter((name) => prepared.catalog.has(name) && !prepared.created.has(name))
    .reverse();
  const first = tables[0];
  if (first === undefined) return;
  if (context.replaceMethod === "truncate") {
    const grant = context.grants.truncate(dataset, first);
    await session.execute(
      { doing: `truncate table ${chain.root.name}`, table: first, grant },
      truncateSql(dataset, tables),
    );
    return;
  }
  for (const table of tables) {
    const purpose = { doing: `delete the rows of table ${table}`, table, grant: context.grants.rows(dataset, table) };
    add(progress.deleted, table, await session.execute(purpose, deleteAllSql(dataset, table)));
  }
}

async function addConstraints(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
): Promise<void> {
  const { dataset } = context.request.manifest;
  for (const table of chain.tables) {
    if (!prepared.created.has(table.name)) continue;
    const sql = addUniqueSql(dataset, table.name, completeColumns(table));
    const purpose = { doing: `make the row ids of table ${table.name} unique`, table: table.name };
    if (sql !== undefined) await session.execute(purpose, sql);
  }
}
