import type { SourceResource } from "../core/source.ts";
import { rootTableName } from "../schema/hints.ts";
import type { Schema } from "../schema/table.ts";

/** What of a resource says where its rows go. */
export type NormalizedResource = Pick<SourceResource, "name" | "hints"> &
  Partial<Pick<SourceResource, "parent" | "selected">>;

/**
 * The resource of each root table whose hints count, by the table's normalized name.
 *
 * dlt: where resources share a table only the hints of the first that writes to it are read. That is the one nearest to
 * the roots, then the first declared; here it is so whichever page comes first, and whether or not it has a record.
 */
export function decidingResources(
  schema: Schema,
  resources: readonly NormalizedResource[],
): ReadonlyMap<string, NormalizedResource> {
  const parents = new Map(resources.map(({ name, parent }) => [name, parent]));
  const depthOf = (name: string): number => {
    let depth = 0;
    for (let at = parents.get(name); at !== undefined; at = parents.get(at)) depth += 1;
    return depth;
  };
  const deciding = new Map<string, NormalizedResource>();
  const selected = resources.filter((resource) => resource.selected !== false);
  for (const resource of selected.sort((a, b) => depthOf(a.name) - depthOf(b.name))) {
    const table = rootTableName(schema, resource);
    if (!deciding.has(table)) deciding.set(table, resource);
  }
  return deciding;
}
