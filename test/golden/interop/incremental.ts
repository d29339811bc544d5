import { isDeepStrictEqual } from "node:util";
import { digest128 } from "../../../src/core/digest.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { compilePath } from "../../../src/core/json-path.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson } from "../../../src/core/json-writer.ts";
import { type Cursor, type CursorSettings, openCursor } from "../../../src/state/cursor.ts";
import type { VectorFile } from "../vector-file.ts";

interface Hash {
  readonly value: string;
  readonly digested_text: string;
  readonly hash: string;
  readonly legacy_hash: string;
}

interface Run {
  readonly documents: readonly JsonObject[];
  readonly error?: string;
  readonly bound: readonly {
    readonly start_value: JsonValue;
    readonly last_value: JsonValue;
    readonly end_value: JsonValue;
  }[];
  readonly state: Readonly<Record<string, JsonObject>> | null;
  readonly rows_in_table: readonly string[];
}

interface Vector {
  readonly name: string;
  readonly incremental: Readonly<Record<string, unknown>>;
  readonly resource: { readonly primary_key?: string | readonly string[] };
  readonly runs: readonly Run[];
}

/** Values that exist in Python only. */
const PYTHON_ONLY = new Set(["datetime_objects"]);

/** Cursors: what passes, and the state after each run. */
export const incremental: VectorFile = {
  async run(document, report) {
    const plain = parseJson(canonicalJson(document)) as unknown as { unique_hash: Hash[]; vectors: Vector[] };
    for (const { value, digested_text: text, hash, legacy_hash: legacy } of plain.unique_hash) {
      if (value.includes("datetime.")) {
        report.notApplicable(value);
        continue;
      }
      const made = [canonicalJson(parseJson(text)), digest128(text, 9), digest128(text, 15)];
      if (isDeepStrictEqual(made, [text, hash, legacy])) report.pass(value);
      else report.fail(value, `made ${made.join(" ")}, expected ${text} ${hash} ${legacy}`);
    }
    for (const vector of plain.vectors) {
      if (PYTHON_ONLY.has(vector.name)) {
        report.notApplicable(vector.name);
        continue;
      }
      const difference = replayVector(vector);
      if (difference === undefined) report.pass(vector.name);
      else report.fail(vector.name, difference);
    }
  },
};

function replayVector(vector: Vector): string | undefined {
  const settings = settingsOf(vector);
  const table: string[] = [];
  let stored: JsonObject | null = null;
  for (const [index, run] of vector.runs.entries()) {
    const cursor: Cursor = openCursor(settings, stored);
    const bound = { start_value: cursor.startValue, last_value: cursor.lastValue, end_value: cursor.endValue };
    if (!isDeepStrictEqual(bound, run.bound[0])) return `run ${index + 1}: bound to ${JSON.stringify(bound)}`;
    try {
      for (const row of cursor.filter(run.documents) ?? []) table.push(String((row as JsonObject).id));
      if (run.error !== undefined) return `run ${index + 1}: expected the error ${run.error}`;
      stored = cursor.stored() ?? null;
    } catch (error) {
      const reason = error instanceof SluiceError ? error.reason : String(error);
      if (reason !== expectedReason(run.error))
        return `run ${index + 1}: ${reason}, expected ${run.error ?? "no error"}`;
    }
    const expected = run.state?.[settings.path.text] ?? null;
    if (!isDeepStrictEqual(comparable(stored), comparable(expected))) {
      return `run ${index + 1}: state ${JSON.stringify(stored)}, expected ${JSON.stringify(expected)}`;
    }
    if (!isDeepStrictEqual(table, run.rows_in_table)) return `run ${index + 1}: rows ${table.join(",")}`;
  }
  return undefined;
}

function settingsOf({ incremental: config, resource }: Vector): CursorSettings {
  const word = <T extends string>(key: string, otherwise: T): T => (config[key] as T | undefined) ?? otherwise;
  return {
    resource: "t",
    path: compilePath(String(config.cursor_path)),
    initialValue: (config.initial_value as JsonValue | undefined) ?? null,
    endValue: (config.end_value as JsonValue | undefined) ?? null,
    direction: word<"max" | "min">("last_value_func", "max"),
    lag: config.lag as number | undefined,
    onMissing: word<"raise" | "include" | "exclude">("on_cursor_value_missing", "raise"),
    rangeStart: word<"open" | "closed">("range_start", "closed"),
    rangeEnd: word<"open" | "closed">("range_end", "open"),
    rowOrder: config.row_order as "asc" | "desc" | undefined,
    dedupKey: (config.primary_key as string | string[] | undefined) ?? resource.primary_key,
  };
}

function expectedReason(error: string | undefined): string | undefined {
  if (error?.startsWith("IncrementalCursorPathMissing")) return "cursor_missing";
  if (error?.startsWith("IncrementalCursorPathHasValueNone")) return "cursor_null";
  return error === undefined ? undefined : "cursor_type";
}

/** `unique_hashes` is a set. */
function comparable(state: JsonObject | null): JsonObject | null {
  return state === null ? null : { ...state, unique_hashes: [...(state.unique_hashes as string[])].sort() };
}
