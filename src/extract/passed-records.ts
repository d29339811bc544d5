import { isJsonObject, type JsonObject, type JsonValue, KEY_ORDER, keysOf } from "../core/json.ts";
import type { ResourceRun } from "./resource-run.ts";

/** Records after inherited fields, steps and cursor; null when all were dropped on the way. */
export function passed(
  run: Pick<ResourceRun, "steps" | "cursors" | "counts">,
  records: readonly JsonValue[],
  inherited: JsonObject | undefined,
  parentKey: string | undefined,
): readonly JsonValue[] | null {
  let rows = records;
  if (rows.length === 0) return rows;
  if (inherited !== undefined) rows = rows.map((row) => withFields(row, inherited));
  if (run.steps !== undefined) rows = run.steps.apply(rows, run.counts.pages);
  if (rows.length === 0) return null;
  return run.cursors === undefined ? rows : run.cursors.filter(parentKey, rows);
}

/** A record with more fields, each in the place of a field of its name or at the end. */
function withFields(record: JsonValue, fields: JsonObject): JsonValue {
  if (!isJsonObject(record)) return record;
  const copy: { [key: string]: JsonValue; [KEY_ORDER]?: readonly string[] } = { ...record, ...fields };
  if (KEY_ORDER in record) {
    const order = [...new Set([...keysOf(record), ...Object.keys(fields)])];
    Object.defineProperty(copy, KEY_ORDER, { value: order, enumerable: false });
  }
  return copy;
}
