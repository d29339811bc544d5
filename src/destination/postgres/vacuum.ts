import type { LoadContext } from "./load-context.ts";
import type { PreparedTables } from "./prepare-tables.ts";
import type { Progress } from "./progress.ts";
import type { Session } from "./session.ts";
import { vacuumSql } from "./sql/rows.ts";

/** A table is worth a VACUUM when more than this part of its rows was deleted. */
const DELETED_PART = 0.2;

/** Milliseconds for all tables together. */
const LONGEST = 60_000;

/** Tables that a committed package left full of dead rows. */
export function tablesToVacuum(context: LoadContext, prepared: PreparedTables, progress: Progress): readonly string[] {
  const tables = new Set(context.bloated);
  for (const [table, deleted] of progress.deleted) {
    const before = prepared.catalog.get(table)?.estimatedRows ?? -1;
    if (!prepared.created.has(table) && deleted > DELETED_PART * Math.max(before, deleted)) tables.add(table);
  }
  return [...tables];
}

/**
 * Gives dead rows back, so that a table that is replaced daily stays at twice its size. Best effort, after the commit:
 * a failure is a warning, and a signal or a minute ends it. Returns false when the connection was cut for that.
 */
export async function vacuum(session: Session, context: LoadContext, tables: readonly string[]): Promise<void> {
  const { manifest, signal, warn } = context.request;
  if (tables.length === 0 || signal.aborted) return;
  const cut = () => session.destroy();
  const timer = setTimeout(cut, LONGEST);
  signal.addEventListener("abort", cut, { once: true });
  try {
    for (const table of tables) {
      session.onWarning = (detail) => warn("W_VACUUM", table, { detail });
      await session.execute({ doing: `vacuum table ${table}`, table }, vacuumSql(manifest.dataset, table));
    }
  } catch (error) {
    warn("W_VACUUM", tables.join(", "), { detail: error instanceof Error ? error.message : "" });
  } finally {
    session.onWarning = undefined;
    clearTimeout(timer);
    signal.removeEventListener("abort", cut);
  }
}
