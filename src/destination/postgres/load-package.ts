import pg from "pg";
import { DestinationError } from "../../core/errors.ts";
import type { LoadOutcome } from "../../load/destination.ts";
import { type RetryClass, retryClass, retryDelay } from "../../load/retry-class.ts";
import { cancelOnAbort } from "./cancel.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { databaseError } from "./database-error.ts";
import { finishEarly, isHarmless, messageOf, type PostgresEarlyLoad } from "./early-load.ts";
import type { DatasetLock } from "./guard.ts";
import type { LoadContext } from "./load-context.ts";
import { type Committed, loadTransaction } from "./load-transaction.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Session, StatementError } from "./session.ts";
import { tablesToVacuum, vacuum } from "./vacuum.ts";

export interface LoadRules {
  readonly maxAttempts: number;
  readonly target: ConnectionTarget;
  /** Opens a connection; waits while the server is away. */
  readonly connect: (signal: AbortSignal) => Promise<Session>;
}

/** How often the tables may turn out to be changed by somebody else before we give up. */
const MAX_ROUNDS = 20;

/** A rolled-back COPY of more bytes leaves enough dead rows to be worth a VACUUM. */
const BLOAT_BYTES = 1024 * 1024;

/**
 * Loads a package once or finds that it is loaded: tries the transaction until it is committed, a failure that no retry
 * can heal comes, or the attempts are used up. After a COMMIT without an answer the next try finds out under the lock
 * what became of it.
 */
export async function loadPackage(
  context: LoadContext,
  rules: LoadRules,
  early?: PostgresEarlyLoad,
): Promise<LoadOutcome> {
  const begun = early === undefined ? undefined : await goOn(context, rules, early);
  if (begun !== undefined) return begun;
  const { signal, manifest } = context.request;
  const state: Rounds = {
    attempts: 1,
    rounds: 0,
    usedOnce: false,
    // Who drops tables makes them anew.
    lock: manifest.base.dataset && manifest.dropped === undefined ? "shared" : "exclusive",
  };
  let session: Session | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      if (session === undefined || session.broken) {
        session?.destroy();
        session = await rules.connect(signal);
      }
      const progress = createProgress();
      let result: Awaited<ReturnType<typeof loadTransaction>>;
      try {
        result = await guarded(session, context, rules, state.lock, progress);
      } catch (error) {
        context.committing = false;
        await session.rollback();
        rememberBloat(context, progress);
        await nextAttempt(error, context, rules, state);
        if (state.freshConnection) session.destroy();
        continue;
      }
      if (!("again" in result)) return await finish(session, context, result, progress, state.attempts);
      state.lock = result.again;
      if (++state.rounds > MAX_ROUNDS) throw tablesChange();
    }
  } finally {
    await session?.close();
  }
}

/** Ends an early load. Undefined when it was given up or fails now; the package is then loaded from its files. */
async function goOn(
  context: LoadContext,
  rules: LoadRules,
  early: PostgresEarlyLoad,
): Promise<LoadOutcome | undefined> {
  const { onEvent, signal } = context.request;
  const taken = await early.take();
  if (taken !== undefined) {
    const { session, progress } = taken;
    const release = cancelOnAbort(session, context, rules.connect);
    try {
      const result = await finishEarly(context, taken).finally(release);
      return await finish(session, context, result, progress, 1);
    } catch (error) {
      context.committing = false;
      await session.rollback();
      signal.throwIfAborted();
      if (!isHarmless(error)) throw error;
      onEvent({ type: "message", level: "debug", text: `early load given up: ${messageOf(error)}` });
    } finally {
      await session.close();
    }
  }
  for (const table of early.bloated) context.bloated.add(table);
  return undefined;
}

interface Rounds {
  attempts: number;
  rounds: number;
  /** A failure that deserves one more try only has had it. */
  usedOnce: boolean;
  freshConnection?: boolean;
  lock: DatasetLock;
}

async function guarded(
  session: Session,
  context: LoadContext,
  rules: LoadRules,
  lock: DatasetLock,
  progress: Progress,
): Promise<Awaited<ReturnType<typeof loadTransaction>>> {
  const release = cancelOnAbort(session, context, rules.connect);
  try {
    return await loadTransaction(session, context, lock, progress);
  } finally {
    release();
  }
}

/** Waits and returns when the transaction is worth another try; else throws the error for the user. */
async function nextAttempt(error: unknown, context: LoadContext, rules: LoadRules, state: Rounds): Promise<void> {
  context.request.signal.throwIfAborted();
  // Anything else is a bug of ours, and is shown as one.
  if (!(error instanceof StatementError)) throw error;
  const kind = classOf(error);
  const failed = () => databaseError(error, rules.target);
  state.freshConnection = false;
  if (kind === "never") throw failed();
  if (kind === "reread") {
    if (++state.rounds > MAX_ROUNDS) throw tablesChange();
    return;
  }
  if (kind === "retry-once") {
    if (state.usedOnce) throw failed();
    state.usedOnce = true;
    state.freshConnection = true;
  }
  if (state.attempts >= rules.maxAttempts) throw failed();
  await context.clock.sleep(retryDelay(state.attempts, context.random.next()), context.request.signal);
  state.attempts++;
}

/** What a failed statement is worth. */
export function classOf(error: StatementError): RetryClass {
  if (!(error.cause instanceof pg.DatabaseError)) return "retry";
  const { code, schema, constraint } = error.cause;
  return retryClass({ sqlState: code, constraintSchema: schema, constraint });
}

function rememberBloat(context: LoadContext, progress: Progress): void {
  for (const [table, bytes] of progress.bytes) if (bytes > BLOAT_BYTES) context.bloated.add(table);
}

async function finish(
  session: Session,
  context: LoadContext,
  { prepared }: Committed,
  progress: Progress,
  attempts: number,
): Promise<LoadOutcome> {
  const { warn } = context.request;
  if (prepared === undefined) {
    const rows = new Map<string, number>();
    for (const file of context.request.manifest.files) rows.set(file.table, (rows.get(file.table) ?? 0) + file.rows);
    return { loadedNow: false, rows, changes: context.changes, attempts };
  }
  context.changes.push(...prepared.changes);
  for (const [table, count] of progress.duplicates) warn("W_DUPLICATE_KEY", table, { count });
  await vacuum(session, context, tablesToVacuum(context, prepared, progress));
  return { loadedNow: true, rows: progress.copied, changes: context.changes, attempts };
}

function tablesChange(): DestinationError {
  return new DestinationError("E_LOCKED", "another session changes the tables of the dataset again and again", {
    step: "load",
    hint: "Run again when it has ended.",
  });
}
