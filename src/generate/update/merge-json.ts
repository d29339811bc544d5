import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../../core/json.ts";
import { JsonDepthError, JsonSyntaxError, parseJson } from "../../core/json-reader.ts";
import { compactJson, prettyJson } from "../../core/json-writer.ts";
import type { MergedPipeline } from "./merge-pipeline.ts";
import { BlocksError } from "./pipeline-blocks.ts";

/**
 * The same as `mergePipeline` for a pipeline file that is JSON: values are merged instead of lines, resources by their
 * names, mappings key by key; where both sides have changed one value the user's stays. Throws {@link BlocksError}.
 */
export function mergeJsonPipeline(base: string | undefined, mine: string, fresh: string): MergedPipeline {
  const now = read(fresh);
  const own = read(mine);
  const before = base === undefined ? undefined : read(base);
  const was = byName(before ?? now);
  const will = byName(now);
  const there = new Set(resourcesOf(own).map(nameOf));
  const [changed, removed, kept]: [string[], string[], string[]] = [[], [], []];
  const changes: { before: string; after: string }[] = [];
  const take = (name: string | undefined, old: JsonValue | undefined, current: JsonObject, next: JsonObject) => {
    const conflicts: string[] = [];
    const merged = mergeValue(old, current, next, conflicts);
    if (conflicts.length > 0) kept.push(name ?? "the settings");
    if (!isJsonObject(merged) || isEqual(merged, current)) return current;
    changes.push({ before: prettyJson(current), after: prettyJson(merged) });
    if (name !== undefined) changed.push(name);
    return merged;
  };

  const top = take(undefined, withoutResources(before ?? now), withoutResources(own), withoutResources(now));
  const resources: JsonValue[] = resourcesOf(own).map((resource) => {
    const name = nameOf(resource);
    const next = will.get(name);
    if (next === undefined && was.has(name)) removed.push(name);
    return next === undefined || !isJsonObject(resource) ? resource : take(name, was.get(name) ?? next, resource, next);
  });
  const added = [...will.keys()].filter((name) => !there.has(name) && (before === undefined || !was.has(name)));
  for (const name of added) {
    const resource = will.get(name);
    if (resource === undefined) continue;
    const order = [...will.keys()];
    const previous = order
      .slice(0, order.indexOf(name))
      .findLast((one) => resources.some((item) => nameOf(item) === one));
    const at = previous === undefined ? 0 : resources.findIndex((item) => nameOf(item) === previous) + 1;
    resources.splice(at, 0, resource);
    changes.push({ before: "", after: prettyJson(resource) });
  }
  return {
    text: changes.length === 0 ? mine : `${prettyJson(withResources(top, resources))}\n`,
    added,
    changed,
    removed,
    leftOut: before === undefined ? [] : [...will.keys()].filter((name) => !there.has(name) && was.has(name)),
    kept,
    changes,
  };
}

/** One value of the three; undefined: it goes. Keys in the order of the user, new ones at the end. */
function mergeValue(
  base: JsonValue | undefined,
  mine: JsonValue | undefined,
  fresh: JsonValue | undefined,
  conflicts: string[],
  key = "",
): JsonValue | undefined {
  if (isEqual(mine, base)) return fresh;
  if (isEqual(fresh, base) || isEqual(fresh, mine)) return mine;
  if (!isJsonObject(mine) || !isJsonObject(fresh)) {
    conflicts.push(key);
    return mine;
  }
  const old = isJsonObject(base) ? base : {};
  const merged: { [key: string]: JsonValue } = {};
  for (const name of new Set([...keysOf(mine), ...keysOf(fresh)])) {
    const value = mergeValue(getOwn(old, name), getOwn(mine, name), getOwn(fresh, name), conflicts, name);
    if (value !== undefined) setOwn(merged, name, value);
  }
  return merged;
}

function isEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return compactJson(a) === compactJson(b);
}

function read(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonDepthError) {
      throw new BlocksError(`not valid JSON: ${error.message}`);
    }
    throw error;
  }
  if (!isJsonObject(value) || !isJsonObject(value.source) || !isJsonArray(value.source.resources)) {
    throw new BlocksError("expected a list at source.resources");
  }
  return value;
}

function resourcesOf({ source }: JsonObject): readonly JsonValue[] {
  return isJsonObject(source) && isJsonArray(source.resources) ? source.resources : [];
}

function byName(file: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    resourcesOf(file).flatMap((resource) => (isJsonObject(resource) ? [[nameOf(resource), resource]] : [])),
  );
}

function nameOf(resource: JsonValue): string {
  const name = isJsonObject(resource) ? resource.name : resource;
  return typeof name === "string" ? name : "";
}

function withoutResources(file: JsonObject): JsonObject {
  return withResources(file, []);
}

function withResources(file: JsonObject, resources: readonly JsonValue[]): JsonObject {
  return isJsonObject(file.source) ? { ...file, source: { ...file.source, resources } } : file;
}
