import type { Clock, Random } from "../../core/ports.ts";
import type { LoadRequest, SchemaChange } from "../../load/destination.ts";
import type { LoadPlan } from "../../load/plan.ts";
import {
  LOADS_TABLE,
  loadsTable,
  pipelineStateTable,
  STATE_TABLE,
  VERSION_TABLE,
  versionTable,
} from "../../schema/system-tables.ts";
import type { Table } from "../../schema/table.ts";
import type { Grants } from "./grants.ts";
import type { TransactionSettings } from "./sql/transaction.ts";

/**
 * `delete`: readers never see an empty table. `truncate`: readers wait, older snapshots see nothing.
 * `staging-optimized`: the tables are dropped and made again, as dlt's strategy of that name leaves them.
 */
export type ReplaceMethod = "delete" | "truncate" | "staging-optimized";

/** Everything that the attempts at one package share. */
export interface LoadContext {
  readonly request: LoadRequest;
  readonly plan: LoadPlan;
  readonly grants: Grants;
  readonly replaceMethod: ReplaceMethod;
  readonly transaction: Pick<TransactionSettings, "statementTimeout" | "settings">;
  readonly clock: Clock;
  readonly random: Random;
  /** What is left of the waits for the two advisory locks, in milliseconds. */
  readonly waits: { pipeline: number; dataset: number };
  /** Longest wait for a lock on a table, in milliseconds; each attempt has it anew. */
  readonly tableLockWait: number;
  /** COMMIT may have been sent by this or an earlier process. */
  maybeCommitted: boolean;
  /** COMMIT is on its way: from here on a cancel waits for the answer. */
  committing: boolean;
  /** Changes that are committed. */
  readonly changes: SchemaChange[];
  /** Tables that a rolled-back attempt left full of dead rows. */
  readonly bloated: Set<string>;
}

/** The system tables that this package needs. The state table is there only once a state was extracted. */
export function systemTables(context: LoadContext): readonly Table[] {
  const { manifest, schema } = context.request;
  const withState = manifest.state !== undefined || schema.tables.has(STATE_TABLE);
  return [versionTable(), loadsTable(), ...(withState ? [pipelineStateTable()] : [])];
}

/** Names of all tables whose real columns the load must know. */
export function watchedTables(context: LoadContext): readonly string[] {
  const names = new Set([VERSION_TABLE, LOADS_TABLE, STATE_TABLE]);
  for (const chain of context.plan.chains) for (const table of chain.tables) names.add(table.name);
  return [...names];
}
