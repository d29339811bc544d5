/**
 * The library's door: what programs may use. Everything else is an implementation that may change.
 *
 * `await pipeline({ name, destination }).run(source)` extracts, normalizes and loads in one transaction.
 */
export type { RestApiConfig } from "./config/rest-api/shape.ts";
export type { ErrorCode, WarningCode } from "./core/error-codes.ts";
export { ConfigError, DataError, DestinationError, InternalError, SluiceError, SourceError } from "./core/errors.ts";
export type { EventSink, RunEvent } from "./core/events.ts";
export { Double, type JsonObject, type JsonValue } from "./core/json.ts";
export { Secret } from "./core/secret.ts";
export type { Source } from "./core/source.ts";
export type { Warning } from "./core/warnings.ts";
export { type DestinationOption, embedded, type PostgresSettings, postgres } from "./edge/library/destinations.ts";
export { type GitlabSettings, gitlab } from "./edge/library/gitlab.ts";
export {
  type LoadInfo,
  type Pipeline,
  type PipelineSettings,
  pipeline,
  type RunSettings,
} from "./edge/library/pipeline.ts";
export { restApi } from "./edge/library/rest-api.ts";
export type { RestApiOptions } from "./extract/rest-source.ts";
export type { DataRules } from "./normalize/data-rules.ts";
export type { SchemaPaths } from "./pipeline/schema-files.ts";
export type { Trace } from "./pipeline/trace.ts";
export type { RefreshMode } from "./schema/refresh.ts";
