import { quoteIdent, quoteList, quoteTable } from "./identifier.ts";

/** The text form is COPY's default: `\N` is null, empty text stays empty text. */
export function copySql(dataset: string, table: string, columns: readonly string[]): string {
  return `COPY ${quoteTable(dataset, table)} (${quoteList(columns)}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')`;
}

/** All rows of a table. Readers go on to see them until the commit. */
export function deleteAllSql(dataset: string, table: string): string {
  return `DELETE FROM ${quoteTable(dataset, table)}`;
}

/** Readers wait until the commit, and older snapshots see the tables empty after it: only when asked for. */
export function truncateSql(dataset: string, tables: readonly string[]): string {
  return `TRUNCATE TABLE ${tables.map((table) => quoteTable(dataset, table)).join(", ")}`;
}

/** Fills the root id of one nested table from its parent; `parentKey` of the parent is its root id, or its own id. */
export function fillRootIdSql(
  dataset: string,
  names: {
    readonly table: string;
    readonly parent: string;
    readonly rootId: string;
    readonly parentId: string;
    readonly rowId: string;
    /** Column of the parent that holds the root id: the row id when the parent is the root. */
    readonly parentRootId: string;
  },
): string {
  return `UPDATE ${quoteTable(dataset, names.table)} AS c SET ${quoteIdent(names.rootId)} = p.${quoteIdent(names.parentRootId)}
FROM ${quoteTable(dataset, names.parent)} AS p
WHERE c.${quoteIdent(names.rootId)} IS NULL AND p.${quoteIdent(names.rowId)} = c.${quoteIdent(names.parentId)}`;
}

export function hasNullsSql(dataset: string, table: string, column: string): string {
  return `SELECT EXISTS (SELECT 1 FROM ${quoteTable(dataset, table)} WHERE ${quoteIdent(column)} IS NULL)::text`;
}

/** Its own message; best effort after a load that deleted much. */
export function vacuumSql(dataset: string, table: string): string {
  return `VACUUM (SKIP_LOCKED, TRUNCATE false) ${quoteTable(dataset, table)}`;
}
