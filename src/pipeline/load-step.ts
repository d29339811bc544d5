import { SluiceError } from "../core/errors.ts";
import { faultPoint } from "../core/fault-point.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import type { LoadOutcome } from "../load/destination.ts";
import { writeFailure } from "../load/failure-file.ts";
import { failPackage, markCommitted, markCommitting, removePackage } from "../load/package-folder.ts";
import { isSystemTable, rootTableOf, writeDispositionOf } from "../schema/schema.ts";
import type { MadePackage } from "./make-package.ts";
import type { PipelineOptions } from "./options.ts";
import type { PackageTrace, TableTrace } from "./trace.ts";
import { failureTrace, type TraceRecorder } from "./trace-recorder.ts";
import { pipelineFolder } from "./work-folder.ts";

/**
 * Loads a package and cleans up after it. A failure that a later run can mend leaves the package where it is, to be
 * loaded by that run; any other puts it aside under `failed/`, so that it blocks nobody.
 *
 * @param maybeCommitted the marker `committing` stood in the folder: an earlier run may have committed it
 */
export async function loadPackage(
  options: PipelineOptions,
  made: MadePackage,
  maybeCommitted: boolean,
  recorder: TraceRecorder,
): Promise<void> {
  const { clock, destination, onEvent, signal } = options;
  const startedAt = new Date(clock.now()).toISOString();
  const { folder, manifest } = made;
  try {
    const outcome = await recorder.step("load", () =>
      destination.load(
        {
          manifest,
          folder,
          schema: made.schema,
          maybeCommitted,
          beforeCommit: () => markCommitting(folder),
          signal,
          warn: recorder.warnings.warn,
          onEvent,
        },
        made.early,
      ),
    );
    await markCommitted(folder);
    await faultPoint("load:after-marker");
    recorder.package(packageTrace(made, startedAt, new Date(clock.now()).toISOString(), "loaded", outcome));
    for (const { resource, start, end } of manifest.windows ?? []) {
      const text = `${resource}: the window from ${start} to ${end ?? "now"} is committed`;
      onEvent({ type: "message", level: "info", text });
    }
    await removePackage(folder);
  } catch (error) {
    recorder.package(packageTrace(made, startedAt, new Date(clock.now()).toISOString(), "normalized", undefined));
    if (error instanceof SluiceError && error.code === "E_STATE_MOVED") await removePackage(folder);
    else if (!(error instanceof SluiceError && error.retryable) && !signal.aborted) {
      await writeFailure(folder, failureJson(error));
      await failPackage(pipelineFolder(options.workFolder, options.pipeline), folder);
    }
    throw error;
  }
}

/** Plain JSON, as it stands in the trace. */
function failureJson(error: unknown): JsonObject {
  const facts = parseJson(JSON.stringify(failureTrace(error)));
  return isJsonObject(facts) ? facts : {};
}

function packageTrace(
  { manifest, schema }: MadePackage,
  startedAt: string,
  endedAt: string,
  state: PackageTrace["state"],
  outcome: LoadOutcome | undefined,
): PackageTrace {
  const tables = new Map<string, TableTrace>();
  for (const file of manifest.files) {
    if (isSystemTable(file.table)) continue;
    const known = tables.get(file.table);
    const resource = rootTableOf(schema, file.table)?.resource;
    tables.set(file.table, {
      table: file.table,
      ...(resource === undefined ? {} : { resource }),
      writeDisposition: writeDispositionOf(schema, file.table),
      rows: (known?.rows ?? 0) + file.rows,
      bytes: (known?.bytes ?? 0) + file.bytes,
      files: (known?.files ?? 0) + 1,
    });
  }
  return {
    loadId: manifest.loadId,
    state,
    startedAt,
    endedAt,
    schemaVersionHash: manifest.schemaVersionHash,
    ...(manifest.state === undefined
      ? {}
      : { stateLeft: { version: manifest.state.version, hash: manifest.state.versionHash } }),
    tables: [...tables.values()],
    changes: outcome?.changes ?? [],
    ...(manifest.windows === undefined ? {} : { windows: manifest.windows }),
  };
}
