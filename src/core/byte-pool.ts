/**
 * Memory for large bodies that is used again. Bytes outside the engine's heap make it mark the whole heap every few dozen
 * megabytes, and stay in the process until it does: with bodies of 300 kB that was a fifth of the memory of a run.
 *
 * Whoever gets bytes from `takeBytes` holds them; each further holder says so with `holdBytes`, and each lets go once. When
 * nobody lets go, the collector takes them as it takes any others.
 */
const free = new Map<number, ArrayBuffer[]>();
const holders = new WeakMap<ArrayBufferLike, number>();

const SMALLEST = 64 * 1024;
const LARGEST = 4 * 1024 * 1024;
/** Bytes kept for later, of all sizes together. */
const MOST_FREE = 20 * 1024 * 1024;
let freeBytes = 0;

/** At least `size` bytes, with content left from before; of the usual sizes from what was let go, where there is some. */
export function takeBytes(size: number): Buffer {
  const length = usualSize(size);
  const known = free.get(length)?.pop();
  if (known !== undefined) freeBytes -= length;
  const memory = known ?? new ArrayBuffer(length);
  if (length <= LARGEST) holders.set(memory, 1);
  return Buffer.from(memory);
}

/** Says that one more holder reads these bytes. Nothing happens to bytes that are not of the pool. */
export function holdBytes(bytes: Uint8Array): void {
  const count = holders.get(bytes.buffer);
  if (count !== undefined) holders.set(bytes.buffer, count + 1);
}

/** Lets go of bytes: when nobody else holds them, whoever asks next writes over them. */
export function dropBytes(bytes: Uint8Array): void {
  const memory = bytes.buffer;
  const count = holders.get(memory);
  if (count === undefined) return;
  if (count > 1) {
    holders.set(memory, count - 1);
    return;
  }
  holders.delete(memory);
  const length = memory.byteLength;
  if (freeBytes + length > MOST_FREE || !(memory instanceof ArrayBuffer)) return;
  const stack = free.get(length);
  if (stack === undefined) free.set(length, [memory]);
  else stack.push(memory);
  freeBytes += length;
}

/** Eight sizes between a power of two and the next: at most an eighth is not used. */
function usualSize(size: number): number {
  if (size > LARGEST) return size;
  let power = SMALLEST;
  while (power < size) power *= 2;
  const step = power / 16;
  return Math.max(SMALLEST, Math.ceil(size / step) * step);
}
