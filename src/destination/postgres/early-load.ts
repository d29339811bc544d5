import { InternalError, SluiceError } from "../../core/errors.ts";
import type { LoadRequest } from "../../load/destination.ts";
import type { EarlyLoad, EarlyRequest, SpooledFile } from "../../load/early-load.ts";
import type { PackageFile } from "../../load/manifest.ts";
import { planLoad } from "../../load/plan.ts";
import { cancelOnAbort } from "./cancel.ts";
import { copyPart } from "./copy-files.ts";
import {
  createEarlyTables,
  EarlyEnd,
  type EarlyTables,
  growTables,
  NeedsDataset,
  settleTables,
  takesRows,
} from "./early-tables.ts";
import { openTransaction } from "./guard.ts";
import type { LoadContext } from "./load-context.ts";
import { type Committed, writeAndCommit } from "./load-transaction.ts";
import { createSchema } from "./prepare-tables.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Session, StatementError } from "./session.ts";
import { BLOCKS_OTHERS_SQL } from "./sql/locks.ts";
import { lockTimeoutSql } from "./sql/transaction.ts";
import { vacuum } from "./vacuum.ts";

export interface EarlyLimits {
  /** Longest wait for any lock, in milliseconds: who comes first keeps it. */
  readonly lockWait: number;
  /** A table's rows are copied when so many bytes of them wait. */
  readonly batchBytes: number;
  /** Milliseconds that another session may wait for our locks before they are given up. */
  readonly yieldAfter: number;
}

/** What an early load needs of the destination. */
export interface EarlyRules {
  /** Opens a connection; waits while the server is away. */
  readonly connect: (signal: AbortSignal) => Promise<Session>;
}

export const EARLY_LIMITS: EarlyLimits = { lockWait: 100, batchBytes: 1024 * 1024, yieldAfter: 10_000 };

/** Milliseconds between two looks for sessions that wait. */
const LOOK_EVERY = 2000;

/** A rolled-back COPY of more bytes into a table that was there is worth a VACUUM. */
const BLOAT_BYTES = 1024 * 1024;

/**
 * Begins the transaction of a load while its package is still written. Locks are not waited for; undefined when
 * somebody has one, or when there is nothing that could be copied before the end.
 *
 * @param context of a package without files
 */
export async function beginEarly(
  request: EarlyRequest,
  context: LoadContext,
  rules: EarlyRules,
  limits: EarlyLimits,
): Promise<PostgresEarlyLoad | undefined> {
  let session: Session | undefined;
  let release: (() => void) | undefined;
  try {
    session = await rules.connect(request.signal);
    release = cancelOnAbort(session, context, rules.connect);
    return await openEarly({ request, context, rules, limits, session });
  } catch (error) {
    await session?.rollback();
    await session?.close();
    if (!request.signal.aborted && !isHarmless(error)) throw error;
    request.onEvent({ type: "message", level: "debug", text: `no early load: ${messageOf(error)}` });
    return undefined;
  } finally {
    release?.();
  }
}

async function openEarly(parts: Omit<EarlyParts, "tables" | "progress">): Promise<PostgresEarlyLoad> {
  const { request, context, session } = parts;
  const { base, files, onlyNewTables } = request;
  const progress = createProgress();
  let tables = createEarlyTables(base.dataset && !onlyNewTables ? "shared" : "exclusive");
  for (;;) {
    if (await openTransaction(session, context, tables.lock)) throw new EarlyEnd("the load id is taken");
    try {
      if (!base.dataset) await createSchema(session, context);
      await growTables(session, withFiles(context, files), tables);
      break;
    } catch (error) {
      if (!(error instanceof NeedsDataset)) throw error;
      await session.rollback();
      tables = createEarlyTables("exclusive");
    }
  }
  if (onlyNewTables && tables.ready.size > 0) throw new EarlyEnd("tables are there already");
  if (!files.some((file) => takesRows(tables, file))) throw new EarlyEnd("no table takes rows yet");
  return new PostgresEarlyLoad({ ...parts, tables, progress });
}

interface EarlyParts {
  readonly request: EarlyRequest;
  readonly context: LoadContext;
  readonly rules: EarlyRules;
  readonly limits: EarlyLimits;
  readonly session: Session;
  readonly tables: EarlyTables;
  readonly progress: Progress;
}

/** The open transaction of an early load, to be finished. */
export type TakenLoad = Pick<EarlyParts, "session" | "tables" | "progress">;

/**
 * Copies what the spool's files have more than was copied, read from the files: they lie in the system's cache, and the
 * spool needs neither a queue nor a second owner of its buffers.
 */
export class PostgresEarlyLoad implements EarlyLoad {
  readonly #parts: EarlyParts;
  readonly #stop = new AbortController();
  readonly #copies: Promise<void>;
  #ended = false;
  #taken = false;
  /** A bug of ours, shown when the load goes on. */
  #failure: unknown;
  #grown = false;
  #wake: (() => void) | undefined;
  #number = 0;
  #lastLook = 0;
  #waitingSince: number | undefined;

  constructor(parts: EarlyParts) {
    this.#parts = parts;
    this.#copies = this.#copyAll();
  }

  grown(): void {
    this.#grown = true;
    this.#wake?.();
  }

