import type { PlannedResource } from "../config/rest-api/plan.ts";
import { parseDuration } from "../core/duration.ts";
import { SourceError } from "../core/errors.ts";
import { getOwn, type JsonObject, type JsonValue } from "../core/json.ts";
import { compilePath } from "../core/json-path.ts";
import { compactJson } from "../core/json-writer.ts";
import type { Warn } from "../core/warnings.ts";
import { type Cursor, type CursorSettings, openCursor } from "../state/cursor.ts";
import { type CursorWindow, nextWindow } from "../state/window.ts";
import { readWindowState, type WindowState, writeWindowState } from "../state/window-state.ts";
import { openParentCursors } from "./parent-cursors.ts";
import { objectAt, put } from "./state-paths.ts";

/** The cursors of one resource during a run: one, or one for each parent record. */
export interface ResourceCursors {
  /** The cursor for the children of a parent; the resource's own without one. */
  of(parentKey: string | undefined): Cursor;
  /** Rows of a page that pass; moves the cursors. */
  filter(parentKey: string | undefined, rows: readonly JsonValue[]): readonly JsonValue[] | null;
  /**
   * The resource's entry in the source state, with the cursors of this run in it.
   *
   * @param refused the source would not answer, so that the window is not loaded
   */
  stored(before: JsonObject, refused: boolean): JsonObject;
  /** Value of the resource's own cursor, for the report. */
  readonly lastValue: JsonValue;
  /** What this run reads of the range, when it reads it window by window; the end is null for the last one. */
  readonly window: { readonly start: JsonValue; readonly end: JsonValue } | undefined;
}

export interface CursorOptions {
  /** Time of the clock in milliseconds when one window of the range is to be read; undefined: all of the range. */
  readonly windowAt: number | undefined;
  /** As dlt: one cursor for all parents. */
  readonly strict: boolean;
  readonly warn: Warn;
}

/** Opens the cursors of a planned resource on its state (`resources.<name>`); undefined without `incremental`. */
export function openCursors(
  plan: PlannedResource,
  state: JsonObject,
  options: CursorOptions,
): ResourceCursors | undefined {
  const settings = settingsOf(plan);
  if (settings === undefined) return undefined;
  const keys = ["incremental", settings.path.text];
  const stored = objectAt(state, keys);
  const before = readWindowState(state);
  const window =
    options.windowAt === undefined ? undefined : windowOf(plan, settings, before, stored, options.windowAt);
  const own = openCursor(settings, stored, window);
  const parents =
    options.strict || plan.parent === undefined
      ? undefined
      : openParentCursors({ plan, settings, state, fallback: stored, window, warn: options.warn });

  /** Where the windows stand after this run; undefined: all of the range is loaded. */
  function windowState(refused: boolean): WindowState | undefined {
    if (window === undefined) return undefined;
    if (refused) return window.end === null ? kept(before) : { end: before.end, open: true };
    if (window.end === null) return undefined;
    return { end: window.end, open: typeof window.end !== "string" && !own.hasRows };
  }

  return {
    of: (parentKey) => parents?.of(parentKey) ?? own,
    filter(parentKey, rows) {
      if (parents === undefined) return own.filter(rows);
      const passed = parents.of(parentKey).filter(rows);
      // dlt's own cursor goes on beside, so that dlt can take over.
      if (passed !== null) own.filter(passed);
      return passed;
    },
    stored(resource, refused) {
      const moved = put(resource, keys, own.stored());
      return writeWindowState(parents?.stored(moved) ?? moved, windowState(refused));
    },
    get lastValue() {
      return window === undefined ? own.lastValue : (own.stored()?.last_value ?? null);
    },
    window: window === undefined ? undefined : { start: own.startValue, end: window.end },
  };
}

function kept(state: WindowState): WindowState | undefined {
  return state.end === null && !state.open ? undefined : state;
}

function windowOf(
  plan: PlannedResource,
  settings: CursorSettings,
  before: WindowState,
  stored: JsonObject | null,
  now: number,
): CursorWindow | undefined {
  const written = plan.incremental?.window ?? undefined;
  if (written === undefined) return undefined;
  const length = typeof written === "number" ? written : parseDuration(written);
  const last = (stored === null ? undefined : getOwn(stored, "last_value")) ?? settings.initialValue;
  const range = { initial: settings.initialValue, last, lag: settings.lag ?? 0, now };
  const window = length === undefined ? undefined : nextWindow({ ...range, length }, before);
  if (window !== undefined) return window;
  const from = before.end === null ? last : before.end;
  throw new SourceError(
    "E_SOURCE_SHAPE",
    `resource ${JSON.stringify(plan.name)}: the window ${written} cannot begin at the cursor value ${JSON.stringify(String(from))}`,
    {
      step: "extract",
      reason: "cursor_type",
      hint: "Use window with numbers, dates and datetimes in ISO form only, and no shorter than their form can tell.",
      context: { resource: plan.name },
    },
  );
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
  const own = config.primary_key ?? undefined;
  // An empty text is no key, here as an empty list: dlt fails with it in the second run.
  const key = own === "" ? [] : (own ?? (plan.config.primary_key || undefined));
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
