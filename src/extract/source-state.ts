import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import { compactJson } from "../core/json-writer.ts";
import type { ResourceRun } from "./resource-run.ts";

/** What the state of a source keeps of one resource; `{}` when it keeps nothing. */
export function stateOf(state: JsonObject, resource: string): JsonObject {
  return objectOf(getOwn(objectOf(getOwn(state, "resources")), resource));
}

/** Whether a cursor of the resource has moved since its first run: records came once. `of` is its part of the state. */
export function hasMoved(of: JsonObject): boolean {
  return Object.values(objectOf(getOwn(of, "incremental"))).some((cursor) => {
    const { last_value: last = null, initial_value: initial = null } = objectOf(cursor);
    return last !== null && compactJson(last) !== compactJson(initial);
  });
}

/**
 * The state after a run: the cursors where they are now, except those of resources that are left out. The given value
 * itself when nothing moved.
 */
export function stateAfter(state: JsonObject, runs: readonly ResourceRun[]): JsonObject {
  let resources = objectOf(getOwn(state, "resources"));
  let moved = false;
  for (const run of runs) {
    if (run.cursors === undefined || run.failure !== undefined) continue;
    // dlt: a cursor is bound when the first page of parents comes; windows move on without one.
    if (!run.reached && run.cursors.window === undefined) continue;
    const before = objectOf(getOwn(resources, run.plan.name));
    const after = run.cursors.stored(before, isRefused(run));
    if (after === before) continue;
    resources = withKey(resources, run.plan.name, after);
    moved = true;
  }
  return moved ? withKey(state, "resources", resources) : state;
}

/** The answer for a resource without parent was ignored: what it would have held is unknown. */
export function isRefused({ plan, counts }: ResourceRun): boolean {
  return plan.parent === undefined && Object.keys(counts.skipped).length > 0;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function withKey(object: JsonObject, key: string, value: JsonValue): JsonObject {
  const copy: { [key: string]: JsonValue } = { ...object };
  setOwn(copy, key, value);
  return copy;
}
