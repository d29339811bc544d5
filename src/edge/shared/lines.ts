import { createReadStream } from "node:fs";

const NEWLINE = 10;

/**
 * Lines of a UTF-8 file, split at `\n` alone (a `\r` before it goes too): JSON and COPY text may hold U+2028 and other
 * characters that line readers take for ends of lines.
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const bytes: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.toString("utf8", start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
  }
  if (rest.length > 0) yield rest.toString("utf8");
}
