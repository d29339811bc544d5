import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { PackageFile } from "../../load/manifest.ts";
import type { LoadContext } from "./load-context.ts";

/** Size of the pieces in which files are read and handed to the socket. */
const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file of the package, in pieces. */
export function packageChunks(context: LoadContext, file: PackageFile): AsyncIterable<Buffer> {
  return createReadStream(join(context.request.folder, file.path), { highWaterMark: CHUNK_BYTES });
}
