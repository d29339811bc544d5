import type { ErrorCode } from "../core/error-codes.ts";
import type { ErrorContext, FaultPlace, Step } from "../core/errors.ts";
import type { SettingTrace } from "../core/setting-trace.ts";
import type { ResourceReport, WindowReport } from "../core/source.ts";
import type { Warning } from "../core/warnings.ts";
import type { SchemaChange } from "../load/destination.ts";

export type { SettingTrace };

/**
 * The record of a run. Everything that is shown (load info, summary, outputs, annotations, JSON) is rendered from this
 * one value. It holds no secret and no row data; it is plain JSON.
 */
export interface Trace {
  readonly format: 1;
  readonly runId: string;
  readonly version: string;
  readonly pipeline: string;
  readonly dataset: string;
  readonly schemaName: string;
  /** `postgres` or `embedded`. */
  readonly destination: string;
  /** `host:port/database`. */
  readonly destinationName: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly firstRun: boolean;
  readonly stateSource: "destination" | "cache" | "new";
  /** The state that the run found in the destination; absent when there was none, or the run did not get there. */
  readonly stateFound?: StateMark;
  /** In the Action: whether the cache knew that very state, another one of the pipeline, or nothing. */
  readonly cacheHit?: "exact" | "prefix" | "none";
  readonly steps: readonly StepTrace[];
  readonly resources: readonly ResourceReport[];
  readonly packages: readonly PackageTrace[];
  readonly warnings: readonly Warning[];
  readonly failure?: FailureTrace;
  /** Key, value source and provider of each resolved setting; never a secret's value. */
  readonly settings: readonly SettingTrace[];
}

/** Version and content hash of a pipeline state, as they stand in `_dlt_pipeline_state`. */
export interface StateMark {
  readonly version: number;
  readonly hash: string;
}

/** `skipped`: GitHub passed no credentials, and the user wants no failure then. */
export type RunStatus = "loaded" | "no-new-data" | "skipped" | "failed" | "aborted" | "cancelled";

export interface StepTrace {
  readonly step: Step;
  readonly startedAt: string;
  readonly seconds: number;
  readonly ok: boolean;
}

export interface PackageTrace {
  readonly loadId: string;
  readonly state: "loaded" | "normalized" | "aborted";
  readonly startedAt: string;
  readonly endedAt: string;
  readonly schemaVersionHash: string;
  /** The state that the package carries; absent when it changes none. */
  readonly stateLeft?: StateMark;
  readonly tables: readonly TableTrace[];
  readonly changes: readonly SchemaChange[];
  /** Windows whose rows it carries, of resources that are loaded window by window. */
  readonly windows?: readonly WindowReport[];
}

export interface TableTrace {
  readonly table: string;
  readonly resource?: string;
  readonly writeDisposition: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

export interface FailureTrace {
  readonly code: ErrorCode;
  readonly step?: Step;
  readonly message: string;
  readonly hint?: string;
  readonly retryable: boolean;
  readonly context: ErrorContext;
  /** Faults of the pipeline file, each where it stands. */
  readonly places?: readonly FaultPlace[];
}
