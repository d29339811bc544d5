import { createHash } from "node:crypto";
import { pathName } from "../../load/path-name.ts";
import type { StateMark } from "../../pipeline/trace.ts";

/** What an earlier run left in the destination: the load it committed and the pipeline state after it. */
export interface SeenState {
  readonly loadId: string;
  readonly state: StateMark;
}

/**
 * What all entries of one pipeline in one destination have in common: `sluice-1-<fingerprint>-<pipeline>-`, where 1 is
 * the form of what follows. Neither part holds a hyphen, so no pipeline's prefix is the beginning of another's.
 *
 * @param destination `host:port/database`
 */
export function cacheKeyPrefix(destination: string, dataset: string, pipeline: string): string {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([destination, dataset, pipeline]))
    .digest("hex");
  return `sluice-1-${fingerprint.slice(0, 16)}-${pathName(pipeline)}-`;
}

/**
 * The key of an entry. It says all that an entry has to say, so that nobody needs to unpack one:
 * `<prefix><load id>-<state version>-<state hash>`. At most 220 characters, no commas.
 */
export function cacheKey(prefix: string, { loadId, state }: SeenState): string {
  return `${prefix}${loadId}-${state.version}-${Buffer.from(state.hash, "base64").toString("base64url")}`;
}

/** Reads a key that the cache service named; undefined when it is none of ours, whatever else it is. */
export function readCacheKey(prefix: string, key: string): SeenState | undefined {
  if (key.length > LONGEST_KEY || !key.startsWith(prefix)) return undefined;
  const parts = FACTS.exec(key.slice(prefix.length));
  if (parts === null) return undefined;
  const [, loadId = "", version = "", hash = ""] = parts;
  return { loadId, state: { version: Number(version), hash: Buffer.from(hash, "base64url").toString("base64") } };
}

/** GitHub's own limit. */
const LONGEST_KEY = 512;

/** Load ids are seconds; hashes are SHA-256. */
const FACTS = /^(\d{1,12}(?:\.\d{1,9})?)-(\d{1,15})-([A-Za-z0-9_-]{43})$/;
