import { createHash } from "node:crypto";

/**
 * The number of an advisory lock: the first eight bytes, big-endian and signed, of SHA-256 over `sluice` and the names
 * joined by NUL. As decimal text, because it does not fit a double.
 */
export function hash64(...names: readonly string[]): string {
  return createHash("sha256")
    .update(["sluice", ...names].join("\0"))
    .digest()
    .readBigInt64BE(0)
    .toString();
}
