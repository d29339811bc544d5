import type { SourceResource } from "../core/source.ts";
import { rootTableName } from "../schema/hints.ts";
import type { Schema } from "../schema/table.ts";
import { writeOrder } from "./write-order.ts";

/** What of a resource says where its rows go. */
export type NormalizedResource = Pick<SourceResource, "name" | "hints"> &
  Partial<Pick<SourceResource, "parent" | "selected">>;

/** A resource whose hints a table has. */
export interface DecidingResource extends NormalizedResource {
  /** The name that the schema has for it, where that is another one of the resources that share the table. */
  readonly recordedAs?: string;
}

/**
 * The resource of each root table whose hints count, by the table's normalized name.
 *
 * dlt: where resources share a table only the hints of the first that writes to it are read, its name included. Which one
 * that is depends on the number of pages and records, and may change from run to run. Here it is the first in the order of
 * `writeOrder`, whatever the answers hold; of the resources that share a table the schema keeps the name that it has.
 */
export function decidingResources(
  schema: Schema,
  resources: readonly NormalizedResource[],
): ReadonlyMap<string, DecidingResource> {
  const sharing = Map.groupBy(writeOrder(resources), (resource) => rootTableName(schema, resource));
  const deciding = new Map<string, DecidingResource>();
  for (const [table, [first, ...others]] of sharing) {
    if (first === undefined) continue;
    const recorded = others.find(({ name }) => name === schema.tables.get(table)?.resource)?.name;
    deciding.set(table, recorded === undefined ? first : { ...first, recordedAs: recorded });
  }
  return deciding;
}
