/**
 * A name as it stands in SQL: in double quotes, quotes inside doubled. The only way by which a name enters a statement.
 * PostgreSQL has no form for NUL, so it is refused here instead of ending the statement early.
 */
export function quoteIdent(name: string): string {
  if (name === "" || name.includes("\0")) throw new RangeError("a name in SQL is empty or holds NUL");
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"dataset"."table"`. */
export function quoteTable(dataset: string, table: string): string {
  return `${quoteIdent(dataset)}.${quoteIdent(table)}`;
}

/** Names side by side: `"a", "b"`. */
export function quoteList(names: readonly string[]): string {
  return names.map(quoteIdent).join(", ");
}
