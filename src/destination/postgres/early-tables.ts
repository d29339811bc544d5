import type { SpooledFile } from "../../load/early-load.ts";
import { completeColumns } from "../../schema/schema.ts";
import type { Table } from "../../schema/table.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import type { DatasetLock } from "./guard.ts";
import { LOAD_ID_COLUMN } from "./key-columns.ts";
import { type LoadContext, watchedTables } from "./load-context.ts";
import {
  createTables,
  lockAndVerify,
  lockTables,
  neededTables,
  type PreparedTables,
  recreated,
  tablesToLock,
} from "./prepare-tables.ts";
import { findGap } from "./schema-gap.ts";
import type { Session } from "./session.ts";
import { columnType } from "./sql/column-type.ts";
import { addColumnsSql } from "./sql/tables.ts";

/** The early load cannot go on; nothing is wrong with the package. */
export class EarlyEnd extends Error {}

/** Likewise, but it could begin anew with the dataset to itself. */
export class NeedsDataset extends EarlyEnd {}

/** What an early load knows of its tables. */
export interface EarlyTables {
  readonly lock: DatasetLock;
  catalog: Catalog;
  /** Tables that this transaction created, with their columns as they stand. */
  readonly created: Map<string, readonly string[]>;
  /** Tables that were there before, locked, that take rows already. */
  readonly ready: Set<string>;
  /** Names of the tables that were looked at. */
  readonly seen: Set<string>;
  /** Tables whose rows are staged before they are merged: nothing of them is copied before all of it is there. */
  readonly staged: Set<string>;
}

export function createEarlyTables(lock: DatasetLock): EarlyTables {
  return { lock, catalog: new Map(), created: new Map(), ready: new Set(), seen: new Set(), staged: new Set() };
}

/** True when rows of the file may be copied now; others are copied at the end. */
export function takesRows(tables: EarlyTables, file: SpooledFile): boolean {
  return !tables.staged.has(file.table) && (tables.created.has(file.table) || tables.ready.has(file.table));
}

/**
 * Makes the tables of the plan fit the schema as it is by now: creates and widens those of this package, locks and
 * compares those that were there. Throws {@link EarlyEnd} for what needs another transaction: a column of a table that
 * was there, a new table without the dataset's lock.
 */
export async function growTables(session: Session, context: LoadContext, tables: EarlyTables): Promise<void> {
  const { plan } = context;
  for (const chain of plan.chains) {
    if (chain.action === "staged") for (const table of chain.tables) tables.staged.add(table.name);
  }
  if (plan.filled.some((table) => !tables.seen.has(table.name))) {
    tables.catalog = await readCatalog(session, context.request.manifest.dataset, watchedTables(context));
    await lockReady(session, context, tables);
    for (const table of plan.filled) tables.seen.add(table.name);
  }
  const gap = findGap(
    plan.filled.filter((table) => !tables.created.has(table.name)),
    tables.catalog,
  );
  const [missing] = gap.newColumns;
  if (missing !== undefined) throw new EarlyEnd(`table ${missing.table.name} needs another column`);
  const [first] = gap.newTables;
  if (first !== undefined && tables.lock === "shared") throw new NeedsDataset(`table ${first.name} is to be created`);
  for (const table of gap.newTables) {
    const shape = shapeOf(table);
    await createTables(session, context, [table]);
    tables.created.set(table.name, shape);
  }
  for (const table of plan.filled) await widen(session, context, tables, table);
}

/** The last step of the preparation, with the schema and the plan of the finished package. */
export async function settleTables(
  session: Session,
  context: LoadContext,
  tables: EarlyTables,
): Promise<PreparedTables> {
  await growTables(session, context, tables);
  const before = await readCatalog(session, context.request.manifest.dataset, watchedTables(context));
  const gap = findGap(neededTables(context), before);
  if (gap.newColumns.length > 0) throw new EarlyEnd("a table needs another column");
  if (gap.newTables.length > 0 && tables.lock === "shared") throw new NeedsDataset("a table is to be created");
  await createTables(session, context, gap.newTables);
  const created = new Set([...tables.created.keys(), ...gap.newTables.map((table) => table.name)]);
  const prepared = await lockAndVerify(session, context, before, created);
  if (prepared === undefined) throw new EarlyEnd("another session has changed the tables");
  return prepared;
}

/** Replaced tables are emptied at the end, and merged ones need the load id by which old rows are told from new. */
async function lockReady(session: Session, context: LoadContext, tables: EarlyTables): Promise<void> {
  const kept = new Set(tables.created.keys());
  if (recreated(context, tables.catalog).some((table) => !kept.has(table.name))) {
    throw new EarlyEnd("a table is to be made again");
  }
  const chains = context.plan.chains.filter(
    ({ action, root }) =>
      action === "append" ||
      (action === "merge" && (tables.catalog.get(root.name)?.columns.has(LOAD_ID_COLUMN) ?? true)),
  );
  const locks = tablesToLock({ ...context, plan: { ...context.plan, chains } }, tables.catalog, kept);
  if (!(await lockTables(session, context, locks))) throw new EarlyEnd("another session has changed the tables");
  for (const { table } of locks) tables.ready.add(table);
}

/**
 * Adds the columns that the schema has got meanwhile to a table of this package. They come after those that are there:
 * that is where normalize puts new ones, so the table looks as if it had been created at the end.
 */
async function widen(session: Session, context: LoadContext, tables: EarlyTables, table: Table): Promise<void> {
  const old = tables.created.get(table.name);
  if (old === undefined) return;
  const shape = shapeOf(table);
  const added = completeColumns(table).slice(old.length);
  if (old.some((column, index) => column !== shape[index]) || added.some((column) => !column.nullable)) {
    throw new EarlyEnd(`the columns of table ${table.name} have changed`);
  }
  if (added.length === 0) return;
  const sql = addColumnsSql(context.request.manifest.dataset, table.name, added, new Set(), "later");
  await session.execute({ doing: `add columns to table ${table.name}`, table: table.name }, sql);
  tables.created.set(table.name, shape);
}

function shapeOf(table: Table): readonly string[] {
  return completeColumns(table).map((column) => `${column.name}\0${columnType(column)}\0${column.nullable}`);
}
