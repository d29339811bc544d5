import { InternalError } from "../../core/errors.ts";
import type { Chain, StagedMergeRules } from "../../load/plan.ts";
import { completeColumns } from "../../schema/schema.ts";
import type { Table } from "../../schema/table.ts";
import { copyFiles } from "./copy-files.ts";
import { rootIdColumn, rowIdColumn } from "./key-columns.ts";
import type { LoadContext } from "./load-context.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import type { Progress } from "./progress.ts";
import type { Row, Session } from "./session.ts";
import {
  analyzeStagedSql,
  copyStagedSql,
  createStagedSql,
  type FilledTable,
  type StagedNames,
  type StagedTable,
  stagedNames,
} from "./sql/staged-rows.ts";

/** A merge whose received rows are staged, table by table. */
export interface StagedChain {
  readonly root: FilledTable;
  /** Parents first. Tables without a row, old or new, are left out. */
  readonly nested: readonly StagedTable[];
  readonly names: StagedNames;
  /** Runs a statement for one of the tables and gives the number of rows that it changed. */
  run(doing: string, table: StagedTable, sql: string): Promise<number>;
  query(doing: string, table: StagedTable, sql: string): Promise<readonly Row[]>;
}

/** Copies all received rows of a chain to temporary tables. */
export async function stageRows(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  chain: Chain,
  rules: StagedMergeRules,
  progress: Progress,
): Promise<StagedChain> {
  const { dataset } = context.request.manifest;
  const names = stagedNames(progress.merges++);
  const withRows = new Set(chain.files.map((file) => file.table));
  const tables = chain.tables
    .filter((table) => withRows.has(table.name) || prepared.catalog.has(table.name))
    .map((table, position) =>
      stagedTable(dataset, table, prepared, withRows.has(table.name) ? names.rows(position) : undefined),
    );
  const [root, ...nested] = tables;
  if (root === undefined || !isFilled(root)) {
    throw new InternalError("E_INTERNAL", `table ${chain.root.name} is merged without rows`, { step: "load" });
  }
  const filled = new Map(tables.filter(isFilled).map((table) => [table.table, table]));
  for (const table of filled.values()) {
    const doing = `stage the rows of table ${table.table}`;
    const purpose = { doing, table: table.table, grant: context.grants.temporary() };
    await session.execute(purpose, createStagedSql(table));
  }
  await copyFiles(session, context, chain, progress, (file) => {
    const table = filled.get(file.table);
    if (table === undefined) throw new InternalError("E_INTERNAL", `${file.path} has no staged table`);
    return copyStagedSql(table, file.columns);
  });
  for (const table of filled.values()) {
    const looked = table === root ? [table.rowId, ...lookedUp(rules)] : [table.rowId];
    const purpose = { doing: `stage the rows of table ${table.table}`, table: table.table };
    await session.execute(purpose, analyzeStagedSql(table, looked));
  }
  const purposeOf = (doing: string, table: string) => ({
    doing: `${doing} table ${table}`,
    table,
    grant: context.grants.rows(dataset, table),
  });
  return {
    root,
    nested,
    names,
    run: (doing, { table }, sql) => session.execute(purposeOf(doing, table), sql),
    query: (doing, { table }, sql) => session.query(purposeOf(doing, table), sql),
  };
}

function lookedUp(rules: StagedMergeRules): readonly string[] {
  return rules.strategy === "scd2" ? [rules.version, ...rules.mergeKey] : rules.primaryKey;
}

function stagedTable(dataset: string, table: Table, prepared: PreparedTables, staged: string | undefined): StagedTable {
  const real = prepared.catalog.get(table.name)?.columns;
  // A table without rows in this load may lack columns that it would get with them.
  const columns = completeColumns(table).flatMap(({ name }) => {
    const type = real?.get(name)?.type;
    return type === undefined ? [] : [{ name, type }];
  });
  return {
    dataset,
    table: table.name,
    columns,
    rowId: rowIdColumn(table),
    isNew: prepared.created.has(table.name),
    ...(staged === undefined ? {} : { staged }),
    ...(table.parent === undefined ? {} : { rootId: rootIdColumn(table) }),
  };
}

export function isFilled(table: StagedTable): table is FilledTable {
  return table.staged !== undefined;
}
