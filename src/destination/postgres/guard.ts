import { DestinationError } from "../../core/errors.ts";
import { faultPoint } from "../../core/fault-point.ts";
import { LOADS_TABLE, STATE_TABLE } from "../../schema/system-tables.ts";
import { hash64 } from "./advisory-lock.ts";
import { schemaExists, tableExists } from "./catalog.ts";
import type { LoadContext } from "./load-context.ts";
import { type Session, StatementError } from "./session.ts";
import { LOCK_EXCLUSIVE_SQL, LOCK_SHARED_SQL } from "./sql/locks.ts";
import { loadExistsSql, stateRowIdsSql } from "./sql/system-tables.ts";
import { beginSql, lockTimeoutSql } from "./sql/transaction.ts";

export type DatasetLock = "shared" | "exclusive";

/**
 * Opens the transaction of a load and makes sure that it may go on: takes the locks of the pipeline and of the dataset,
 * looks whether the package is committed already, and whether another run has moved the state.
 *
 * True: the package is in the destination; roll back, nothing is to be done. Throws `E_LOCKED` and `E_STATE_MOVED`.
 */
export async function openTransaction(session: Session, context: LoadContext, lock: DatasetLock): Promise<boolean> {
  const { dataset, pipeline } = context.request.manifest;
  await faultPoint("load:before-begin");
  await session.execute({ doing: "begin a transaction" }, beginSql({ readOnly: false, ...context.transaction }));
  const [row] = await session.query({ doing: "begin a transaction" }, "SELECT pg_catalog.pg_backend_pid()::text");
  session.backendPid = Number(row?.[0]);
  await takeLock(session, context, "pipeline", LOCK_EXCLUSIVE_SQL, hash64(dataset, pipeline));
  const sql = lock === "exclusive" ? LOCK_EXCLUSIVE_SQL : LOCK_SHARED_SQL;
  await takeLock(session, context, "dataset", sql, hash64(dataset));
  await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(context.tableLockWait));
  await faultPoint("load:after-lock");
  if (await isCommitted(session, context)) return true;
  await checkState(session, context);
  return false;
}

/**
 * Throws `E_STATE_MOVED` when the state rows of the pipeline are not those that stood there when extraction began: the
 * package was extracted from a state that is no longer the newest, or rows it builds upon are gone.
 */
export async function checkState(session: Session, context: LoadContext): Promise<void> {
  const { base, dataset, pipeline } = context.request.manifest;
  const known = new Set(base.dataset ? base.stateRowIds : []);
  if (base.dataset && !(await schemaExists(session, dataset))) throw stateMoved(pipeline);
  let found = 0;
  if (await tableExists(session, dataset, STATE_TABLE, context.grants)) {
    const purpose = {
      doing: "read the pipeline state",
      table: STATE_TABLE,
      grant: context.grants.rows(dataset, STATE_TABLE),
    };
    for (const [id] of await session.query(purpose, stateRowIdsSql(dataset), [pipeline])) {
      if (id === null || id === undefined || !known.has(id)) throw stateMoved(pipeline);
      found++;
    }
  }
  if (found !== known.size) throw stateMoved(pipeline);
}

async function takeLock(
  session: Session,
  context: LoadContext,
  which: "pipeline" | "dataset",
  sql: string,
  key: string,
): Promise<void> {
  const start = context.clock.now();
  await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(context.waits[which]));
  try {
    await session.query({ doing: `lock the ${which}` }, sql, [key]);
  } catch (error) {
    if (error instanceof StatementError && error.sqlState === "55P03") throw locked(context, which, error);
    throw error;
  } finally {
    context.waits[which] -= context.clock.now() - start;
  }
}

async function isCommitted(session: Session, context: LoadContext): Promise<boolean> {
  const { dataset, loadId } = context.request.manifest;
  // A SELECT from a table that is not there would abort the transaction.
  if (!(await tableExists(session, dataset, LOADS_TABLE, context.grants))) return false;
  const purpose = {
    doing: "read the completed loads",
    table: LOADS_TABLE,
    grant: context.grants.rows(dataset, LOADS_TABLE),
  };
  const rows = await session.query(purpose, loadExistsSql(dataset), [loadId]);
  if (rows.length === 0) return false;
  if (context.maybeCommitted) return true;
  throw new DestinationError("E_STATE_MOVED", `load id ${loadId} is in ${LOADS_TABLE} already, from another writer`, {
    step: "load",
    reason: "load_id_taken",
    hint: "Run again; the rows are extracted under a new load id.",
    context: { load_id: loadId },
  });
}

function stateMoved(pipeline: string): DestinationError {
  return new DestinationError("E_STATE_MOVED", `another run has committed a new state of pipeline ${pipeline}`, {
    step: "load",
    reason: "state_moved",
    hint: "Let only one run at a time write to a pipeline; in a workflow use `concurrency`.",
    context: { pipeline },
  });
}

function locked(context: LoadContext, which: string, cause: unknown): DestinationError {
  const { dataset, pipeline } = context.request.manifest;
  const what = which === "pipeline" ? `pipeline ${pipeline} in dataset ${dataset}` : `dataset ${dataset}`;
  return new DestinationError("E_LOCKED", `another run holds the lock of ${what}`, {
    step: "load",
    hint: "Run again when it has ended, or raise lock-wait.",
    context: { pipeline, dataset },
    cause,
  });
}
