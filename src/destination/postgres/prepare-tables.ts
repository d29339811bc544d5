import { DestinationError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { SchemaChange } from "../../load/destination.ts";
import { completeColumns, isSystemTable } from "../../schema/schema.ts";
import { STATE_TABLE } from "../../schema/system-tables.ts";
import type { Column, Table } from "../../schema/table.ts";
import { type Catalog, readCatalog, schemaExists, without } from "./catalog.ts";
import type { DatasetLock } from "./guard.ts";
import { openTransaction } from "./guard.ts";
import { type LoadContext, systemTables, watchedTables } from "./load-context.ts";
import { findGap, isEmptyGap, rootIdColumns, type TableColumns } from "./schema-gap.ts";
import { type Purpose, type Session, StatementError } from "./session.ts";
import { columnType } from "./sql/column-type.ts";
import { type LockedTable, lockTablesSql } from "./sql/locks.ts";
import { addColumnsSql, createSchemaSql, createTableSql, dropTablesSql, hasRowsSql } from "./sql/tables.ts";
import { lockTimeoutSql } from "./sql/transaction.ts";

/** The tables are as the package needs them, and locked. */
export interface PreparedTables {
  readonly catalog: Catalog;
  /** Tables that this transaction created: empty, seen by nobody, UNIQUE still missing. */
  readonly created: ReadonlySet<string>;
  readonly changes: readonly SchemaChange[];
}

/** Start the transaction again, with this lock on the dataset. */
export interface Again {
  readonly again: DatasetLock;
}

/**
 * Creates what is missing and locks what is there, inside the transaction of the load. Columns for existing tables are
 * added in a short transaction of their own, because ALTER TABLE keeps readers out until its transaction ends; after
 * that, and when the lock on the dataset must be stronger, the load begins again.
 */
export async function prepareTables(
  session: Session,
  context: LoadContext,
  lock: DatasetLock,
): Promise<PreparedTables | Again> {
  const { dataset } = context.request.manifest;
  const needed = neededTables(context);
  const hasSchema = await schemaExists(session, dataset);
  const before = await readCatalog(session, dataset, watchedTables(context));
  const recreate = recreated(context, before);
  const gap = findGap(
    needed,
    without(
      before,
      recreate.map((table) => table.name),
    ),
  );
  const createsTables = !hasSchema || gap.newTables.length > 0;
  if (gap.newColumns.length > 0) {
    await session.rollback();
    if (await addColumns(session, context, needed)) return { again: lock };
    return { again: createsTables ? "exclusive" : "shared" };
  }
  if (createsTables && lock === "shared") return { again: "exclusive" };

  if (!hasSchema) await createSchema(session, context);
  if (recreate.length > 0) await dropTables(session, context, recreate);
  const newTables = gap.newTables.map((table) => table.name);
  await createTables(session, context, gap.newTables);
  return (await lockAndVerify(session, context, before, new Set(newTables))) ?? { again: "shared" };
}

/** All tables that the package must find with all their columns. */
export function neededTables(context: LoadContext): readonly Table[] {
  return [...systemTables(context), ...context.plan.filled.filter((table) => table.name !== STATE_TABLE)];
}

/**
 * The end of the preparation: locks the tables of `before`, less those of `created`, and looks once more whether all is
 * there, because another tool may have changed a table before the locks were held. Undefined when it is not.
 */
export async function lockAndVerify(
  session: Session,
  context: LoadContext,
  before: Catalog,
  created: ReadonlySet<string>,
): Promise<PreparedTables | undefined> {
  const { dataset } = context.request.manifest;
  await faultPoint("load:after-ddl");
  if (!(await lockTables(session, context, tablesToLock(context, before, created)))) return undefined;
  const needed = neededTables(context);
  const catalog = await readCatalog(session, dataset, watchedTables(context));
  if (!isEmptyGap(findGap(needed, catalog))) return undefined;
  const added = needed.filter((table) => created.has(table.name) && !isSystemTable(table.name));
  return { catalog, created, changes: added.map(tableAdded) };
}

export async function createSchema(session: Session, context: LoadContext): Promise<void> {
  const { dataset } = context.request.manifest;
  const grant = context.grants.createSchema();
  await session.execute({ doing: `create the schema ${dataset}`, grant }, createSchemaSql(dataset));
}

/** True when the package turned out to be committed, which the next round finds out again. */
async function addColumns(session: Session, context: LoadContext, needed: readonly Table[]): Promise<boolean> {
  const { dataset } = context.request.manifest;
  if (await openTransaction(session, context, "exclusive")) {
    await session.rollback();
    return true;
  }
  const { newColumns } = findGap(needed, await readCatalog(session, dataset, watchedTables(context)));
  const changes: SchemaChange[] = [];
  await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(5000));
  const ordered = [...newColumns].sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
  for (const addition of ordered) {
    await addTableColumns(session, context, addition);
    if (!isSystemTable(addition.table.name)) changes.push(...addition.columns.map((c) => columnAdded(addition, c)));
  }
  await session.execute({ doing: "commit the new columns" }, "COMMIT");
  context.changes.push(...changes);
  return false;
}

