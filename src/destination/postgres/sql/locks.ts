import { quoteTable } from "./identifier.ts";

export const LOCK_EXCLUSIVE_SQL = "SELECT pg_catalog.pg_advisory_xact_lock($1::bigint)";
export const LOCK_SHARED_SQL = "SELECT pg_catalog.pg_advisory_xact_lock_shared($1::bigint)";

/** Modes that do not block readers. */
export type TableLock = "ROW EXCLUSIVE" | "SHARE ROW EXCLUSIVE";

export interface LockedTable {
  readonly table: string;
  readonly mode: TableLock;
}

/**
 * Statements that lock tables in byte order of their names, one for each run of neighbours with equal mode. All loads
 * lock in this order, so they cannot block each other in a circle.
 */
export function lockTablesSql(dataset: string, tables: readonly LockedTable[]): readonly string[] {
  const sorted = [...tables].sort((a, b) => Buffer.compare(Buffer.from(a.table), Buffer.from(b.table)));
  const statements: string[] = [];
  for (let start = 0; start < sorted.length; ) {
    const mode = sorted[start]?.mode ?? "ROW EXCLUSIVE";
    let end = start;
    while (sorted[end]?.mode === mode) end++;
    const names = sorted.slice(start, end).map(({ table }) => quoteTable(dataset, table));
    statements.push(`LOCK TABLE ${names.join(", ")} IN ${mode} MODE`);
    start = end;
  }
  return statements;
}

/** Whether another session waits for a lock of ours. */
export const BLOCKS_OTHERS_SQL = `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_locks AS l
WHERE NOT l.granted AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(l.pid)))::text`;
