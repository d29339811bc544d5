import type { ResourceFailure } from "../core/source.ts";
import type { PackageWriter } from "../load/spool.ts";
import type { StartedResource } from "../normalize/normalizer.ts";
import { cloneTable, tableChain } from "../schema/schema.ts";
import type { Schema } from "../schema/table.ts";
import type { EarlyStart } from "./early-start.ts";

export interface LeaveOutRequest {
  readonly failed: readonly ResourceFailure[];
  /** Resources that have had a page. */
  readonly started: readonly StartedResource[];
  /** The schema before this package, and as the package has made it: tables of the failed go back to what they were. */
  readonly before: Schema;
  readonly schema: Schema;
  readonly writer: PackageWriter;
  readonly early: EarlyStart;
}

/**
 * Takes everything that failed resources have brought out of a complete package: rows, tables and columns. Gives the
 * resources that stay. An early load is given up, it may hold rows of theirs. Throws the failure of a resource whose table
 * another one fills too: their rows cannot be told apart.
 */
export async function leaveOut(request: LeaveOutRequest): Promise<readonly StartedResource[]> {
  const { failed, started, before, schema, writer, early } = request;
  if (failed.length === 0) return started;
  const failures = new Map(failed.map(({ resource, error }) => [resource, error]));
  const stays = started.filter(({ resource }) => !failures.has(resource.name));
  const kept = new Set(stays.map(({ table }) => table));
  const tables = new Set<string>();
  for (const { resource, table } of started) {
    const error = failures.get(resource.name);
    if (error === undefined) continue;
    if (kept.has(table)) throw error;
    for (const { name } of tableChain(schema, table)) tables.add(name);
  }
  await early.giveUp("a resource is left out");
  await writer.drop(tables);
  for (const name of tables) {
    const old = before.tables.get(name);
    if (old === undefined) schema.tables.delete(name);
    else schema.tables.set(name, cloneTable(old));
  }
  return stays;
}
