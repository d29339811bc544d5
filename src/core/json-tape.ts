import { isUtf8 } from "node:buffer";

/**
 * A JSON list that was checked and cut into tokens, but not turned into values: where each key and value stands in
 * the bytes. Rows can be copied from it without making a string of any field.
 *
 * `entries` holds pairs `(a, b)`, `b` = kind + 16 * payload. A scalar: `a` is the offset of its first byte, payload that after
 * its last; the quotes of strings are left out. An object or a list: `a` is the offset of its bracket, payload the index of
 * the pair that closes it, whose `a` is the offset after the closing bracket. In an object a key comes before each value.
 */
export interface JsonTape {
  readonly bytes: Buffer;
  /** May be longer than what is used of it. */
  readonly entries: Int32Array;
  /** Numbers used in `entries`. */
  readonly size: number;
  /** Items of the list. */
  readonly count: number;
}

export const TOKEN = {
  close: 0,
  /** A string without a backslash. */
  plain: 1,
  /** A string with escapes, none of them `\u`. */
  escaped: 2,
  /** A string with `\u`. */
  unicode: 3,
  /** An integer of up to 15 digits that is not `-0`. */
  integer: 4,
  /** A fraction that a double gives back as it stands: 15 digits in all, no zero at the end, 0.1 and more. */
  decimal: 5,
  /** Any other number. */
  number: 6,
  true: 7,
  false: 8,
  null: 9,
  object: 10,
  array: 11,
} as const;

/** Deeper lists are left to the reader of values; recursion over the tape is safe. */
export const MOST_DEPTH = 64;
const LONGEST_NUMBER = 1000;
/** Offsets with their kind fit into 31 bits. */
const MOST_BYTES = 2 ** 26;

/**
 * Arrays used again: memory outside the engine's heap makes it mark the whole heap every few megabytes, which costs more than
 * the tokens.
 */
const free: Int32Array[] = [];
const MOST_FREE = 24;
const FIRST_LENGTH = 65_536;
const open = new Int32Array(MOST_DEPTH + 1);

/**
 * Cuts a document into tokens whose top is a list. Undefined for everything else, valid or not: text that is no JSON or no
 * UTF-8, deep nesting, very large pages; the reader of values tells what is wrong with them.
 */
