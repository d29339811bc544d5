import type { Warn } from "../core/warnings.ts";
import type { SyncResult } from "../load/destination.ts";
import type { PackageManifest } from "../load/manifest.ts";
import { readManifest } from "../load/manifest-file.ts";
import { listPackages, removePackage } from "../load/package-folder.ts";
import { parseStoredSchema } from "../schema/stored.ts";
import type { MadePackage } from "./make-package.ts";

/** A package of an earlier run that is to be loaded before anything new is extracted. */
export interface PendingPackage extends MadePackage {
  readonly maybeCommitted: boolean;
}

/**
 * What to do with packages that an earlier run left in the work folder: what was committed or never finished is
 * removed, what is damaged or was made from another state of the destination is dropped with a warning (its rows are
 * extracted again), the rest is returned, oldest first.
 */
export async function findPending(
  folder: string,
  dataset: string,
  synced: SyncResult,
  warn: Warn,
): Promise<readonly PendingPackage[]> {
  const pending: PendingPackage[] = [];
  for (const found of await listPackages(folder)) {
    if (found.status === "committed" || found.status === "incomplete") {
      await removePackage(found.folder);
      continue;
    }
    const manifest = await readManifest(found.folder, { verifyFiles: true });
    if ("damaged" in manifest) {
      warn("W_PACKAGE_CORRUPT", "load package", { detail: manifest.damaged });
      await removePackage(found.folder);
      continue;
    }
    const maybeCommitted = found.status === "committing";
    // A package that may be committed is decided by the destination: its own state row changes the base.
    if (manifest.dataset !== dataset || (!maybeCommitted && !sameBase(manifest, synced))) {
      warn("W_PACKAGE_DROPPED", manifest.loadId, {
        detail:
          manifest.dataset === dataset
            ? "the destination has moved on since it was extracted"
            : `it was made for dataset ${manifest.dataset}`,
      });
      await removePackage(found.folder);
      continue;
    }
    pending.push({ folder: found.folder, manifest, schema: parseStoredSchema(manifest.schema), maybeCommitted });
  }
  return pending;
}

function sameBase({ base }: PackageManifest, synced: SyncResult): boolean {
  if (!base.dataset) return !synced.datasetExists;
  const now = new Set(synced.stateRowIds);
  return synced.datasetExists && base.stateRowIds.length === now.size && base.stateRowIds.every((id) => now.has(id));
}
