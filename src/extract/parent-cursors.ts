import type { PlannedResource } from "../config/rest-api/plan.ts";
import { DataError } from "../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { Warn } from "../core/warnings.ts";
import { type Cursor, type CursorSettings, openCursor } from "../state/cursor.ts";
import type { CursorWindow } from "../state/window.ts";
import { objectAt, put } from "./state-paths.ts";

/** One cursor for each parent of a child resource, kept in `sluice.partitions` of its state. */
export interface ParentCursors {
  of(parentKey: string | undefined): Cursor;
  /** The resource's entry in the source state with them. */
  stored(before: JsonObject): JsonObject;
}

interface Settings {
  readonly plan: PlannedResource;
  readonly settings: CursorSettings;
  /** Of the resource. */
  readonly state: JsonObject;
  /** The one cursor that dlt keeps for all parents. */
  readonly fallback: JsonObject | null;
  readonly window: CursorWindow | undefined;
  readonly warn: Warn;
}

/** Parents that are remembered where `per_parent` names no limit: about 8 MB of state before compression. */
const MOST_PARENTS = 50_000;

/**
 * Opens them; undefined when the resource has one cursor for all parents.
 *
 * A parent without a cursor starts at `initial_value`: it may be new, and must not lose what is older than the others. So
 * nothing is lost either when there are more parents than the limit, and some are forgotten: first those that this run
 * has not met, then those that came last. Their rows come again, which merge makes good; where it does not
 * (`append`), one parent too many is `E_LIMIT`.
 */
export function openParentCursors({
  plan,
  settings,
  state,
  fallback,
  window,
  warn,
}: Settings): ParentCursors | undefined {
  const wanted = plan.incremental?.per_parent ?? false;
  if (wanted === false) return undefined;
  const limit = wanted === true ? MOST_PARENTS : wanted.limit;
  const known = objectAt(state, ["sluice", "partitions"]);
  const cursors = new Map<string, Cursor>();
  let count = known === null ? 0 : Object.keys(known).length;

  return {
    of(parentKey) {
      const key = parentKey ?? "";
      const opened = cursors.get(key);
      if (opened !== undefined) return opened;
      const own = known === null ? null : objectAt(known, [key]);
      if (own === null) count += 1;
      if (count > limit && settings.endValue === null && !isMerged(plan)) throw tooMany(plan, limit);
      // Without any partition the state comes from dlt, whose single cursor stands for all parents. Windows bound what is
      // asked for; where a parent starts is its own matter, since it may have been refused or absent before.
      const cursor = openCursor(
        settings,
        own ?? (known === null ? fallback : null),
        window === undefined ? undefined : { ...window, start: null },
      );
      cursors.set(key, cursor);
      return cursor;
    },
    stored(before) {
      if (cursors.size === 0) return before;
      const met = [...cursors].flatMap(([key, cursor]) => {
        const stored = cursor.stored();
        return stored === undefined ? [] : [[key, stored] as const];
      });
      if (met.length === 0) return before;
      const isKnown = (key: string) => known !== null && Object.hasOwn(known, key);
      const ranked = [
        ...met.filter(([key]) => isKnown(key)),
        ...met.filter(([key]) => !isKnown(key)),
        ...entriesOf(known).filter(([key]) => !cursors.has(key)),
      ];
      const forgotten = ranked.length - limit;
      if (forgotten > 0) {
        warn("W_PARENTS_FORGOTTEN", plan.name, { count: forgotten, detail: `the limit is ${limit}` });
      }
      const partitions: { [key: string]: JsonValue } = {};
      for (const [key, stored] of ranked.slice(0, limit)) setOwn(partitions, key, stored);
      return put(before, ["sluice", "partitions"], partitions);
    },
  };
}

function isMerged(plan: PlannedResource): boolean {
  const written = plan.config.write_disposition;
  return (typeof written === "object" ? written?.disposition : written) === "merge";
}

function entriesOf(known: JsonObject | null): readonly (readonly [string, JsonObject])[] {
  return Object.keys(known ?? {}).flatMap((key) => {
    const value = known === null ? undefined : getOwn(known, key);
    return isJsonObject(value) ? [[key, value] as const] : [];
  });
}

function tooMany(plan: PlannedResource, limit: number): DataError {
  return new DataError(
    "E_LIMIT",
    `resource ${JSON.stringify(plan.name)} has more than ${limit} parents with a cursor`,
    {
      step: "extract",
      hint: "Raise it with per_parent: {limit: N} in the incremental section, or load the resource with merge, where a forgotten cursor does no harm.",
      context: { resource: plan.name, limit },
    },
  );
}
