import { createReadStream } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import type { PackageFile } from "../../load/manifest.ts";
import type { LoadContext } from "./load-context.ts";

/** Size of the pieces in which files are read and handed to the socket. */
const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file of the package, in pieces. */
export async function* packageChunks(context: LoadContext, file: PackageFile): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(join(context.request.folder, file.path), { highWaterMark: CHUNK_BYTES });
  } catch (cause) {
    throw new DataError("E_LIMIT", `${file.path} of the load package cannot be read`, {
      step: "load",
      hint: "Run again; the rows are extracted again.",
      context: { table: file.table, file: file.path },
      cause,
    });
  }
}
