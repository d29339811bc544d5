import type { TableChunk } from "../../src/core/flow.ts";

/** A row of a chunk as read back: text fields, null for `\N`. */
export type ChunkRow = Record<string, string | null>;

/** Decodes COPY text chunks to rows per table, in order; columns that a chunk does not have are null. */
export function decodeChunks(chunks: readonly TableChunk[]): Map<string, ChunkRow[]> {
  const tables = new Map<string, ChunkRow[]>();
  for (const chunk of chunks) {
    const rows = tables.get(chunk.table) ?? [];
    tables.set(chunk.table, rows);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(chunk.bytes);
    if (!text.endsWith("\n")) throw new Error(`a chunk of ${chunk.table} does not end with a newline`);
    const lines = text.slice(0, -1).split("\n");
    if (lines.length !== chunk.rows)
      throw new Error(`${lines.length} lines of ${chunk.table}, ${chunk.rows} announced`);
    for (const line of lines) {
      const fields = line.split("\t");
      if (fields.length !== chunk.columns.length) throw new Error(`${fields.length} fields in ${chunk.table}: ${line}`);
      rows.push(Object.fromEntries(chunk.columns.map((column, i) => [column, decodeField(fields[i] ?? "")])));
    }
  }
  return tables;
}

/** One field of COPY text. */
export function decodeField(field: string): string | null {
  if (field === "\\N") return null;
  return field.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v" };
