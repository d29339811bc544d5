import type { ErrorCode } from "./error-codes.ts";
import type { SluiceError } from "./errors.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { JsonTape } from "./json-tape.ts";
import type { Clock, Random } from "./ports.ts";
import type { Warn } from "./warnings.ts";

/**
 * What a source hands to the pipeline. A source yields pages of records per resource; it knows nothing of tables.
 */
export interface Source {
  /** Schema name and key of the source's state: `gitlab`, `gitlab_source`. */
  readonly name: string;
  readonly maxTableNesting?: number;
  /** Add `_dlt_root_id` to every nested table. */
  readonly rootKey?: boolean;
  readonly schemaContract?: SchemaContract;
  /** All resources, in declaration order; those not selected are there for their children. */
  readonly resources: readonly SourceResource[];
  /** Starts extraction. Nothing is requested before the first page is pulled. */
  extract(context: ExtractContext): Extraction;
}

export interface SourceResource {
  readonly name: string;
  /** False: extracted only as far as children need it; its records are not emitted. */
  readonly selected: boolean;
  readonly parent?: string;
  readonly hints: ResourceHints;
  /** Method and path as configured, for the report: `GET /projects/{id}/issues`. */
  readonly endpoint: string;
  /** What it will ask for, for `sluice check`. */
  readonly outline?: RequestOutline;
  /** Its range can be read window by window, each by an extraction of its own. */
  readonly windowed?: boolean;
}

/** The requests of a resource, as far as they are known before any answer. No secrets. */
export interface RequestOutline {
  /** Method and URL of the first one, with its placeholders: `GET https://h/orders?since={incremental.start_value}`. */
  readonly first: string;
  readonly body?: "json" | "data";
  /** The body, with its placeholders. */
  readonly content?: string;
  /** How further pages are found, in words. */
  readonly pages: string;
  /** JSONPath of the cursor in the records. */
  readonly cursor?: string;
  /** Length of the parts in which its range is loaded, when it is loaded in parts. */
  readonly window?: string;
  /** JSONPath of the records in a page, or how it is found. */
  readonly records: string;
  /** Kind of authentication; `none`. */
  readonly auth: string;
}

export type MergeStrategy = "delete-insert" | "upsert" | "scd2" | "insert-only";

/** dlt's write disposition with the options of its merge strategies. */
export interface WriteDisposition {
  readonly disposition: "append" | "replace" | "merge" | "skip";
  readonly strategy?: MergeStrategy;
  /** delete-insert: the source promises that no key comes twice. */
  readonly deduplicated?: boolean;
  /** upsert: rows that are as received are not written again. */
  readonly skipUnchangedRows?: boolean;
  /** scd2: column that changes with the record, instead of a hash of all of it; upsert: what tells a changed row. */
  readonly rowVersionColumn?: string;
  /** scd2: names of the columns that say from when to when a version held. */
  readonly validityColumns?: readonly [from: string, to: string];
  /** scd2: what stands in the second of them as long as the version holds, as written; null when absent. */
  readonly activeRecordTimestamp?: string | null;
  /** scd2: the moment at which versions change in this load, as written; null: that of the load. */
  readonly boundaryTimestamp?: string | null;
}

export type ContractMode = "evolve" | "freeze" | "discard_row" | "discard_value";
export type SchemaContract =
  | ContractMode
  | { readonly tables?: ContractMode; readonly columns?: ContractMode; readonly data_type?: ContractMode };

/** dlt's hints of a table. */
export interface TableHints {
  /** Of a nested table: undefined where it says nothing of its own. */
  readonly writeDisposition?: WriteDisposition;
  /** Keys before normalization, in written order. */
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  /** Column hints by column name as written; hints in dlt's wire names (`data_type`, `nullable`, ...). */
  readonly columns: Readonly<Record<string, JsonObject>>;
  readonly schemaContract?: SchemaContract;
  /** Other hints by their wire names (`references`, `file_format`, `table_format`), kept in the schema. */
  readonly extra?: Readonly<Record<string, JsonValue>>;
}

/** Hints of a nested table. */
export interface NestedHints extends TableHints {
  /** The table above it, before normalization, when that is not the one of the resource. */
  readonly parentTableName?: string;
}

