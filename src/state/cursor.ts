import { digest128 } from "../core/digest.ts";
import { SourceError } from "../core/errors.ts";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { findFirst, type JsonPath } from "../core/json-path.ts";
import { canonicalJson } from "../core/json-writer.ts";
import { compareValues, ValueOrderError } from "../core/value-order.ts";
import { applyLag } from "./cursor-lag.ts";
import { type CursorWindow, compareMoments } from "./window.ts";

/** How an incremental resource remembers where it stopped. Absent values are null. */
export interface CursorSettings {
  readonly resource: string;
  readonly path: JsonPath;
  readonly initialValue: JsonValue;
  /** Not null: a bounded load that neither reads nor writes state. */
  readonly endValue: JsonValue;
  readonly direction: "max" | "min";
  readonly lag: number | undefined;
  readonly onMissing: "raise" | "include" | "exclude";
  readonly rangeStart: "open" | "closed";
  readonly rangeEnd: "open" | "closed";
  readonly rowOrder: "asc" | "desc" | undefined;
  /** Key by which rows of the boundary are told apart; undefined: the whole row; empty list: not told apart. */
  readonly dedupKey: string | readonly string[] | undefined;
}

/** A cursor during one run. */
export interface Cursor {
  readonly initialValue: JsonValue;
  /** Where the requests of this run start, lag applied; null without one. */
  readonly startValue: JsonValue;
  /** The running value; equal to {@link startValue} before rows were seen. */
  readonly lastValue: JsonValue;
  /** Where they end: of a bounded load or of a window. */
  readonly endValue: JsonValue;
  /** The same for a request that must name an end: an open window reaches to the present moment. */
  readonly reach: JsonValue;
  /** A row has passed. */
  readonly hasRows: boolean;
  /** True when the declared row order says that no later page can hold a wanted row. */
  readonly outOfRange: boolean;
  /** Rows that pass, in order; moves the cursor. Null when there were rows and none passed. */
  filter(rows: readonly JsonValue[]): readonly JsonValue[] | null;
  /** dlt's stored form; undefined for bounded loads, which keep none. */
  stored(): JsonObject | undefined;
}

/** Length of boundary hashes that dlt wrote before 1.29 (15 bytes instead of 9). */
const LEGACY_HASH_LENGTH = 20;

/**
 * Binds a cursor to its stored state, which is null on the first run. Follows dlt's rules: `spec` section 7 of the
 * interop notes, `golden/incremental.json`.
 *
 * A `window` bounds what this run asks for and takes; where rows start is the cursor's matter all the same, by the values
 * that rows have. A row on the end of a window belongs to it when the next one can tell that it has come (by its hash, or
 * because it leaves its start out), else to the next one.
 */
