import type { JsonObject } from "../core/json.ts";
import type { PackageTrace, Trace } from "../pipeline/trace.ts";
import { changesByTable, loadFacts, loadStep } from "./facts.ts";

/**
 * The load info as a JSON value: dlt's `LoadInfo.asdict()` key for key as far as we know the facts (one job per table,
 * its rows beside it), then `status`, `row_counts`, `schema_changes`, `warnings` and `failure` of ours. Plain JSON, no
 * user, no password, no row data.
 */
export function renderLoadInfoJson(trace: Trace): JsonObject {
  const step = loadStep(trace);
  const facts = loadFacts(trace);
  return {
    pipeline: { pipeline_name: trace.pipeline },
    destination_type: trace.destination,
    destination_displayable_credentials: trace.destinationName,
    destination_name: trace.destination,
    environment: null,
    staging_type: null,
    staging_name: null,
    staging_displayable_credentials: null,
    dataset_name: trace.dataset,
    loads_ids: trace.packages.map((loaded) => loaded.loadId),
    load_packages: trace.packages.map((loaded) => packageJson(trace, loaded)),
    first_run: trace.firstRun,
    started_at: step?.startedAt ?? null,
    finished_at: step?.ok === true ? later(step.startedAt, step.seconds) : null,
    status: trace.status,
    run_id: trace.runId,
    version: trace.version,
    rows_loaded: facts.rows,
    row_counts: Object.fromEntries(facts.tables.map((table) => [table.table, table.rows])),
    schema_changes: facts.changes.map(({ columns: _, ...change }) => change),
    warnings: trace.warnings.map((warning) => ({ ...warning })),
    failure: failureJson(trace),
  };
}

function packageJson(trace: Trace, loaded: PackageTrace): JsonObject {
  const done = loaded.state === "loaded";
  const changes = changesByTable(loaded.changes);
  return {
    load_id: loaded.loadId,
    state: loaded.state,
    completed_at: done ? loaded.endedAt : null,
    started_at: loaded.startedAt,
    schema_name: trace.schemaName,
    schema_hash: loaded.schemaVersionHash,
    schema_migrated: loaded.changes.length > 0,
    jobs: loaded.tables.map((table) => ({
      table_name: table.table,
      state: done ? "completed_jobs" : loaded.state === "aborted" ? "failed_jobs" : "new_jobs",
      file_format: "copy",
      file_size: table.bytes,
      files: table.files,
      rows: table.rows,
      failed_message: null,
    })),
    windows: (loaded.windows ?? []).map(({ resource, start, end }) => ({ resource, start, end: end ?? null })),
    tables: loaded.tables.map((table) => ({
      name: table.table,
      write_disposition: table.writeDisposition,
      resource: table.resource ?? null,
      columns: (changes.find((change) => change.table === table.table)?.columns ?? []).map(({ name, type }) => ({
        name,
        data_type: type ?? null,
      })),
    })),
  };
}

function failureJson(trace: Trace): JsonObject | null {
  if (trace.failure === undefined) return null;
  const { code, step, message, hint, retryable, context } = trace.failure;
  const known = Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return {
    code,
    step: step ?? null,
    message,
    hint: hint ?? null,
    retryable,
    context: Object.fromEntries(known),
  };
}

function later(startedAt: string, seconds: number): string | null {
  const start = Date.parse(startedAt);
  return Number.isFinite(start) ? new Date(start + seconds * 1000).toISOString() : null;
}
