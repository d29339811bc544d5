/** One line of COPY text as values: what PostgreSQL would read, `null` for `\N`. */
export function decodeCopyRow(line: string): (string | null)[] {
  return line.split("\t").map(decodeField);
}

function decodeField(field: string): string | null {
  if (field === "\\N") return null;
  if (!field.includes("\\")) return field;
  return field.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v" };
