import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { dropBytes, takeBytes } from "../../core/byte-pool.ts";

/** The body is larger than allowed, as sent or as decoded. */
export class BodyTooLargeError extends Error {}

/** The body ended before its announced end, or its compression is broken. */
class BodyCutError extends Error {
  readonly code = "UND_ERR_RES_CONTENT_LENGTH";
}

/**
 * Reads a whole body, at most `limit` bytes as sent and as decoded (gzip, deflate, br; on the thread pool). Large ones lie in
 * memory of the pool, which the caller may let go (`dropBytes`). Throws {@link BodyTooLargeError} and {@link BodyCutError}.
 */
export async function readBody(
  stream: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  limit: number,
): Promise<Uint8Array> {
  const announced = /^\d+$/.test(headers["content-length"] ?? "") ? Number(headers["content-length"]) : undefined;
  let body = takeBytes(Math.min(announced ?? 0, limit));
  let size = 0;
  const release = createReleaser();
  for await (const chunk of stream) {
    const end = size + chunk.byteLength;
    if (end > limit) throw new BodyTooLargeError(`more than ${limit} bytes`);
    if (end > body.length) {
      const larger = takeBytes(end * 2);
      body.copy(larger, 0, 0, size);
      dropBytes(body);
      body = larger;
    }
    body.set(chunk, size);
    size = end;
    release(chunk);
  }
  if (announced !== undefined && size < announced) throw new BodyCutError(`${size} of ${announced} bytes`);
  return settle(body, size, headers["content-encoding"] ?? "", limit);
}

/**
 * Gives back the memory that a socket was read into once all of it was copied: that of a piece that fills it, and that of the
 * pieces before when one of other memory follows. The collector would find it later, but memory outside its heap makes it
 * mark the whole heap, and a busy machine lets it fall behind.
 */
function createReleaser(): (chunk: Uint8Array) => void {
  let before: ArrayBufferLike | undefined;
  return ({ buffer, byteLength }) => {
    if (before !== undefined && before !== buffer) freeNow(before);
    before = byteLength === buffer.byteLength ? undefined : buffer;
    if (before === undefined) freeNow(buffer);
  };
}

/** Small memory may be the pool that Node cuts small buffers from. */
function freeNow(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer && memory.byteLength > 2 * Buffer.poolSize) memory.transfer(0);
}

async function settle(body: Buffer, size: number, encodings: string, limit: number): Promise<Uint8Array> {
  const sent = body.subarray(0, size);
  let bytes: Uint8Array = sent;
  for (const encoding of encodings.toLowerCase().split(",").reverse())
    bytes = await decode(bytes, encoding.trim(), limit);
  // Thousands of small answers may wait at a time: they do not keep a large buffer each.
  if (bytes === sent && size < body.length / 2) bytes = Buffer.from(sent);
  if (bytes !== sent) dropBytes(body);
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
