import { SluiceError } from "../core/errors.ts";
import type { EventSink } from "../core/events.ts";
import type { Clock, Random } from "../core/ports.ts";
import type { Warn } from "../core/warnings.ts";
import type { Destination, SyncResult } from "../load/destination.ts";
import { listPackages } from "../load/package-folder.ts";
import { createRowIds } from "../normalize/row-ids.ts";
import { storedSchema } from "../schema/stored.ts";
import { encodeState, STATE_ENGINE_VERSION } from "../state/stored.ts";
import { type DropPlan, type DropSelection, planDrop } from "./drop-plan.ts";
import { createLoadId } from "./load-id.ts";
import { inPipelineFolder, pipelineFolder } from "./work-folder.ts";

export interface DropOptions {
  readonly pipeline: string;
  /** Name of the schema in the database. */
  readonly dataset: string;
  readonly destination: Destination;
  readonly workFolder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly warn: Warn;
  readonly onEvent: EventSink;
}

/** What `applyDrop` would do. Reads only; throws `E_INPUT` when there is nothing to drop from. */
export async function prepareDrop(options: DropOptions, selection: DropSelection): Promise<DropPlan> {
  return planDrop(options.pipeline, await sync(options, selection), selection);
}

/**
 * Drops tables and state in one transaction, as a load without rows: state row, schema version and load row stand there
 * as dlt's `drop` leaves them. Needs no package on disk: done or not is decided by the transaction alone. Gives the load
 * id. Throws `E_INPUT` while packages wait to be loaded, `E_LOCKED` beside a run, `E_STATE_MOVED` when something else
 * than `expected` would go by now.
 */
export function applyDrop(options: DropOptions, selection: DropSelection, expected: DropPlan): Promise<string> {
  return inPipelineFolder(options.workFolder, options.pipeline, async () => {
    await refusePending(options);
    const synced = await sync(options, selection);
    const plan = planDrop(options.pipeline, synced, selection);
    if (JSON.stringify(plan.facts) !== JSON.stringify(expected.facts)) throw changedMeanwhile(options.pipeline);
    return commitDrop(options, synced, plan);
  });
}

async function commitDrop(
  options: DropOptions,
  synced: SyncResult,
  { facts, schema, state }: DropPlan,
): Promise<string> {
  const { clock, dataset, pipeline, random } = options;
  const now = new Date(clock.now()).toISOString();
  const loadId = createLoadId(clock, random, synced.newestStateLoadId);
  await options.destination.load({
    manifest: {
      format: 1,
      loadId,
      pipeline,
      dataset,
      schemaName: schema.name,
      createdAt: now,
      base: { dataset: true, stateRowIds: synced.stateRowIds },
      files: [],
      rootTables: [],
      ...(facts.tablesWithData.length === 0 ? {} : { dropped: facts.tablesWithData }),
      schema: storedSchema(schema),
      schemaVersionHash: schema.versionHash,
      state: {
        version: state.version,
        engineVersion: STATE_ENGINE_VERSION,
        pipelineName: pipeline,
        state: encodeState(state.state),
        createdAt: now,
        versionHash: state.versionHash,
        dltId: createRowIds(random)(),
      },
    },
    // No files, and nothing to be remembered: a second drop finds out what became of the first.
    folder: pipelineFolder(options.workFolder, pipeline),
    schema,
    maybeCommitted: false,
    beforeCommit: async () => {},
    signal: options.signal,
    warn: options.warn,
    onEvent: options.onEvent,
  });
  return loadId;
}

function changedMeanwhile(pipeline: string): SluiceError {
  return new SluiceError("E_STATE_MOVED", `another run has changed pipeline ${pipeline} meanwhile`, {
    step: "load",
    hint: "Look again at what would be dropped.",
    context: { pipeline },
  });
}

async function refusePending({ pipeline, workFolder }: DropOptions): Promise<void> {
  const packages = await listPackages(pipelineFolder(workFolder, pipeline));
  const pending = packages.filter(({ status }) => status === "pending" || status === "committing").length;
  if (pending === 0) return;
  throw new SluiceError("E_INPUT", `${pending} package(s) of pipeline ${pipeline} wait to be loaded`, {
    step: "load",
    hint: `Run the pipeline, or give them up: sluice drop-pending-packages ${pipeline}.`,
    context: { pipeline },
  });
}

function sync(options: DropOptions, selection: DropSelection): Promise<SyncResult> {
  const { dataset, destination, pipeline, signal, warn } = options;
  return destination.sync({
    dataset,
    pipeline,
    schemas: selection.schema === undefined ? [] : [selection.schema],
    signal,
    warn,
  });
}
