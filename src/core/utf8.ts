import { Buffer, isUtf8 } from "node:buffer";

/** Bytes that are not UTF-8. */
export class Utf8Error extends Error {
  /** Where the first bad sequence begins, in bytes. */
  readonly offset: number;

  constructor(offset: number) {
    super(`not UTF-8 at byte ${offset}`);
    this.name = "Utf8Error";
    this.offset = offset;
  }
}

/** Decodes UTF-8, dropping a byte order mark at the start. Throws {@link Utf8Error} instead of replacing anything. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new Utf8Error(firstBadByte(bytes));
  const start = hasBom(bytes) ? 3 : 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", start);
}

/**
 * The offset in bytes of a code unit offset in text that {@link decodeUtf8} made of `bytes` (needed for the byte order
 * mark that it dropped).
 */
export function byteOffset(text: string, offset: number, bytes?: Uint8Array): number {
  const mark = bytes !== undefined && hasBom(bytes) ? 3 : 0;
  return mark + Buffer.byteLength(text.slice(0, offset), "utf8");
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** By halving: the longest prefix that is UTF-8, where a cut sequence at its end counts as good. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 64) {
    const middle = characterStart(bytes, good, (good + bad) >> 1);
    if (middle <= good) break;
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  while (good < bytes.length) {
    const length = [1, 2, 3, 4].find(
      (size) => good + size <= bytes.length && isUtf8(bytes.subarray(good, good + size)),
    );
    if (length === undefined) return good;
    good += length;
  }
  return good;
}

/** The nearest offset at or before `at`, not before `least`, that is no continuation byte. */
function characterStart(bytes: Uint8Array, least: number, at: number): number {
  let position = at;
  while (position > least && ((bytes[position] ?? 0) & 0xc0) === 0x80) position -= 1;
  return position;
}
