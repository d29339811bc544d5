import type { PlannedResource } from "../config/rest-api/plan.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import { compilePath } from "../core/json-path.ts";
import { compactJson } from "../core/json-writer.ts";
import { type Cursor, type CursorSettings, openCursor } from "../state/cursor.ts";

/** The cursors of one resource during a run: one, or one for each parent record. */
export interface ResourceCursors {
  /** The cursor for the children of a parent; the resource's own without one. */
  of(parentKey: string | undefined): Cursor;
  /** Rows of a page that pass; moves the cursors. */
  filter(parentKey: string | undefined, rows: readonly JsonValue[]): readonly JsonValue[] | null;
  /** The resource's entry in the source state, with the cursors of this run in it. */
  stored(before: JsonObject): JsonObject;
  /** Value of the resource's own cursor, for the report. */
  readonly lastValue: JsonValue;
}

/** Opens the cursors of a planned resource on its state (`resources.<name>`); undefined without `incremental`. */
export function openCursors(plan: PlannedResource, state: JsonObject): ResourceCursors | undefined {
  const settings = settingsOf(plan);
  if (settings === undefined) return undefined;
  const path = settings.path.text;
  const own = openCursor(settings, objectAt(state, ["incremental", path]));
  if (plan.incremental?.per_parent !== true || plan.parent === undefined) {
    return {
      of: () => own,
      filter: (_, rows) => own.filter(rows),
      stored: (before) => put(before, ["incremental", path], own.stored()),
      get lastValue() {
        return own.lastValue;
      },
    };
  }
  const partitions = objectAt(state, ["sluice", "partitions"]);
  const cursors = new Map<string, Cursor>();
  const of = (parentKey: string | undefined): Cursor => {
    const key = parentKey ?? "";
    let cursor = cursors.get(key);
    if (cursor === undefined) {
      const known = partitions === null ? null : objectAt(partitions, [key]);
      // Without any partition the state comes from dlt, whose single cursor stands for all parents.
      const stored = known ?? (partitions === null ? objectAt(state, ["incremental", path]) : null);
      cursor = openCursor(settings, stored);
      cursors.set(key, cursor);
    }
    return cursor;
  };
  return {
    of,
    filter(parentKey, rows) {
      const passed = of(parentKey).filter(rows);
      // dlt's own cursor goes on beside, so that dlt can take over.
      if (passed !== null) own.filter(passed);
      return passed;
    },
    stored(before) {
      let after = put(before, ["incremental", path], own.stored());
      for (const [key, cursor] of cursors) after = put(after, ["sluice", "partitions", key], cursor.stored());
      return after;
    },
    get lastValue() {
      return own.lastValue;
    },
  };
}

/** Key of a parent's partition: the values that the requests take from it. */
export function parentKeyOf(values: readonly JsonValue[]): string {
  const only = values[0];
  if (values.length === 1 && only !== undefined) return typeof only === "string" ? only : compactJson(only);
  return compactJson(values);
}

function settingsOf(plan: PlannedResource): CursorSettings | undefined {
  const config = plan.incremental;
  if (config === undefined) return undefined;
  const key = config.primary_key ?? plan.config.primary_key ?? undefined;
  return {
    resource: plan.name,
    path: compilePath(config.cursor_path),
    initialValue: config.initial_value ?? null,
    endValue: config.end_value ?? null,
    direction: config.last_value_func ?? "max",
    lag: config.lag ?? undefined,
    onMissing: config.on_cursor_value_missing ?? "raise",
    rangeStart: config.range_start ?? "closed",
    rangeEnd: config.range_end ?? "open",
    rowOrder: config.row_order ?? undefined,
    dedupKey: key,
  };
}

function objectAt(object: JsonObject, keys: readonly string[]): JsonObject | null {
  let value: JsonValue = object;
  for (const key of keys) {
    const next: JsonValue | undefined = isJsonObject(value) ? getOwn(value, key) : undefined;
    if (next === undefined) return null;
    value = next;
  }
  return isJsonObject(value) && Object.keys(value).length > 0 ? value : null;
}

function put(object: JsonObject, keys: readonly string[], value: JsonObject | undefined): JsonObject {
  if (value === undefined) return object;
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const inner = getOwn(object, key);
  const copy: { [key: string]: JsonValue } = { ...object };
  setOwn(copy, key, put(isJsonObject(inner) ? inner : {}, rest, value));
  return copy;
}
