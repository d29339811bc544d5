import { createReadStream } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import type { SpooledFile } from "../../load/early-load.ts";

/** Size of the pieces in which files are read and handed to the socket. */
const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file of the package from byte `start` up to those that the file is said to have, in pieces. */
export async function* packageChunks(
  folder: string,
  file: Pick<SpooledFile, "table" | "path" | "bytes">,
  start = 0,
): AsyncGenerator<Buffer> {
  if (start >= file.bytes) return;
  try {
    yield* createReadStream(join(folder, file.path), { start, end: file.bytes - 1, highWaterMark: CHUNK_BYTES });
  } catch (cause) {
    throw new DataError("E_LIMIT", `${file.path} of the load package cannot be read`, {
      step: "load",
      hint: "Run again; the rows are extracted again.",
      context: { table: file.table, file: file.path },
      cause,
    });
  }
}
