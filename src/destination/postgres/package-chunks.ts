import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import type { SpooledFile } from "../../load/early-load.ts";

/** Size of the pieces in which files are read and handed to the socket: more than a socket takes without being written. */
const CHUNK_BYTES = 256 * 1024;

/** Bytes of the memory that `packageChunks` reads into: one piece is read while the other is written. */
export const CHUNK_MEMORY = 2 * CHUNK_BYTES;

/**
 * The bytes of a file of the package from byte `start` up to those that the file is said to have, in pieces of 256 KB. The
 * memory of a piece is used again when the one after the next is asked for, that of the last two pieces by nobody.
 *
 * @param memory {@link CHUNK_MEMORY} bytes
 */
export async function* packageChunks(
  folder: string,
  file: Pick<SpooledFile, "table" | "path" | "bytes">,
  start = 0,
  memory: Buffer = Buffer.allocUnsafeSlow(CHUNK_MEMORY),
): AsyncGenerator<Buffer> {
  if (start >= file.bytes) return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(join(folder, file.path));
    let at = start;
    let half = 0;
    let next = await readPiece(handle, memory.subarray(0, CHUNK_BYTES), at, file.bytes);
    while (next.length > 0) {
      const piece = next;
      at += piece.length;
      half = CHUNK_BYTES - half;
      const reading = readPiece(handle, memory.subarray(half, half + CHUNK_BYTES), at, file.bytes);
      // Awaited after the piece was taken: never an unhandled rejection.
      reading.catch(() => undefined);
      yield piece;
      next = await reading;
    }
  } catch (cause) {
    throw new DataError("E_LIMIT", `${file.path} of the load package cannot be read`, {
      step: "load",
      hint: "Run again; the rows are extracted again.",
      context: { table: file.table, file: file.path },
      cause,
    });
  } finally {
    await handle?.close();
  }
}

/** As much as there is, up to the byte `end` of the file and the size of `target`. */
async function readPiece(handle: FileHandle, target: Buffer, at: number, end: number): Promise<Buffer> {
  const wanted = Math.min(target.length, end - at);
  let size = 0;
  while (size < wanted) {
    const { bytesRead } = await handle.read(target, size, wanted - size, at + size);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  return target.subarray(0, size);
}
