import { createHash } from "node:crypto";

const LONGEST = 60;

/** Names that some systems take for devices. */
const DEVICES = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/**
 * A name for a file or folder made from a name of the user: only `[a-z0-9_]`, at most 60 characters, and different
 * for different names: when mapping changed anything, a hash of the original follows. So no name from outside can
 * leave its folder, hide, or meet a device.
 */
export function pathName(name: string): string {
  const mapped = name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_");
  if (mapped === name && mapped !== "" && mapped.length <= LONGEST && !DEVICES.test(mapped)) return mapped;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 12);
  return `${mapped.slice(0, LONGEST - 13)}_${hash}`;
}
