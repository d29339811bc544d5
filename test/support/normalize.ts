import type { TableChunk } from "../../src/core/flow.ts";
import type { JsonObject, JsonValue } from "../../src/core/json.ts";
import type { ResourceHints } from "../../src/core/source.ts";
import { type Warning, WarningLog } from "../../src/core/warnings.ts";
import { copyText } from "../../src/destination/postgres/copy-text.ts";
import { createNormalizer, type NormalizerOptions } from "../../src/normalize/normalizer.ts";
import { createSchema } from "../../src/schema/schema.ts";
import type { Schema } from "../../src/schema/table.ts";
import { type ChunkRow, decodeChunks } from "./chunks.ts";

export interface NormalizeCase {
  readonly documents: readonly JsonValue[];
  readonly hints?: Partial<ResourceHints>;
  readonly schema?: Schema;
  readonly loadId?: string;
  readonly resource?: string;
  /** Records a page; all in one by default. */
  readonly pageSize?: number;
  readonly limits?: NormalizerOptions["limits"];
  readonly data?: NormalizerOptions["data"];
}

export interface NormalizeOutcome {
  readonly schema: Schema;
  readonly chunks: readonly TableChunk[];
  readonly rows: Map<string, ChunkRow[]>;
  readonly warnings: readonly Warning[];
}

/** Normalizes documents of one resource into COPY text and reads the rows back. Random bytes count up from 0. */
export function normalizeDocuments(given: NormalizeCase): NormalizeOutcome {
  const schema = given.schema ?? createSchema("test");
  const log = new WarningLog();
  const resource = given.resource ?? "t";
  const normalizer = createNormalizer({
    schema,
    loadId: given.loadId ?? "1795476330.5",
    resources: [{ name: resource, hints: resourceHints(given.hints) }],
    encoder: copyText,
    random: countingRandom(),
    warn: log.warn,
    ...(given.limits === undefined ? {} : { limits: given.limits }),
    ...(given.data === undefined ? {} : { data: given.data }),
  });
  const chunks: TableChunk[] = [];
  const size = Math.max(1, given.pageSize ?? given.documents.length);
  for (let at = 0; at === 0 || at < given.documents.length; at += size) {
    chunks.push(...normalizer.page({ resource, records: given.documents.slice(at, at + size), bytes: 0 }));
  }
  chunks.push(...normalizer.finish());
  return { schema, chunks, rows: decodeChunks(chunks), warnings: log.all };
}

export function resourceHints(hints: Partial<ResourceHints> = {}): ResourceHints {
  return { writeDisposition: { disposition: "append" }, primaryKey: [], mergeKey: [], columns: {}, ...hints };
}

/** Complete columns of a table, in order. */
export function columnNames(schema: Schema, table: string): string[] {
  const columns = schema.tables.get(table)?.columns.values() ?? [];
  return [...columns].filter((column) => column.dataType !== undefined).map((column) => column.name);
}

/** Bytes 0, 1, 2, ...: every id differs and every run gives the same. */
export function countingRandom(): NormalizerOptions["random"] {
  let next = 0;
  return {
    bytes: (n) => {
      const bytes = new Uint8Array(n);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at + 10 <= n; at += 10) view.setUint32(at + 6, next++);
      return bytes;
    },
    next: () => 0.5,
  };
}

/** Golden values are read without types; this names the shape that a test expects. */
export function member(value: JsonValue | undefined, ...path: readonly string[]): JsonValue {
  let found: JsonValue | undefined = value;
  for (const key of path) found = (found as JsonObject | undefined)?.[key];
  if (found === undefined) throw new Error(`no ${path.join(".")}`);
  return found;
}
