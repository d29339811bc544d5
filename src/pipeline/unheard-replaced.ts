import type { ResourceReport, SourceResource } from "../core/source.ts";
import type { StartedResource } from "../normalize/normalizer.ts";
import { rootTableName } from "../schema/hints.ts";
import type { Schema } from "../schema/table.ts";

/**
 * Replaced resources of which no page came (the list above them is empty, a step dropped all): as in dlt, they empty their tables too.
 * Not so those that failed, or whose answers were ignored: a refusal is no empty list.
 */
export function unheardReplaced(
  resources: readonly SourceResource[],
  before: Schema,
  reports: readonly ResourceReport[],
  started: readonly StartedResource[],
): string[] {
  const heard = new Set([
    ...started.map(({ resource }) => resource.name),
    ...reports
      .filter((one) => one.failed !== undefined || Object.keys(one.skipped).length > 0)
      .map((one) => one.resource),
  ]);
  return resources
    .filter(({ selected, hints }) => selected && hints.writeDisposition.disposition === "replace")
    .filter((one) => !heard.has(one.name) && before.tables.get(rootTableName(before, one))?.seenData === true)
    .map(({ name }) => name);
}
