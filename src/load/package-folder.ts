import type { Dirent } from "node:fs";
import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { faultPoint } from "../core/fault-point.ts";
import { writeDurable } from "./durable-file.ts";
import { MANIFEST_NAME } from "./manifest-file.ts";

/**
 * - `incomplete`: no manifest, so it does not exist: to be removed
 * - `pending`: to be loaded, or dropped when the state has moved
 * - `committing`: COMMIT may have been sent; load it with `maybeCommitted: true`
 * - `committed`: only the cleaning up is missing
 */
export type PackageStatus = "incomplete" | "pending" | "committing" | "committed";

export interface FoundPackage {
  readonly folder: string;
  readonly status: PackageStatus;
}

const COMMITTING = "committing";
const COMMITTED = "committed";

/** Where the packages of a pipeline lie. */
export function packagesFolder(workFolder: string): string {
  return join(workFolder, "packages");
}

/** Where packages end that failed for good, for inspection. */
export function failedFolder(workFolder: string): string {
  return join(workFolder, "failed");
}

/** All packages left in the work folder, oldest load id first. */
export async function listPackages(workFolder: string): Promise<readonly FoundPackage[]> {
  const found: FoundPackage[] = [];
  for (const name of await subfolders(packagesFolder(workFolder))) {
    const folder = join(packagesFolder(workFolder), name);
    found.push({ folder, status: await statusOf(folder) });
  }
  return found;
}

/** Folders of the packages that failed for good, oldest load id first. */
export async function listFailed(workFolder: string): Promise<readonly string[]> {
  return (await subfolders(failedFolder(workFolder))).map((name) => join(failedFolder(workFolder), name));
}

/** Sets the marker that COMMIT is about to be sent. Durable when it returns. */
export async function markCommitting(folder: string): Promise<void> {
  await writeDurable(join(folder, COMMITTING), "");
  await faultPoint("load:committing");
}

/** Sets the marker that the package is in the destination. */
export async function markCommitted(folder: string): Promise<void> {
  await writeDurable(join(folder, COMMITTED), "");
  await faultPoint("load:after-marker");
}

/** Removes a package. The manifest goes first, so that a crash on the way leaves an incomplete one. */
export async function removePackage(folder: string): Promise<void> {
  await rm(join(folder, MANIFEST_NAME), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/**
 * Takes a package that failed for good out of the way, so that it blocks no later run; the newest `keep` (default 1) of
 * them are kept. Returns its new folder, or undefined when `keep` is 0.
 */
export async function failPackage(workFolder: string, folder: string, keep = 1): Promise<string | undefined> {
  if (keep <= 0) {
    await removePackage(folder);
    return undefined;
  }
  const failed = failedFolder(workFolder);
  await mkdir(failed, { recursive: true, mode: 0o700 });
  const target = join(failed, basename(folder));
  await rm(target, { recursive: true, force: true });
  await rename(folder, target);
  const all = await subfolders(failed);
  for (const name of all.slice(0, Math.max(0, all.length - keep))) {
    await rm(join(failed, name), { recursive: true, force: true });
  }
  return target;
}

async function statusOf(folder: string): Promise<PackageStatus> {
  if (await exists(join(folder, COMMITTED))) return "committed";
  if (!(await exists(join(folder, MANIFEST_NAME)))) return "incomplete";
  return (await exists(join(folder, COMMITTING))) ? "committing" : "pending";
}

/** Names of the folders in a folder, sorted; links are not followed, so cleaning up cannot reach outside. */
async function subfolders(folder: string): Promise<readonly string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
