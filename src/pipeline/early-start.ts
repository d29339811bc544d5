import type { EventSink } from "../core/events.ts";
import type { Clock } from "../core/ports.ts";
import type { Warn } from "../core/warnings.ts";
import type { Destination } from "../load/destination.ts";
import type { EarlyLoad, EarlyRequest } from "../load/early-load.ts";
import type { PackageWriter } from "../load/spool.ts";
import { stagesRows, writeDispositionOf } from "../schema/schema.ts";
import type { Schema } from "../schema/table.ts";

/** When a load begins before its package is complete, and when it is given up. */
export interface EarlyRules {
  /** Bytes in the spool when all its tables are new: a rollback leaves nothing there. */
  readonly newBytes: number;
  /** Bytes in the spool when there are tables of the user, in which a rollback leaves dead rows. */
  readonly bytes: number;
  /** Rows a second below which an early start gains too little for the locks that it holds. */
  readonly rowsPerSecond: number;
  /** Milliseconds without new rows after which it is given up. */
  readonly stall: number;
  /** Milliseconds over which the rate is taken; one that is too low gives it up. */
  readonly window: number;
}

export const EARLY_RULES: EarlyRules = {
  newBytes: 1024 ** 2,
  bytes: 8 * 1024 ** 2,
  rowsPerSecond: 20_000,
  stall: 5000,
  window: 30_000,
};

/** Watches a package that is being written, and its early load. */
export interface EarlyStart {
  /** Rows have been spooled. Never waits. */
  grown(): void;
  /** The package is complete: what was begun of its load. */
  settle(): Promise<EarlyLoad | undefined>;
  /** Rows are taken out of the package again: it will be loaded from its files. */
  giveUp(reason: string): Promise<void>;
  /** No package comes of it: whatever was begun is taken back. Never throws. */
  abandon(): Promise<void>;
}

export interface EarlyStartOptions {
  readonly destination: Destination;
  readonly clock: Clock;
  readonly rules: EarlyRules;
  readonly writer: PackageWriter;
  readonly request: Pick<EarlyRequest, "pipeline" | "dataset" | "schemaName" | "base" | "schema">;
  /** The schema as it was stored: its tables with data are there already. */
  readonly stored: Schema | undefined;
  readonly signal: AbortSignal;
  readonly warn: Warn;
  readonly onEvent: EventSink;
}

/** Begins the load of a package as soon as the rules say that it pays, once at most, and gives it up when it does not. */
export function createEarlyStart(options: EarlyStartOptions): EarlyStart {
  const { clock, destination, rules, stored, writer } = options;
  const { schema } = options.request;
  const startedAt = clock.now();
  const watching = new AbortController();
  const beginning = new AbortController();
  let grownAt = startedAt;
  let begun: EarlyLoad | undefined;
  let attempt: Promise<void> | undefined;

  const isWorthIt = (): boolean => {
    let fresh = 0;
    let known = 0;
    for (const file of writer.files) {
      // Its rows have the ids of those that are there: they are merged when all have come.
      if (stagesRows(schema, file.table)) continue;
      if (stored?.tables.get(file.table)?.seenData !== true) fresh += file.bytes;
      else if (writeDispositionOf(schema, file.table) !== "replace") known += file.bytes;
    }
    if (known === 0) return fresh >= rules.newBytes;
    const rate = writer.rows / ((clock.now() - startedAt) / 1000);
    return fresh + known >= rules.bytes && rate >= rules.rowsPerSecond;
  };

  const begin = async (): Promise<void> => {
    const onlyNewTables = writer.files.every(({ table }) => stored?.tables.get(table)?.seenData !== true);
    begun = await destination.beginEarly?.({
      ...options.request,
      loadId: writer.loadId,
      folder: writer.folder,
      files: writer.files,
      onlyNewTables,
      signal: AbortSignal.any([options.signal, beginning.signal]),
      warn: options.warn,
      onEvent: options.onEvent,
    });
    if (begun !== undefined) {
      begun.grown();
      void watch(begun);
    }
  };

  /** Gives the early load up when rows come too slowly for what it holds. */
  const watch = async (early: EarlyLoad): Promise<void> => {
    let since = clock.now();
    let rows = writer.rows;
    for (;;) {
      try {
        await clock.sleep(rules.stall / 5, watching.signal);
      } catch {
        return;
      }
      const now = clock.now();
      if (now - grownAt >= rules.stall) return early.giveUp("no rows arrive");
      if (now - since < rules.window) continue;
      if ((writer.rows - rows) / ((now - since) / 1000) < rules.rowsPerSecond)
        return early.giveUp("rows arrive slowly");
      since = now;
      rows = writer.rows;
    }
  };

  return {
    grown() {
      grownAt = clock.now();
      if (attempt === undefined && destination.beginEarly !== undefined && isWorthIt()) {
        attempt = begin();
        // Seen by `settle`.
        attempt.catch(() => {});
      }
      begun?.grown();
    },
    async settle() {
      watching.abort();
      if (begun === undefined) beginning.abort(new Error("the package is complete"));
      await attempt;
      return begun;
    },
    async giveUp(reason) {
      watching.abort();
      if (begun === undefined) beginning.abort(new Error(reason));
      await attempt?.catch(() => {});
      await begun?.giveUp(reason);
      // Nothing begins any more.
      attempt ??= Promise.resolve();
    },
    async abandon() {
      watching.abort();
      if (begun === undefined) beginning.abort(new Error("the package is given up"));
      await attempt?.catch(() => {});
      await begun?.abandon("the extraction has failed");
    },
  };
}
