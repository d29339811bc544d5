import { basename } from "node:path";
import type { JsonObject } from "../core/json.ts";
import { readFailure } from "./failure-file.ts";
import type { PackageManifest } from "./manifest.ts";
import { readManifest } from "./manifest-file.ts";
import { listFailed, listPackages, type PackageStatus } from "./package-folder.ts";

/** What lies in the work folder of a package, for people who look at it. */
export interface PackageFacts {
  readonly loadId: string;
  readonly folder: string;
  readonly state: PackageStatus | "failed";
  /** Absent when it cannot be read. */
  readonly manifest?: PackageManifest;
  /** Why it failed, as in a trace. */
  readonly failure?: JsonObject;
}

/** All packages of a pipeline's folder, those that failed first, each kind oldest first. Changes nothing. */
export async function describePackages(workFolder: string): Promise<readonly PackageFacts[]> {
  const found: PackageFacts[] = [];
  for (const folder of await listFailed(workFolder)) {
    const failure = await readFailure(folder);
    found.push({ ...(await describe(folder, "failed")), ...(failure === undefined ? {} : { failure }) });
  }
  for (const { folder, status } of await listPackages(workFolder)) found.push(await describe(folder, status));
  return found;
}

async function describe(folder: string, state: PackageFacts["state"]): Promise<PackageFacts> {
  const manifest = await readManifest(folder, { verifyFiles: false });
  if ("damaged" in manifest) return { loadId: basename(folder), folder, state };
  return { loadId: manifest.loadId, folder, state, manifest };
}

/** True for a package that the next run loads or drops. */
export function isPending({ state }: PackageFacts): boolean {
  return state === "pending" || state === "committing";
}
