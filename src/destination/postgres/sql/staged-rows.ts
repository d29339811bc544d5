import { RECORD_NUMBER } from "../../../core/flow.ts";
import { quoteIdent, quoteList, quoteTable } from "./identifier.ts";

/** A table of a merge whose received rows are staged. */
export interface StagedTable {
  readonly dataset: string;
  readonly table: string;
  /** Temporary table with its received rows; absent where none were received. */
  readonly staged?: string;
  /** All columns of the schema, with their types in the database. Staged rows have nulls where the files have no field. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rowId: string;
  /** Of a nested table. */
  readonly rootId?: string;
  /** True: created by this load, so no row is there. */
  readonly isNew: boolean;
}

/** A table with the rows that were received for it. */
export type FilledTable = StagedTable & { readonly staged: string };

/** Temporary tables of the `n`th merge of a transaction. They end with it, so poolers are no obstacle. */
export function stagedNames(n: number): StagedNames {
  return {
    rows: (position) => `sluice_rows_${n}_${position}`,
    old: `sluice_old_${n}`,
    losers: `sluice_losers_${n}`,
    known: `sluice_known_${n}`,
  };
}

export interface StagedNames {
  /** Received rows of the table at this position in its chain. */
  readonly rows: (position: number) => string;
  /** Rows of the root table that have a received key. */
  readonly old: string;
  /** Numbers of received records that another one of the same key replaces. */
  readonly losers: string;
  /** Numbers of received records whose version is there already. */
  readonly known: string;
}

export const NUMBER = quoteIdent(RECORD_NUMBER);

/** Without constraints: those of the real table hold when the rows get there. */
export function createStagedSql({ staged, columns }: FilledTable): string {
  const lines = columns.map(({ name, type }) => `${quoteIdent(name)} ${type}`);
  return `CREATE TEMPORARY TABLE ${quoteIdent(staged)} (${NUMBER} bigint, ${lines.join(", ")}) ON COMMIT DROP`;
}

export function copyStagedSql({ staged }: FilledTable, fields: readonly string[]): string {
  return `COPY ${temporary(staged)} (${quoteList(fields)}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')`;
}

/** Only what rows are looked up by: whole wide tables take a second. */
export function analyzeStagedSql({ staged }: FilledTable, columns: readonly string[]): string {
  return `ANALYZE ${temporary(staged)} (${quoteList([...new Set([RECORD_NUMBER, ...columns])])})`;
}

/** Takes received rows out again: those of the records whose numbers a query gives. */
export function dropStagedSql({ staged }: FilledTable, numbers: string): string {
  return `DELETE FROM ${temporary(staged)} WHERE ${NUMBER} IN (${numbers})`;
}

/** Writes received rows as they are. `where` may look at the staged row `s`. */
export function insertStagedSql(table: FilledTable, where?: string): string {
  const list = quoteList(table.columns.map(({ name }) => name));
  return `INSERT INTO ${target(table)} (${list}) SELECT ${list} FROM ${temporary(table.staged)} AS s${where === undefined ? "" : ` WHERE ${where}`}`;
}

/** A row with the id of the staged row is not in the table. */
export function isAbsent(table: StagedTable): string {
  const rowId = quoteIdent(table.rowId);
  return `NOT EXISTS (SELECT 1 FROM ${target(table)} AS d WHERE d.${rowId} = s.${rowId})`;
}

export function equal(columns: readonly string[]): string {
  return columns.map((name) => `d.${quoteIdent(name)} = s.${quoteIdent(name)}`).join(" AND ");
}

export function target({ dataset, table }: StagedTable): string {
  return quoteTable(dataset, table);
}

export function temporary(name: string): string {
  return `pg_temp.${quoteIdent(name)}`;
}