  async giveUp(reason: string): Promise<void> {
    if (!this.#taken) this.#stop.abort(new EarlyEnd(reason));
    this.grown();
    await this.#copies;
  }

  async abandon(reason: string): Promise<void> {
    await this.giveUp(reason);
    const { context, rules } = this.#parts;
    const { signal } = context.request;
    if (this.bloated.length === 0 || signal.aborted) return;
    try {
      const session = await rules.connect(signal);
      await vacuum(session, context, this.bloated).finally(() => session.close());
    } catch {
      // Autovacuum will do it.
    }
  }

  /** Stops copying and hands the transaction over; undefined when it was given up. Throws what was no fault of others. */
  async take(): Promise<TakenLoad | undefined> {
    this.#taken = true;
    this.grown();
    await this.#copies;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#ended ? undefined : this.#parts;
  }

  /** Tables of others that a rollback of this transaction leaves full of dead rows. */
  get bloated(): readonly string[] {
    const { progress, tables } = this.#parts;
    const large = [...progress.bytes].filter(([table, bytes]) => bytes > BLOAT_BYTES && !tables.created.has(table));
    return large.map(([table]) => table);
  }

  async #copyAll(): Promise<void> {
    const { context, request, rules, session } = this.#parts;
    const release = cancelOnAbort(session, context, rules.connect);
    try {
      while (!this.#taken) {
        this.#stop.signal.throwIfAborted();
        await this.#yieldToOthers();
        if (!(await this.#copyNext())) await this.#growth();
      }
    } catch (error) {
      this.#ended = true;
      const stopped = this.#stop.signal.aborted || request.signal.aborted;
      if (!stopped && !isHarmless(error)) this.#failure = error;
      const reason = messageOf(this.#stop.signal.aborted ? this.#stop.signal.reason : error);
      request.onEvent({ type: "message", level: "debug", text: `early load given up: ${reason}` });
      await session.rollback();
      await session.close();
    } finally {
      release();
    }
  }

  /** Copies the largest part that waits. False when none is worth it. */
  async #copyNext(): Promise<boolean> {
    const { context, request, session, tables, progress } = this.#parts;
    const live = this.#largest();
    if (live === undefined) return false;
    await growTables(session, withFiles(context, request.files), tables);
    if (!takesRows(tables, live)) return true;
    const file = snapshot(live);
    const from = progress.early.get(file.path) ?? { rows: 0, bytes: 0 };
    const signal = AbortSignal.any([request.signal, this.#stop.signal]);
    const part = { file, from, fault: `load:early:${++this.#number}`, signal };
    const rows = from.rows + (await copyPart(session, context, part, progress));
    if (rows !== file.rows) {
      throw new InternalError("E_INTERNAL", `${file.path} gave ${rows} rows, ${file.rows} were written`, {
        step: "load",
        context: { table: file.table },
      });
    }
    progress.early.set(file.path, { rows, bytes: file.bytes });
    return true;
  }

  #largest(): SpooledFile | undefined {
    const { limits, request, tables, progress } = this.#parts;
    let found: SpooledFile | undefined;
    let most = limits.batchBytes - 1;
    for (const file of request.files) {
      if (tables.seen.has(file.table) && !takesRows(tables, file)) continue;
      const waiting = file.bytes - (progress.early.get(file.path)?.bytes ?? 0);
      if (waiting > most) {
        most = waiting;
        found = file;
      }
    }
    return found;
  }

  async #growth(): Promise<void> {
    if (!this.#grown) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#grown = false;
  }

  /** An extraction may be long; who needs the tables or the dataset meanwhile does not wait for its end. */
  async #yieldToOthers(): Promise<void> {
    const { context, limits, session } = this.#parts;
    const now = context.clock.now();
    if (now - this.#lastLook < Math.min(LOOK_EVERY, limits.yieldAfter)) return;
    this.#lastLook = now;
    const [row] = await session.query({ doing: "look for sessions that wait" }, BLOCKS_OTHERS_SQL);
    if (row?.[0] !== "true") {
      this.#waitingSince = undefined;
      return;
    }
    this.#waitingSince ??= now;
    if (now - this.#waitingSince >= limits.yieldAfter) throw new EarlyEnd("another session waits for its locks");
  }
}

/** Ends the transaction of an early load as an ordinary one ends. */
export async function finishEarly(context: LoadContext, { session, tables, progress }: TakenLoad): Promise<Committed> {
  await session.execute({ doing: "set the lock timeout" }, lockTimeoutSql(context.tableLockWait));
  const prepared = await settleTables(session, context, tables);
  return writeAndCommit(session, context, prepared, progress);
}

/** Failures after which the ordinary way is tried; all others are bugs of ours and are shown as such. */
export function isHarmless(error: unknown): boolean {
  if (error instanceof SluiceError) return !(error instanceof InternalError);
  return error instanceof EarlyEnd || error instanceof StatementError;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The request of a package whose manifest is not there yet. */
export function earlyLoadRequest(request: EarlyRequest): LoadRequest {
  const { loadId, pipeline, dataset, schemaName, base } = request;
  return {
    manifest: {
      format: 1,
      loadId,
      pipeline,
      dataset,
      schemaName,
      createdAt: "",
      base,
      files: [],
      rootTables: [],
      schema: {},
      schemaVersionHash: "",
    },
    folder: request.folder,
    schema: request.schema,
    maybeCommitted: false,
    beforeCommit: async () => {},
    signal: request.signal,
    warn: request.warn,
    onEvent: request.onEvent,
  };
}

/** The plan for what is in the spool by now. */
function withFiles(context: LoadContext, spooled: readonly SpooledFile[]): LoadContext {
  const files: readonly PackageFile[] = spooled.map((file) => ({ ...snapshot(file), sha256: "" }));
  const manifest = { ...context.request.manifest, files };
  return {
    ...context,
    request: { ...context.request, manifest },
    plan: planLoad(manifest, context.request.schema),
  };
}

/** Rows and bytes of one moment. */
function snapshot({ table, columns, path, rows, bytes }: SpooledFile): SpooledFile {
  return { table, columns, path, rows, bytes };
}
