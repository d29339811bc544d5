import { faultPoint } from "../../core/fault-point.ts";
import { LOADS_TABLE, STATE_TABLE } from "../../schema/system-tables.ts";
import { tableExists } from "./catalog.ts";
import { writeRecords } from "./commit-records.ts";
import { checkState, type DatasetLock, openTransaction } from "./guard.ts";
import type { LoadContext } from "./load-context.ts";
import { type Again, type PreparedTables, prepareTables } from "./prepare-tables.ts";
import type { Progress } from "./progress.ts";
import { dropRefreshed, emptyRefreshed } from "./refresh-tables.ts";
import type { Session } from "./session.ts";
import { quoteTable } from "./sql/identifier.ts";
import { writeChain } from "./write-chain.ts";

/** The package is in the destination; `prepared` is absent when an earlier attempt had put it there. */
export interface Committed {
  readonly prepared: PreparedTables | undefined;
}

/**
 * One try to load a package, in one transaction from the locks to the row in `_dlt_loads`. Asks to be called again when
 * columns had to be added first or the lock on the dataset was too weak; any failure leaves an open transaction, which
 * the caller rolls back.
 */
export async function loadTransaction(
  session: Session,
  context: LoadContext,
  lock: DatasetLock,
  progress: Progress,
): Promise<Committed | Again> {
  if (await openTransaction(session, context, lock)) {
    await session.rollback();
    return { prepared: undefined };
  }
  await dropRefreshed(session, context);
  const prepared = await prepareTables(session, context, lock);
  if ("again" in prepared) {
    await session.rollback();
    return prepared;
  }
  return writeAndCommit(session, context, prepared, progress);
}

/** The rest of the transaction: rows, state, records, COMMIT. */
export async function writeAndCommit(
  session: Session,
  context: LoadContext,
  prepared: PreparedTables,
  progress: Progress,
): Promise<Committed> {
  const { request } = context;
  await emptyRefreshed(session, context, progress);
  for (const chain of context.plan.chains) {
    request.signal.throwIfAborted();
    await writeChain(session, context, prepared, chain, progress);
  }
  await lockState(session, context);
  await checkState(session, context);
  await writeRecords(session, context);
  await faultPoint("load:before-commit");
  request.signal.throwIfAborted();
  await request.beforeCommit();
  // From here on the answer is waited for; an abort during the sync of the marker is still in time.
  request.signal.throwIfAborted();
  context.maybeCommitted = true;
  context.committing = true;
  await session.execute({ doing: `commit the load (row in ${LOADS_TABLE})` }, "COMMIT");
  await faultPoint("load:after-commit");
  return { prepared };
}

/** From here to the commit no other writer, dlt included, can add a state row. */
async function lockState(session: Session, context: LoadContext): Promise<void> {
  const { dataset } = context.request.manifest;
  if (!(await tableExists(session, dataset, STATE_TABLE, context.grants))) return;
  const purpose = {
    doing: "lock the pipeline state",
    table: STATE_TABLE,
    grant: context.grants.rows(dataset, STATE_TABLE),
  };
  await session.execute(purpose, `LOCK TABLE ${quoteTable(dataset, STATE_TABLE)} IN SHARE ROW EXCLUSIVE MODE`);
}
