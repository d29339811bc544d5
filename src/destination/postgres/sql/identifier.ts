/**
 * A name as it stands in SQL: in double quotes, quotes inside doubled. The only way by which a name enters a statement.
 * PostgreSQL has no form for NUL, so it is refused here instead of ending the statement early.
 */
export function quoteIdent(name: string): string {
  if (name === "" || name.includes("\0")) throw new RangeError("a name in SQL is empty or holds NUL");
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A name as the server stores it: cut to 63 bytes between two characters. Names of ours have 63 characters, which may be more
 * bytes, because dlt takes the digits of all scripts for digits.
 */
export function storedName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= NAME_BYTES) return name;
  let end = NAME_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}

const NAME_BYTES = 63;

/** `"dataset"."table"`. */
export function quoteTable(dataset: string, table: string): string {
  return `${quoteIdent(dataset)}.${quoteIdent(table)}`;
}

/** Names side by side: `"a", "b"`. */
export function quoteList(names: readonly string[]): string {
  return names.map(quoteIdent).join(", ");
}
