import type { SourceResource } from "../core/source.ts";
import { applyResourceHints } from "./hints.ts";
import { cloneSchema } from "./schema.ts";
import { pipelineStateTable, STATE_TABLE } from "./system-tables.ts";
import type { Schema } from "./table.ts";
import { bumpVersion, rememberHash, schemaVersionHash } from "./version-hash.ts";

export interface SettleRequest {
  /** The schema before this load, source options applied; as restored or as made by `createSchema`. */
  readonly before: Schema;
  /** The schema at the end of normalize; gets version, hash and history. */
  readonly after: Schema;
  /** For each resource that yielded anything the one whose hints its table has, in order of declaration. */
  readonly resources: readonly Pick<SourceResource, "name" | "hints">[];
  /** Whether the package carries a state row. */
  readonly withState: boolean;
}

/**
 * Counts versions as dlt does: a load saves the schema after extract, with nothing but hints in it, and after normalize.
 * So a new pipeline's first load is version 2. A state table that is new replaces the extracted schema without counting,
 * but leaves its hash in the history. Returns true when the content differs from what was stored before.
 * dlt: golden system.json, versions and previous hashes of all four runs.
 */
export function settleVersion(request: SettleRequest): boolean {
  const { before, after } = request;
  const extracted = extractedSchema(request);
  after.version = extracted.version;
  after.versionHash = extracted.versionHash;
  after.previousHashes = extracted.previousHashes;
  bumpVersion(after);
  return after.versionHash !== before.versionHash;
}

/** The schema as dlt saves it after extract: with the hints of the resources, and nothing of their data. */
export function extractedSchema({ before, resources, withState }: Omit<SettleRequest, "after">): Schema {
  const extracted = cloneSchema(before);
  for (const resource of resources) {
    const { table, discarded } = applyResourceHints(extracted, resource);
    if (discarded) continue;
    // dlt: a nesting hint of the resource replaces the whole `x-normalizer`; normalize puts the mark of data back.
    const root = extracted.tables.get(table);
    if (root !== undefined && resource.hints.maxTableNesting !== undefined) {
      delete root.seenData;
      delete root.extra["x-normalizer"];
    }
  }
  bumpVersion(extracted);
  if (withState && !extracted.tables.has(STATE_TABLE)) {
    extracted.tables.set(STATE_TABLE, pipelineStateTable(true));
    rememberHash(extracted, extracted.versionHash);
    extracted.versionHash = schemaVersionHash(extracted);
  }
  return extracted;
}
