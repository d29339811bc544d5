import type { TableChunk } from "../core/flow.ts";

/** Collects the rows of one table in a pooled buffer and hands out full ones. */
export interface ChunkWriter {
  /** Appends one row: fields of all `columns` with their delimiters, without the final newline. */
  write(row: string, columns: readonly string[]): void;
  /** The buffer for one row of at most `size` bytes, final newline included, to be written from `at` on; then `wrote`. */
  room(size: number, columns: readonly string[]): Buffer;
  /** The whole of the buffer that `room` gave, for more than a byte at a time. */
  readonly view: DataView;
  readonly at: number;
  /** Ends the row that was written into `room` up to the offset `end`. */
  wrote(end: number): void;
  /** Hands out what has been collected. */
  flush(): void;
  readonly rows: number;
}

export interface ChunkWriterOptions {
  readonly table: string;
  readonly pool: BufferPool;
  /** What one more null column adds to a row that was written without it: delimiter and null field. */
  readonly padding: string;
  readonly emit: (chunk: TableChunk) => void;
}

/** First buffer of a table, and the sizes that follow: many small tables stay small, busy ones reach 256 KB. */
const SIZES = [16_384, 65_536, 262_144] as const;
const LARGEST = 262_144;
const NEWLINE = 0x0a;
const NOTHING = new DataView(new ArrayBuffer(0));

/**
 * New columns are always at the end of `columns`. Rows still in the buffer get nulls for them, so a chunk ends only when
 * it is full: the columns of a table settle in its first rows, and one file a table is the rule.
 */
export function createChunkWriter({ table, pool, padding, emit }: ChunkWriterOptions): ChunkWriter {
  const pad = Buffer.from(padding);
  let buffer: Buffer | undefined;
  let view: DataView = NOTHING;
  let length = 0;
  let rows = 0;
  let total = 0;
  let taken = 0;
  let columns: readonly string[] = [];

  const flush = () => {
    if (buffer === undefined || rows === 0) return;
    emit({ table, columns, rows, bytes: buffer.subarray(0, length) });
    buffer = undefined;
    length = 0;
    rows = 0;
  };

  const grow = (need: number) => {
    flush();
    const size = SIZES[Math.min(taken, SIZES.length - 1)] ?? LARGEST;
    taken += 1;
    buffer = pool.take(Math.max(size, need));
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    return buffer;
  };

  /** Adds the missing columns to the rows in the buffer, or hands them out as they are when there is no room. */
  const widen = (next: readonly string[]) => {
    const added = (next.length - columns.length) * pad.length;
    if (buffer !== undefined && rows > 0) {
      if (length + added * rows <= buffer.length) {
        length = padRows(buffer, length, pad, next.length - columns.length, rows);
      } else flush();
    }
    columns = next;
  };

  return {
    write(row, next) {
      if (next !== columns) widen(next);
      // A UTF-16 unit takes at most three bytes; only where that bound does not fit is the exact size worth its price.
      let need = row.length * 3 + 1;
      if (need > LARGEST) need = Buffer.byteLength(row) + 1;
      let target = buffer;
      if (target === undefined || length + need > target.length) target = grow(need);
      length += target.write(row, length);
      target[length] = NEWLINE;
      length += 1;
      rows += 1;
      total += 1;
    },
    room(size, next) {
      if (next !== columns) widen(next);
      const target = buffer;
      return target === undefined || length + size > target.length ? grow(size) : target;
    },
    get view() {
      return view;
    },
    get at() {
      return length;
    },
    wrote(end) {
      if (buffer === undefined) return;
      buffer[end] = NEWLINE;
      length = end + 1;
      rows += 1;
      total += 1;
    },
    flush,
    get rows() {
      return total;
    },
  };
}

/** Moves the rows apart from the last to the first and writes `count` paddings at the end of each. Returns the new length. */
function padRows(buffer: Buffer, length: number, pad: Buffer, count: number, rows: number): number {
  const added = pad.length * count;
  const newLength = length + added * rows;
  let to = newLength;
  let end = length;
  while (end > 0) {
    const start = end === 1 ? 0 : buffer.lastIndexOf(NEWLINE, end - 2) + 1;
    to -= 1;
    buffer[to] = NEWLINE;
    for (let i = 0; i < count; i += 1) {
      to -= pad.length;
      pad.copy(buffer, to);
    }
    const size = end - 1 - start;
    to -= size;
    buffer.copyWithin(to, start, end - 1);
    end = start;
  }
  return newLength;
}

/** Buffers that are used again once their chunk is on disk. */
export interface BufferPool {
  /** At least `size` bytes, with content left from before. */
  take(size: number): Buffer;
  /** The bytes of a chunk that nobody reads any more. */
  release(bytes: Uint8Array): void;
}

/** Keeps at most `keep` buffers of each of the usual sizes. */
export function createBufferPool(keep = 16): BufferPool {
  const free = new Map<number, Buffer[]>(SIZES.map((size) => [size, []]));
  return {
    take: (size) => free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size),
    release: (bytes) => {
      const stack = free.get(bytes.buffer.byteLength);
      if (stack === undefined || stack.length >= keep || !(bytes.buffer instanceof ArrayBuffer)) return;
      stack.push(Buffer.from(bytes.buffer));
    },
  };
}