export function openCursor(settings: CursorSettings, storedState: JsonObject | null, window?: CursorWindow): Cursor {
  const { direction, endValue, initialValue } = settings;
  const bounded = endValue !== null;
  const state = bounded || storedState === null ? fresh(initialValue) : readStored(storedState);
  const startValue =
    settings.lag !== undefined && settings.lag !== 0 && !bounded && state.lastValue !== null
      ? applyLag(settings.lag, initialValue, state.lastValue, direction, settings.resource)
      : state.lastValue;
  const dedup = !(
    settings.rangeStart === "open" ||
    bounded ||
    (settings.lag !== undefined && settings.lag !== 0) ||
    (Array.isArray(settings.dedupKey) && settings.dedupKey.length === 0)
  );
  const startHashes = new Set(state.uniqueHashes);
  const startLegacy = [...startHashes].some((hash) => hash.length === LEGACY_HASH_LENGTH);
  const sign = direction === "max" ? 1 : -1;

  let running = startValue;
  let hashes = new Set(startHashes);
  let hashesLegacy = startLegacy;
  let boundary: JsonValue[] = [];
  let storedLast = state.lastValue;
  let storedStart = state.startValue;
  let sawRows = false;
  let outOfRange = false;
  let hasRows = false;
  const requestStart = window?.start ?? startValue;
  const requestEnd = window === undefined ? endValue : window.end;
  const takesEnd = dedup || settings.rangeStart === "open";

  /** Positive when `a` is further than `b` in the direction of the cursor. */
  const further = (a: JsonValue, b: JsonValue, compare = compareValues): number => {
    try {
      return compare(a, b) * sign;
    } catch (error) {
      if (!(error instanceof ValueOrderError)) throw error;
      throw failure(
        settings,
        "cursor_type",
        `values of the cursor ${quote(settings)} do not compare: ${error.message}`,
      );
    }
  };

  const passes = (row: JsonValue): boolean => {
    if (row === null) return true;
    const value = cursorValue(settings, row);
    if (value === null) return settings.onMissing !== "exclude";
    if (bounded) {
      const order = further(value, endValue);
      if (order > 0 || (order === 0 && settings.rangeEnd === "open")) {
        outOfRange ||= settings.rowOrder === "asc";
        return false;
      }
    }
    if (window !== undefined && window.end !== null) {
      const order = further(value, window.end, compareMoments);
      if (order > 0 || (order === 0 && !takesEnd)) {
        outOfRange ||= settings.rowOrder === "asc";
        return false;
      }
    }
    const order = running === null ? 1 : further(value, running);
    if (order > 0) {
      running = value;
      if (dedup) {
        boundary = [row];
        hashes = new Set();
        hashesLegacy = false;
      }
      return true;
    }
    if (startValue !== null) {
      const fromStart = further(value, startValue);
      const dropped =
        fromStart < 0 ||
        (fromStart === 0 &&
          (settings.rangeStart === "open" || (dedup && startHashes.has(hashOf(settings, row, startLegacy)))));
      if (dropped) {
        outOfRange ||= settings.rowOrder === "desc";
        return false;
      }
    }
    if (order === 0 && dedup) boundary.push(row);
    return true;
  };

  return {
    initialValue,
    startValue: requestStart,
    endValue: requestEnd,
    reach: window?.reach ?? requestEnd,
    get lastValue() {
      return sawRows && storedLast !== null ? storedLast : requestStart;
    },
    get hasRows() {
      return hasRows;
    },
    get outOfRange() {
      return outOfRange;
    },
    filter(rows) {
      if (rows.length === 0) return rows;
      const passed = rows.filter(passes);
      // dlt: with a lag the run begins behind the stored value, which itself never moves back.
      if (settings.lag !== undefined && settings.lag !== 0 && storedLast !== null && running !== null) {
        if (further(storedLast, running) > 0) running = storedLast;
      }
      storedLast = running;
      sawRows = true;
      hasRows ||= passed.length > 0;
      if (passed.length > 0) storedStart = state.lastValue;
      for (const row of boundary) hashes.add(hashOf(settings, row, hashesLegacy));
      boundary = [];
      if (!dedup) hashes = new Set();
      return passed.length === 0 ? null : passed;
    },
    stored() {
      if (bounded) return undefined;
      return {
        initial_value: state.initialValue,
        last_value: storedLast,
        unique_hashes: [...hashes],
        start_value: storedStart,
      };
    },
  };
}

interface State {
  readonly initialValue: JsonValue;
  readonly lastValue: JsonValue;
  readonly startValue: JsonValue;
  readonly uniqueHashes: readonly string[];
}

function fresh(initialValue: JsonValue): State {
  return { initialValue, lastValue: initialValue, startValue: initialValue, uniqueHashes: [] };
}

function readStored(stored: JsonObject): State {
  const hashes = getOwn(stored, "unique_hashes");
  return {
    initialValue: getOwn(stored, "initial_value") ?? null,
    lastValue: getOwn(stored, "last_value") ?? null,
    startValue: getOwn(stored, "start_value") ?? null,
    uniqueHashes: isJsonArray(hashes) ? hashes.filter((hash) => typeof hash === "string") : [],
  };
}

function cursorValue(settings: CursorSettings, row: JsonValue): JsonValue {
  const value = findFirst(settings.path, row);
  if (value !== undefined && value !== null) return value;
  if (settings.onMissing !== "raise") return null;
  const what =
    value === null
      ? `a record has null at the cursor ${quote(settings)}`
      : `a record has no value at the cursor ${quote(settings)}`;
  throw failure(settings, value === null ? "cursor_null" : "cursor_missing", what);
}

function hashOf(settings: CursorSettings, row: JsonValue, legacy: boolean): string {
  return digest128(canonicalJson(keyOf(settings, row)), legacy ? 15 : 9);
}

function keyOf(settings: CursorSettings, row: JsonValue): JsonValue {
  const { dedupKey } = settings;
  if (dedupKey === undefined) return row;
  const at = (name: string): JsonValue => {
    const value = isJsonObject(row) ? getOwn(row, name) : undefined;
    if (value === undefined) {
      throw failure(settings, "cursor_missing", `a record has no value for the key ${JSON.stringify(name)}`);
    }
    return value;
  };
  return typeof dedupKey === "string" ? at(dedupKey) : dedupKey.map(at);
}

function quote(settings: CursorSettings): string {
  return JSON.stringify(settings.path.text);
}

function failure(settings: CursorSettings, reason: string, what: string): SourceError {
  return new SourceError("E_SOURCE_SHAPE", `resource ${JSON.stringify(settings.resource)}: ${what}`, {
    step: "extract",
    reason,
    hint:
      reason === "cursor_type"
        ? "Give the cursor one type in all records and in initial_value."
        : "Name another cursor_path, or set on_cursor_value_missing to include or exclude.",
    context: { resource: settings.resource },
  });
}
