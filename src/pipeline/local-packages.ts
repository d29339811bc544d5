import type { Warn } from "../core/warnings.ts";
import type { Destination, SyncResult } from "../load/destination.ts";
import { describePackages, isPending, type PackageFacts } from "../load/package-facts.ts";
import { listPackages, removePackage } from "../load/package-folder.ts";
import { findPending } from "./pending.ts";
import { inPipelineFolder, pipelineFolder } from "./work-folder.ts";

/** What is in the destination, and what became of the packages here. */
export interface LocalSync {
  readonly synced: SyncResult;
  /** Load ids that the next run loads. */
  readonly kept: readonly string[];
  /** Load ids of packages that were committed, never finished, or made from another state. */
  readonly removed: readonly string[];
}

export interface LocalSyncRequest {
  readonly pipeline: string;
  /** Name of the schema in the database. */
  readonly dataset: string;
  readonly schemas: readonly string[];
  readonly destination: Destination;
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly warn: Warn;
}

/**
 * Brings the work folder to what the destination says, as the next run would: packages that do not go on from the state
 * there are removed with a warning. Nothing in the destination is changed. Throws `E_LOCKED` beside a run.
 */
export function syncLocal(request: LocalSyncRequest): Promise<LocalSync> {
  const { dataset, destination, pipeline, schemas, signal, warn, workFolder } = request;
  return inPipelineFolder(workFolder, pipeline, async () => {
    const folder = pipelineFolder(workFolder, pipeline);
    const synced = await destination.sync({ dataset, pipeline, schemas, signal, warn });
    const before = (await describePackages(folder)).filter(({ state }) => state !== "failed");
    const pending = await findPending(folder, dataset, synced, warn);
    const kept = pending.map(({ manifest }) => manifest.loadId);
    return { synced, kept, removed: before.map(({ loadId }) => loadId).filter((id) => !kept.includes(id)) };
  });
}

/**
 * Removes all packages that wait to be loaded; the next run extracts their records again, from the state in the
 * destination. Throws `E_LOCKED` beside a run.
 */
export function dropPendingPackages(workFolder: string, pipeline: string): Promise<readonly PackageFacts[]> {
  return inPipelineFolder(workFolder, pipeline, async () => {
    const folder = pipelineFolder(workFolder, pipeline);
    const pending = (await describePackages(folder)).filter(isPending);
    for (const found of await listPackages(folder)) await removePackage(found.folder);
    return pending;
  });
}
