import type { EventSink } from "../core/events.ts";
import type { RowEncoder } from "../core/flow.ts";
import type { Clock, Random } from "../core/ports.ts";
import type { SettingTrace } from "../core/setting-trace.ts";
import type { RequestRecord, Source } from "../core/source.ts";
import type { Destination } from "../load/destination.ts";
import type { DataRules } from "../normalize/data-rules.ts";
import type { NormalizeLimits } from "../normalize/run-context.ts";
import type { RefreshMode } from "../schema/refresh.ts";
import type { EarlyRules } from "./early-start.ts";
import type { SchemaPaths } from "./schema-files.ts";
import type { TimeLimit } from "./time-limit.ts";
import type { Trace } from "./trace.ts";

/** Everything that one run needs. Ports and values only: the edges have read files, variables and flags. */
export interface PipelineOptions {
  readonly pipeline: string;
  /** As given; normalized to the schema's name in the database by the run. */
  readonly dataset: string;
  readonly source: Source;
  readonly destination: Destination;
  /** Kind of the destination, for the report. */
  readonly destinationKind: "postgres" | "embedded";
  readonly encoder: RowEncoder;
  /** Folder for packages and traces of all pipelines. */
  readonly workFolder: string;
  /** Load from the start: forget tables and state first. */
  readonly refresh?: RefreshMode;
  readonly schemaPaths?: SchemaPaths;
  /** Pages a resource at most. */
  readonly limit?: number;
  readonly limits?: Partial<NormalizeLimits>;
  /** What becomes of values that a table cannot take. */
  readonly data?: Partial<DataRules>;
  /** When the load begins before the last page has come. */
  readonly early?: Partial<EarlyRules>;
  /** Default: none. */
  readonly timeLimit?: TimeLimit;
  /** Largest load package in bytes (10 GiB). */
  readonly maxWorkBytes?: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: EventSink;
  readonly onRequest?: (request: RequestRecord) => void;
  readonly settings: readonly SettingTrace[];
  /** Version of the program, for the trace. */
  readonly version: string;
  /** Masks secrets in the trace that is kept in the work folder. */
  readonly maskTrace?: (trace: Trace) => Trace;
}
