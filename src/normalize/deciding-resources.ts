import type { SourceResource } from "../core/source.ts";
import { rootTableName } from "../schema/hints.ts";
import type { Schema } from "../schema/table.ts";
import { writeOrder } from "./write-order.ts";

/** What of a resource says where its rows go. */
export type NormalizedResource = Pick<SourceResource, "name" | "hints"> &
  Partial<Pick<SourceResource, "parent" | "selected">>;

/**
 * The resource of each root table whose hints count, by the table's normalized name.
 *
 * dlt: where resources share a table only the hints of the first that writes to it are read. Here that is the first in
 * the order of `writeOrder`, whichever page comes first, and whether or not it has a record.
 */
export function decidingResources(
  schema: Schema,
  resources: readonly NormalizedResource[],
): ReadonlyMap<string, NormalizedResource> {
  const deciding = new Map<string, NormalizedResource>();
  for (const resource of writeOrder(resources)) {
    const table = rootTableName(schema, resource);
    if (!deciding.has(table)) deciding.set(table, resource);
  }
  return deciding;
}
