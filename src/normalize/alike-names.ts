import type { SourceResource } from "../core/source.ts";
import type { Warn } from "../core/warnings.ts";
import { rootTableName } from "../schema/hints.ts";
import { createSchema } from "../schema/schema.ts";

/** Warns of selected resources that fill one table because their names normalize alike; `table_name` says that it is meant. */
export function warnAlikeNames(
  resources: readonly Pick<SourceResource, "name" | "hints" | "selected">[],
  warn: Warn,
): void {
  const schema = createSchema("names");
  const unnamed = resources.filter(({ selected, hints }) => selected && hints.tableName === undefined);
  for (const [table, alike] of Map.groupBy(unnamed, (resource) => rootTableName(schema, resource))) {
    if (alike.length < 2) continue;
    const names = alike.map(({ name }) => JSON.stringify(name)).join(" and ");
    warn("W_SHARED_TABLE", table, { detail: `filled by ${names}` });
  }
}