async function addTableColumns(session: Session, context: LoadContext, addition: TableColumns): Promise<void> {
  const { dataset } = context.request.manifest;
  const { table, columns } = addition;
  const strict = columns.filter((column) => !column.nullable);
  let nullable: ReadonlySet<string> = new Set();
  if (strict.length > 0) {
    const read: Purpose = {
      doing: `look for rows in table ${table.name}`,
      table: table.name,
      grant: context.grants.rows(dataset, table.name),
    };
    const [row] = await session.query(read, hasRowsSql(dataset, table.name));
    if (row?.[0] === "true") {
      nullable = rootIdColumns(columns);
      const refused = strict.find((column) => !nullable.has(column.name));
      if (refused !== undefined) throw notNullOnFilledTable(table.name, refused.name);
    }
  }
  const purpose: Purpose = {
    doing: `add columns to table ${table.name}`,
    table: table.name,
    grant: context.grants.ownership(dataset, table.name),
  };
  await session.execute(purpose, addColumnsSql(dataset, table.name, columns, nullable));
}

export async function createTables(session: Session, context: LoadContext, tables: readonly Table[]): Promise<void> {
  const { dataset } = context.request.manifest;
  for (const table of tables) {
    const purpose: Purpose = {
      doing: `create table ${table.name}`,
      table: table.name,
      grant: context.grants.createInSchema(dataset),
    };
    // System tables get their constraint at once: rows of other pipelines may follow in the same moment.
    const unique = isSystemTable(table.name) ? "now" : "later";
    await session.execute(purpose, createTableSql(dataset, table.name, completeColumns(table), { unique }));
  }
}

/** Tables that the replace method drops and makes again: those of a replaced chain that gets rows. */
export function recreated(context: LoadContext, catalog: Catalog): readonly Table[] {
  if (context.replaceMethod !== "staging-optimized") return [];
  return context.plan.chains
    .filter((chain) => chain.action === "replace" && chain.files.length > 0)
    .flatMap((chain) => chain.tables)
    .filter((table) => catalog.has(table.name) && context.plan.filled.includes(table));
}

async function dropTables(session: Session, context: LoadContext, tables: readonly Table[]): Promise<void> {
  const { dataset } = context.request.manifest;
  const names = tables.map((table) => table.name);
  const first = names[0] ?? "";
  const purpose = { doing: "drop the replaced tables", table: first, grant: context.grants.ownership(dataset, first) };
  await session.execute(purpose, dropTablesSql(dataset, names));
}

/**
 * Locks for the tables that were there before, with all their descendants, so that no second writer changes rows between
 * our deletes and our commit.
 */
export function tablesToLock(
  context: LoadContext,
  before: Catalog,
  created: ReadonlySet<string>,
): readonly LockedTable[] {
  return context.plan.chains.flatMap(({ action, tables }) =>
    tables
      .filter(({ name }) => before.has(name) && !created.has(name))
      .map(({ name }) => ({ table: name, mode: action === "append" ? "ROW EXCLUSIVE" : "SHARE ROW EXCLUSIVE" })),
  );
}

/** False when a table has gone meanwhile. */
export async function lockTables(
  session: Session,
  context: LoadContext,
  locks: readonly LockedTable[],
): Promise<boolean> {
  const { dataset } = context.request.manifest;
  const names = locks.map(({ table }) => table);
  const purpose = { doing: "lock the tables of the load", grant: context.grants.rows(dataset, ...names) };
  for (const statement of lockTablesSql(dataset, locks)) {
    try {
      await session.execute(purpose, statement);
    } catch (error) {
      if (error instanceof StatementError && error.sqlState === "42P01") return false;
      throw error;
    }
  }
  return true;
}

/** A new table, as the report tells it. */
export function tableAdded(table: Table): SchemaChange {
  const columns = completeColumns(table).map((column) => ({ name: column.name, type: columnType(column) }));
  return { table: table.name, change: "table_added", columns };
}

/** A new column, likewise. */
export function columnAdded({ table }: Pick<TableColumns, "table">, column: Column): SchemaChange {
  return {
    table: table.name,
    change: column.variant === true ? "variant_added" : "column_added",
    column: column.name,
    type: columnType(column),
  };
}

function notNullOnFilledTable(table: string, column: string): DestinationError {
  return new DestinationError(
    "E_DEST_DATA",
    `column ${column} must not be null, but table ${table} has rows that would have no value for it`,
    {
      step: "load",
      hint: "Make the column nullable in the hints, or load into a new table.",
      context: { table, column },
    },
  );
}
