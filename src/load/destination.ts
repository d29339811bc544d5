import type { EventSink } from "../core/events.ts";
import type { JsonObject } from "../core/json.ts";
import type { Warn } from "../core/warnings.ts";
import type { Schema } from "../schema/table.ts";
import type { EarlyLoad, EarlyRequest } from "./early-load.ts";
import type { PackageManifest } from "./manifest.ts";

/**
 * What the pipeline asks of a destination. One implementation: `destination/postgres/`.
 */
export interface Destination {
  /** `host:port/database`, without user and password. For the report. */
  readonly displayName: string;
  /** Reads state and schemas of a pipeline; never writes. Retries connecting for `connectWait`. */
  sync(request: SyncRequest): Promise<SyncResult>;
  /**
   * Begins with a package while its rows still arrive. Undefined where that is not possible without waiting for
   * somebody or changing what is there: a lock is taken, a column is missing, nothing but tables to be emptied.
   */
  beginEarly?(request: EarlyRequest): Promise<EarlyLoad | undefined>;
  /**
   * Loads a package in one transaction, or finds that it is committed already. With `early` it goes on in the
   * transaction that was begun, and falls back to one of its own when that has failed.
   */
  load(request: LoadRequest, early?: EarlyLoad): Promise<LoadOutcome>;
  /** What is known of one load: its row in `_dlt_loads`, what is left of its rows, what it changed. Reads only. */
  describeLoad(request: LoadQuestion): Promise<LoadRecord | null>;
  /** What a load into a dataset will find: server and privileges. Reads only. */
  check(request: CheckRequest): Promise<DestinationCheck>;
  close(): Promise<void>;
}

export interface LoadQuestion {
  readonly dataset: string;
  /** The newest load of these schemas is meant when there is no load id; of all when there are none. */
  readonly schemas: readonly string[];
  readonly loadId?: string;
  readonly signal: AbortSignal;
  readonly warn: Warn;
}

export interface LoadRecord {
  readonly loadId: string;
  readonly schemaName: string;
  /** 0: complete. */
  readonly status: number;
  /** ISO time, UTC. */
  readonly insertedAt: string;
  readonly schemaVersionHash: string;
  /** Rows of the load that are in the tables now, nested ones included; later loads may have replaced others. */
  readonly rows: ReadonlyMap<string, number>;
  /** Against the schema of the load before; null when one of the two versions is no longer stored. */
  readonly changes: readonly SchemaChange[] | null;
}

export interface CheckRequest {
  readonly dataset: string;
  readonly signal: AbortSignal;
  readonly warn: Warn;
}

export interface DestinationCheck {
  readonly serverVersion: string;
  readonly user: string;
  readonly encrypted: boolean;
  readonly writable: boolean;
  readonly datasetExists: boolean;
  /** Seconds by which the server's clock is ahead of this machine's. */
  readonly clockSkewSeconds: number;
  readonly privileges: readonly PrivilegeCheck[];
}

export interface PrivilegeCheck {
  readonly what: string;
  readonly ok: boolean;
  /** The statement that gives it. */
  readonly grant: string;
}

export interface SyncRequest {
  /** Dataset as the user gave it, already normalized to the schema's name in the database. */
  readonly dataset: string;
  readonly pipeline: string;
  /** Schema names whose stored version is wanted beside those that the state names. */
  readonly schemas: readonly string[];
  readonly signal: AbortSignal;
  readonly warn: Warn;
}

export interface SyncResult {
  readonly datasetExists: boolean;
  /** `_dlt_id` of all state rows of this pipeline, with or without a load row; the base of a package. */
  readonly stateRowIds: readonly string[];
  /** Newest committed state (see `spec`: newest load id as text among status 0), decoded; null when none. */
  readonly state: JsonObject | null;
  /** Load id of the newest state row of this pipeline; null when none. */
  readonly newestStateLoadId: string | null;
  /** Newest stored schema document per name, parsed. */
  readonly schemas: ReadonlyMap<string, Schema>;
}

export interface LoadRequest {
  readonly manifest: PackageManifest;
  /** Folder of the package; file paths of the manifest are relative to it. */
  readonly folder: string;
  /** Final schema of the package, version and hash already bumped. */
  readonly schema: Schema;
  /** True when the marker `committing` stood in the folder before this attempt. */
  readonly maybeCommitted: boolean;
  /** Called right before COMMIT is sent: fsync the marker. */
  readonly beforeCommit: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly warn: Warn;
  readonly onEvent: EventSink;
}

export interface LoadOutcome {
  /** False when the package had been committed by an earlier attempt. */
  readonly loadedNow: boolean;
  /** Rows per table as copied, system tables left out. */
  readonly rows: ReadonlyMap<string, number>;
  readonly changes: readonly SchemaChange[];
  readonly attempts: number;
}

export interface SchemaChange {
  readonly table: string;
  readonly change: "table_added" | "column_added" | "variant_added";
  readonly column?: string;
  readonly type?: string;
  /** Of an added table, for the report: its columns with their data types. */
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
}
