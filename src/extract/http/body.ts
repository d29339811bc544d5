import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";

/** The body is larger than allowed, as sent or as decoded. */
export class BodyTooLargeError extends Error {}

/** The body ended before its announced end, or its compression is broken. */
class BodyCutError extends Error {
  readonly code = "UND_ERR_RES_CONTENT_LENGTH";
}

/**
 * Reads a whole body, at most `limit` bytes as sent and as decoded (gzip, deflate, br; on the thread pool). Throws
 * {@link BodyTooLargeError} and {@link BodyCutError}.
 */
export async function readBody(
  stream: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > limit) throw new BodyTooLargeError(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  const announced = headers["content-length"];
  if (announced !== undefined && /^\d+$/.test(announced) && size < Number(announced)) {
    throw new BodyCutError(`${size} of ${announced} bytes`);
  }
  let bytes: Uint8Array = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size);
  const encodings = (headers["content-encoding"] ?? "").toLowerCase().split(",");
  for (const encoding of encodings.map((name) => name.trim()).reverse()) bytes = await decode(bytes, encoding, limit);
  return bytes;
}

async function decode(bytes: Uint8Array, encoding: string, limit: number): Promise<Uint8Array> {
  if (bytes.byteLength === 0) return bytes;
  try {
    switch (encoding) {
      case "gzip":
      case "x-gzip":
        return await promisify(gunzip)(bytes, { maxOutputLength: limit });
      case "deflate":
        // Some servers send the raw form under this name; its first byte cannot begin a zlib stream.
        return await promisify((bytes[0] ?? 0) % 16 === 8 ? inflate : inflateRaw)(bytes, { maxOutputLength: limit });
      case "br":
        return await promisify(brotliDecompress)(bytes, { maxOutputLength: limit });
      default:
        return bytes;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLargeError(`more than ${limit} bytes when decompressed`);
    throw new BodyCutError(`the ${encoding} data is broken`, { cause: error });
  }
}
