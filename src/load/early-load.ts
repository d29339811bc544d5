import type { EventSink } from "../core/events.ts";
import type { Warn } from "../core/warnings.ts";
import type { Schema } from "../schema/table.ts";
import type { PackageManifest } from "./manifest.ts";

/** A file of a package that is still being written. Rows and bytes are those that a reader finds in it by now. */
export interface SpooledFile {
  readonly table: string;
  readonly columns: readonly string[];
  /** Relative to the package folder. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What a destination must know to begin with a package before its manifest is there. */
export interface EarlyRequest extends Pick<PackageManifest, "loadId" | "pipeline" | "dataset" | "schemaName" | "base"> {
  readonly folder: string;
  /** The schema that normalize goes on to change; every column of a spooled file is in it. */
  readonly schema: Schema;
  /** The files of the spool; the list and its members grow. */
  readonly files: readonly SpooledFile[];
  /** True: leave it when a spooled table is there already, the spool is too small for its dead rows to pay. */
  readonly onlyNewTables: boolean;
  readonly signal: AbortSignal;
  readonly warn: Warn;
  readonly onEvent: EventSink;
}

/**
 * A load that has begun while pages still arrive: an open transaction, seen by nobody. The files of the spool stay
 * complete, so that it can be given up at any time; `Destination.load` goes on with it or starts over.
 */
export interface EarlyLoad {
  /** The spool has grown. Copies what is worth a COPY, beside the caller; a failure gives the early load up. */
  grown(): void;
  /** Rolls back, the package will be loaded from its files. Never throws. */
  giveUp(reason: string): Promise<void>;
  /** The same where no load will follow: dead rows in tables of the user are given back at once. */
  abandon(reason: string): Promise<void>;
}