export function scanList(body: Uint8Array): JsonTape | undefined {
  if (body.length > MOST_BYTES || !isUtf8(body)) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const end = bytes.length;
  let entries = free.pop() ?? new Int32Array(FIRST_LENGTH);
  let size = 0;
  let depth = 0;
  let count = 0;
  let at = 0;
  let inObject = false;
  /** Nothing stands yet in the innermost object or list. */
  let fresh = true;

  while (at < end && isBlank(bytes[at] as number)) at += 1;
  if (bytes[at] !== 0x5b) return undefined;

  for (;;) {
    // A place for a key and a value.
    if (size + 8 > entries.length) {
      const larger = new Int32Array(entries.length * 2);
      larger.set(entries);
      entries = larger;
    }
    let code = bytes[at] as number;
    while (code <= 0x20 && at < end) {
      if (!isBlank(code)) return undefined;
      at += 1;
      code = bytes[at] as number;
    }
    if (at >= end) return undefined;
    let closed = false;
    if (depth > 0 && fresh && code === (inObject ? 0x7d : 0x5d)) {
      closed = true;
    } else {
      if (inObject) {
        if (code !== 0x22) return undefined;
        at = readString(at + 1);
        if (at < 0) return undefined;
        while (at < end && isBlank(bytes[at] as number)) at += 1;
        if (bytes[at] !== 0x3a) return undefined;
        at += 1;
        while (at < end && isBlank(bytes[at] as number)) at += 1;
        if (at >= end) return undefined;
        code = bytes[at] as number;
      } else if (depth === 1) count += 1;
      if (code === 0x22) {
        at = readString(at + 1);
        if (at < 0) return undefined;
      } else if (code === 0x7b || code === 0x5b) {
        if (depth >= MOST_DEPTH) return undefined;
        entries[size] = at;
        entries[size + 1] = code === 0x7b ? TOKEN.object : TOKEN.array;
        open[depth] = size;
        depth += 1;
        size += 2;
        at += 1;
        inObject = code === 0x7b;
        fresh = true;
        continue;
      } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
        at = readNumber(at);
        if (at < 0) return undefined;
      } else {
        const length = code === 0x66 ? 5 : 4;
        const kind = code === 0x74 ? TOKEN.true : code === 0x66 ? TOKEN.false : TOKEN.null;
        const word = kind === TOKEN.true ? TRUE : kind === TOKEN.false ? FALSE : NULL;
        for (let i = 0; i < length; i += 1) if (bytes[at + i] !== word[i]) return undefined;
        entries[size] = at;
        at += length;
        entries[size + 1] = kind + at * 16;
        size += 2;
      }
    }
    // After a value, or at a closing bracket.
    for (;;) {
      code = bytes[at] as number;
      while (code <= 0x20 && at < end) {
        if (!isBlank(code)) return undefined;
        at += 1;
        code = bytes[at] as number;
      }
      if (!closed && code === 0x2c) {
        at += 1;
        fresh = false;
        break;
      }
      if (at >= end || code !== (inObject ? 0x7d : 0x5d)) return undefined;
      closed = false;
      at += 1;
      depth -= 1;
      const start = open[depth] as number;
      entries[start + 1] = (entries[start + 1] as number) + size * 16;
      entries[size] = at;
      entries[size + 1] = TOKEN.close;
      size += 2;
      if (depth === 0) {
        while (at < end && isBlank(bytes[at] as number)) at += 1;
        if (at < end) return undefined;
        if (size * 2 >= entries.length) return { bytes, entries, size, count };
        // Many small pages may wait at a time.
        const own = entries.slice(0, size);
        keep(entries);
        return { bytes, entries: own, size, count };
      }
      inObject = ((entries[(open[depth - 1] as number) + 1] as number) & 15) === TOKEN.object;
      // The closing pair needs a place too.
      if (size + 8 > entries.length) {
        const larger = new Int32Array(entries.length * 2);
        larger.set(entries);
        entries = larger;
      }
    }
  }

  /** Where the first quote, backslash or control character is; four bytes at a time as long as none of them is one. */
  function plainEnd(start: number): number {
    let i = start;
    for (const last = end - 4; i <= last; i += 4) {
      const four = view.getInt32(i, true);
      const quote = four ^ 0x22222222;
      const backslash = four ^ 0x5c5c5c5c;
      // The highest bit of a byte is set where it is zero, zero, and below a blank; bits above such a byte may be wrong.
      const found =
        (((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((four - 0x20202020) & ~four)) &
        HIGH_BITS;
      if (found !== 0) break;
    }
    let code = bytes[i] as number;
    while (code !== 0x22 && code !== 0x5c && code >= 0x20) {
      i += 1;
      code = bytes[i] as number;
    }
    return i;
  }

  /** From after the opening quote; returns the offset after the closing one, or -1. */
  function readString(start: number): number {
    let i = plainEnd(start);
    let code = bytes[i] as number;
    let kind: number = TOKEN.plain;
    while (code !== 0x22) {
      if (code !== 0x5c) {
        if (!(code >= 0x20)) return -1;
        i = plainEnd(i + 1);
      } else {
        const escaped = bytes[i + 1] as number;
        if (escaped === 0x75) {
          for (let j = i + 2; j < i + 6; j += 1) if (!isHexDigit(bytes[j] as number)) return -1;
          kind = TOKEN.unicode;
          i += 6;
        } else {
          if (SIMPLE_ESCAPES[escaped] !== 1) return -1;
          if (kind === TOKEN.plain) kind = TOKEN.escaped;
          i += 2;
        }
      }
      code = bytes[i] as number;
    }
    entries[size] = start;
    entries[size + 1] = kind + i * 16;
    size += 2;
    return i + 1;
  }

  function readNumber(start: number): number {
    let i = start;
    if (bytes[i] === 0x2d) i += 1;
    const whole = i;
    if (bytes[i] === 0x30) i += 1;
    else {
      while (isDigit(bytes[i] as number)) i += 1;
      if (i === whole) return -1;
    }
    let kind: number =
      i - whole <= 15 && !(i - start === 2 && bytes[start] === 0x2d && bytes[whole] === 0x30)
        ? TOKEN.integer
        : TOKEN.number;
    let code = bytes[i] as number;
    if (code === 0x2e) {
      const fraction = i + 1;
      i += 1;
      while (isDigit(bytes[i] as number)) i += 1;
      if (i === fraction) return -1;
      const plain = i - whole <= 16 && bytes[i - 1] !== 0x30 && (bytes[whole] !== 0x30 || bytes[fraction] !== 0x30);
      kind = plain ? TOKEN.decimal : TOKEN.number;
      code = bytes[i] as number;
    }
    if (code === 0x65 || code === 0x45) {
      kind = TOKEN.number;
      i += 1;
      code = bytes[i] as number;
      if (code === 0x2b || code === 0x2d) i += 1;
      const digits = i;
      while (isDigit(bytes[i] as number)) i += 1;
      if (i === digits) return -1;
    }
    // Very long integers are refused by the reader of values.
    if (i - start > LONGEST_NUMBER) return -1;
    entries[size] = start;
    entries[size + 1] = kind + i * 16;
    size += 2;
    return i;
  }
}

/** Takes the memory of a tape back that nobody reads any more. */
export function releaseTape(tape: JsonTape): void {
  keep(tape.entries);
}

function keep(entries: Int32Array): void {
  if (entries.length >= FIRST_LENGTH && free.length < MOST_FREE && !free.includes(entries)) free.push(entries);
}

const HIGH_BITS = 0x80808080 | 0;
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

const SIMPLE_ESCAPES = new Uint8Array(256);
for (const character of '"\\/bfnrt') SIMPLE_ESCAPES[character.charCodeAt(0)] = 1;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** The text of an item of the tape whose first pair is at `index`. */
export function itemText(tape: JsonTape, index: number): string {
  const { bytes, entries } = tape;
  const a = entries[index] as number;
  const b = entries[index + 1] as number;
  const kind = b & 15;
  if (kind >= TOKEN.object) return bytes.toString("utf8", a, entries[b >> 4]);
  const isText = kind <= TOKEN.unicode;
  return isText ? bytes.toString("utf8", a - 1, (b >> 4) + 1) : bytes.toString("latin1", a, b >> 4);
}

/** Where the pair after an item is. */
export function afterItem(entries: Int32Array, index: number): number {
  const b = entries[index + 1] as number;
  return (b & 15) >= TOKEN.object ? (b >> 4) + 2 : index + 2;
}
