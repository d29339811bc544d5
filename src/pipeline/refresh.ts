import type { JsonObject } from "../core/json.ts";
import type { Source } from "../core/source.ts";
import { type RefreshMode, refreshSchema, type SchemaRefresh } from "../schema/refresh.ts";
import type { Schema } from "../schema/table.ts";
import { refreshSource } from "../state/refresh-source.ts";

/** What a run begins with when it is to load from the start. */
export interface Refresh extends SchemaRefresh {
  /** State of the source without what was forgotten. */
  readonly sourceState: JsonObject;
}

/** Undefined when nothing is refreshed; a source that was never loaded has nothing to forget. */
export function prepareRefresh(
  mode: RefreshMode | undefined,
  source: Pick<Source, "resources">,
  stored: Schema | undefined,
  sourceState: JsonObject,
): Refresh | undefined {
  if (mode === undefined || stored === undefined) return undefined;
  const extracted = extractedResources(source);
  return {
    ...refreshSchema(stored, mode, extracted),
    sourceState: refreshSource(sourceState, extracted, mode === "drop_sources"),
  };
}

/**
 * Resources that begin from the start in every run: a table that is emptied must get all of its rows again, not only
 * those beyond a cursor. dlt: a load looks at the state of the source for them, so that there is one.
 */
export function replacedResources(source: Pick<Source, "resources">): ReadonlySet<string> {
  const extracted = extractedResources(source);
  const replaced = source.resources.filter(({ hints }) => hints.writeDisposition.disposition === "replace");
  return new Set(replaced.map(({ name }) => name).filter((name) => extracted.has(name)));
}

/** The selected resources and all their parents. */
function extractedResources(source: Pick<Source, "resources">): ReadonlySet<string> {
  const parents = new Map(source.resources.map(({ name, parent }) => [name, parent]));
  const extracted = new Set<string>();
  for (const { name, selected } of source.resources) {
    if (!selected) continue;
    for (let at: string | undefined = name; at !== undefined && !extracted.has(at); at = parents.get(at)) {
      extracted.add(at);
    }
  }
  return extracted;
}
