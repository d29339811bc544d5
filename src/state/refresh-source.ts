import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";

/**
 * The state of a source without that of some resources; with `all` without everything that stands beside `resources` too.
 * dlt: the key `resources` itself stays.
 */
export function refreshSource(state: JsonObject, resources: ReadonlySet<string>, all: boolean): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(state)) {
    if (key !== "resources") {
      if (!all) setOwn(result, key, value);
    } else if (isJsonObject(value)) {
      const kept: { [key: string]: JsonValue } = {};
      for (const name of Object.keys(value)) {
        if (!all && !resources.has(name)) setOwn(kept, name, getOwn(value, name) ?? null);
      }
      setOwn(result, key, kept);
    } else setOwn(result, key, value);
  }
  return result;
}
