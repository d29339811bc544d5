const TAB = 9;
const NEWLINE = 10;

/**
 * Cuts some fields out of COPY text, row by row, and adds a running number: the keys of a merge in the order of arrival,
 * again as COPY text. Fields are copied as they stand, escapes included; in COPY text a tab or newline byte is never
 * part of a value. A field of -1 is not in the file: null.
 *
 * `first` is the number of the first row. The chunks may end anywhere; memory holds one row and one buffer.
 */
export async function* keyRows(
  chunks: AsyncIterable<Uint8Array>,
  fields: readonly number[],
  columnCount: number,
  first: number,
): AsyncGenerator<Buffer> {
  const cut = fieldCutter(fields, columnCount);
  let sequence = first;
  // The row that the last chunk has cut. Only this one is put together anew: copies of whole chunks would be memory
  // outside the engine's heap, which is given back late.
  let begun: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = asBuffer(chunk);
    let out = "";
    let start = 0;
    const take = (row: Buffer, from: number, to: number): void => {
      out += `${cut(row, from, to)}\t${sequence++}\n`;
    };
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (begun.length > 0) {
        const row = Buffer.concat([begun, bytes.subarray(0, end)]);
        begun = Buffer.alloc(0);
        take(row, 0, row.length);
      } else take(bytes, start, end);
      start = end + 1;
    }
    // A copy: the stream may use the chunk's memory again.
    if (start < bytes.length) begun = Buffer.concat([begun, bytes.subarray(start)]);
    // latin1 both ways hands UTF-8 bytes through untouched.
    if (out !== "") yield Buffer.from(out, "latin1");
  }
}

/**
 * Finds fields from the nearer end of the row: keys stand at the beginning, row ids at the end, and wide rows have much
 * between them.
 */
function fieldCutter(
  fields: readonly number[],
  columnCount: number,
): (bytes: Buffer, start: number, end: number) => string {
  const near = Math.ceil(columnCount / 2);
  const lastFront = Math.max(-1, ...fields.filter((field) => field >= 0 && field < near));
  const firstBack = Math.min(columnCount, ...fields.filter((field) => field >= near));
  const found: string[] = new Array(columnCount).fill("\\N");
  return (bytes, start, end) => {
    for (let field = 0, from = start; field <= lastFront; field++) {
      const tab = bytes.indexOf(TAB, from);
      const to = tab < 0 || tab > end ? end : tab;
      found[field] = bytes.toString("latin1", from, to);
      from = to + 1;
    }
    for (let field = columnCount - 1, to = end; field >= firstBack; field--) {
      const tab = field === 0 ? -1 : bytes.lastIndexOf(TAB, to - 1);
      const from = tab < start ? start : tab + 1;
      found[field] = bytes.toString("latin1", from, to);
      to = from - 1;
    }
    return fields.map((field) => (field < 0 ? "\\N" : found[field])).join("\t");
  };
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