/** dlt's table hints of a resource. */
export interface ResourceHints extends TableHints {
  /** Table name before normalization; the resource name when absent. */
  readonly tableName?: string;
  readonly writeDisposition: WriteDisposition;
  readonly maxTableNesting?: number;
  /** The cursor's column when the cursor path is a plain key: gets the `incremental` hint. */
  readonly cursorColumn?: string;
  readonly description?: string;
  /** By the key of the nested list. A table that gets a primary or merge key there is one by itself. */
  readonly nested?: Readonly<Record<string, NestedHints>>;
}

export interface ExtractContext {
  /** The decoded value of `sources.<name>` in the pipeline state; `{}` on a first run. */
  readonly state: JsonObject;
  /** At most so many pages a resource (dlt's `add_limit`); undefined: all. */
  readonly limit?: number;
  /** Reads one window of each of these resources instead of the whole range. */
  readonly windows?: ReadonlySet<string>;
  /** Only these resources are emitted, of those that are selected. */
  readonly only?: ReadonlySet<string>;
  /** Numbers keep the text in which they were received, for `sluice extract`. Slower. */
  readonly keepLexemes?: boolean;
  readonly signal: AbortSignal;
  /** Time of the clock at which the signal will be aborted, in milliseconds; waits beyond it are pointless. */
  readonly deadline?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: Warn;
  /** Called for every answered or failed request, for the log and for `sluice extract`. */
  readonly onRequest?: (request: RequestRecord) => void;
}

export interface RequestRecord {
  readonly resource: string;
  /** Number of the pagination run within the resource, from 1. */
  readonly chain: number;
  readonly method: string;
  /** Secrets masked. */
  readonly url: string;
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number;
  readonly attempt: number;
  readonly ms: number;
  readonly bytes: number;
}

/** Records of one response page (or of the part of it that passed the cursor), in order. */
export interface RecordPage {
  readonly resource: string;
  /** Where there is a `tape`, read from it when asked for, which is expensive: count with `recordCount`. */
  readonly records: readonly JsonValue[];
  /** The same records as tokens, for who can do with bytes. */
  readonly tape?: JsonTape;
  /** Gives the memory of the page back: neither records nor tape may be read any more. Optional for the consumer. */
  readonly release?: () => void;
  /** Size of the response body in bytes as decoded; used for backpressure and the report. */
  readonly bytes: number;
}

/** Number of records of a page, without reading them. */
export function recordCount(page: Pick<RecordPage, "records" | "tape">): number {
  return page.tape === undefined ? page.records.length : page.tape.count;
}

export interface Extraction {
  /** Pulled by the pipeline. Ends when all selected resources are done; throws the first failure. */
  readonly pages: AsyncIterable<RecordPage>;
  /** After {@link pages} has ended without an error. */
  result(): ExtractResult;
}

export interface ExtractResult {
  /** The new value of `sources.<name>`; equal to the given one when nothing moved. */
  readonly state: JsonObject;
  readonly resources: readonly ResourceReport[];
  /** Resources that failed and were skipped, and those below them: what they yielded is incomplete and must not be loaded. */
  readonly failed?: readonly ResourceFailure[];
  /** What was read of resources that are read window by window. */
  readonly windows?: readonly WindowReport[];
}

/** A window of a resource's range, its ends as values of the cursor. */
export interface WindowReport {
  readonly resource: string;
  readonly start: string;
  /** Absent: open, the last one. With it the next extraction on the new state goes on. */
  readonly end?: string;
}

export interface ResourceFailure {
  readonly resource: string;
  readonly error: SluiceError;
}

export interface ResourceReport {
  readonly resource: string;
  readonly endpoint: string;
  readonly requests: number;
  readonly retries: number;
  readonly rateLimitWaitSeconds: number;
  readonly bytes: number;
  readonly pages: number;
  readonly records: number;
  /** Parents whose requests were ignored (403, 404, ...), by status. */
  readonly skipped: Readonly<Record<string, number>>;
  /** It failed and its rows were left out: the code of its error, or of the resource above it. */
  readonly failed?: ErrorCode;
  /** Last cursor value as text, when there is one. */
  readonly cursor?: string;
  readonly seconds: number;
}
