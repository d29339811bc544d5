import { Double, type JsonValue, KEY_ORDER, setOwn } from "./json.ts";

export interface JsonReadOptions {
  /** Deepest nesting of arrays and objects; at most 2000, where recursion is still safe. Default 500. */
  readonly maxDepth?: number;
  /** Give every float as a `Double` with its lexeme. */
  readonly keepLexemes?: boolean;
  /**
   * The tokens `NaN`, `Infinity`, `-Infinity`: refused (default), or read as null like floats too large for a double (`1e400`, else a
   * `Double` that is not finite).
   */
  readonly nonFinite?: "error" | "null";
}

const DEFAULT_DEPTH = 500;
const MOST_DEPTH = 2000;
/** Python's own limit for integers from text; keeps the work per number bounded. */
const MOST_DIGITS = 4300;

/** The text is not JSON. */
export class JsonSyntaxError extends Error {
  /** Code units before the fault; the length of the text when it ends too early. */
  readonly offset: number;
  /** What is wrong, without the place. */
  readonly detail: string;

  constructor(detail: string, offset: number) {
    super(`${detail} at offset ${offset}`);
    this.name = "JsonSyntaxError";
    this.offset = offset;
    this.detail = detail;
  }
}

/** The text is nested deeper than allowed. */
export class JsonDepthError extends Error {
  readonly offset: number;
  readonly maxDepth: number;

  constructor(offset: number, maxDepth: number) {
    super(`nested deeper than ${maxDepth} at offset ${offset}`);
    this.name = "JsonDepthError";
    this.offset = offset;
    this.maxDepth = maxDepth;
  }
}

/** The limit that holds: what is asked for, within what recursion bears. */
export function depthLimit(options: JsonReadOptions): number {
  return Math.min(options.maxDepth ?? DEFAULT_DEPTH, MOST_DEPTH);
}

/** Reads JSON by the grammar of `JSON.parse`, keeping number kinds, long integers and the order of keys. */
export function readLexemes(text: string, options: JsonReadOptions = {}): JsonValue {
  const maxDepth = depthLimit(options);
  const keepLexemes = options.keepLexemes === true;
  const nonFinite = options.nonFinite === "null";
  const following = new Map<string, string>();
  let at = 0;

  function fail(detail: string, offset = at): never {
    throw offset >= text.length
      ? new JsonSyntaxError("unexpected end", text.length)
      : new JsonSyntaxError(detail, offset);
  }

  function skipBlanks(): number {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code > 0x20 || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)) return code;
      at += 1;
    }
  }

  function readValue(depth: number): JsonValue {
    const code = skipBlanks();
    switch (code) {
      case 0x22:
        return readString();
      case 0x7b:
        return readObject(depth + 1);
      case 0x5b:
        return readArray(depth + 1);
      case 0x74:
        return readWord("true", true);
      case 0x66:
        return readWord("false", false);
      case 0x6e:
        return readWord("null", null);
      default:
        if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return readNumber();
        if (nonFinite && code === 0x4e) return readWord("NaN", null);
        if (nonFinite && code === 0x49) return readWord("Infinity", null);
        return fail(foreignToken() ?? "expected a value");
    }
  }

  /** Other languages' words that JSON does not have. */
  function foreignToken(): string | undefined {
    const word = ["NaN", "Infinity", "undefined", "None", "True", "False"].find((each) => text.startsWith(each, at));
    return word === undefined ? undefined : `${word} is no JSON value`;
  }

  function readWord<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i += 1) {
      if (text.charCodeAt(at + i) !== word.charCodeAt(i)) fail("expected a value", at + i);
    }
    at += word.length;
    return value;
  }

  function readObject(depth: number): JsonValue {
    if (depth > maxDepth) throw new JsonDepthError(at, maxDepth);
    at += 1;
    const object: { [key: string]: JsonValue } = {};
    let order: string[] | undefined;
    let previous = "";
    if (skipBlanks() === 0x7d) {
      at += 1;
      return object;
    }
    for (;;) {
      if (skipBlanks() !== 0x22) fail("expected a key in quotes");
      const key = readKey(previous);
      previous = key;
      if (skipBlanks() !== 0x3a) fail("expected ':'");
      at += 1;
      const value = readValue(depth);
      const first = key.charCodeAt(0);
      if (order === undefined && first <= 0x39 && first >= 0x30 && isArrayIndex(key)) order = Object.keys(object);
      if (order !== undefined && !Object.hasOwn(object, key)) order.push(key);
      if (first === 0x5f) setOwn(object, key, value);
      else object[key] = value;
      const code = skipBlanks();
      at += 1;
      if (code === 0x2c) continue;
      if (code === 0x7d) break;
      fail("expected ',' or '}'", at - 1);
    }
    if (order !== undefined) keepOrder(object, order);
    return object;
  }

  /** Records repeat their keys: the key that followed the previous one last time is compared in place, which costs a third. */
  function readKey(previous: string): string {
    const guess = following.get(previous);
    if (guess !== undefined && text.startsWith(guess, at + 1) && text.charCodeAt(at + 1 + guess.length) === 0x22) {
      at += guess.length + 2;
      return guess;
    }
    const open = at;
    const key = readString();
    // A key with an escape, or one that ends in the middle of it, cannot be compared in place.
    if (key.length === at - open - 2) following.set(previous, key);
    return key;
  }

  function readArray(depth: number): JsonValue {
    if (depth > maxDepth) throw new JsonDepthError(at, maxDepth);
    at += 1;
    const items: JsonValue[] = [];
    if (skipBlanks() === 0x5d) {
      at += 1;
      return items;
    }
    for (;;) {
      items.push(readValue(depth));
      const code = skipBlanks();
      at += 1;
      if (code === 0x2c) continue;
      if (code === 0x5d) return items;
      fail("expected ',' or ']'", at - 1);
    }
  }

  function readString(): string {
    const open = at;
    let position = at + 1;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === 0x22) break;
      if (code === 0x5c) return readEscaped(open, position);
      if (!(code >= 0x20)) fail("control character in a string", position);
      position += 1;
      if (position - open === 32) {
        PLAIN.lastIndex = position;
        PLAIN.test(text);
        position = PLAIN.lastIndex;
      }
    }
    at = position + 1;
    return detach(text.slice(open + 1, position));
  }

  /** A string with a backslash at `position`: finds its end, checks every escape, leaves the rest to `JSON.parse`. */
  function readEscaped(open: number, position: number): string {
    let end = position;
    for (;;) {
      const code = text.charCodeAt(end);
      if (code === 0x22) break;
      if (!(code >= 0x20)) fail("control character in a string", end);
      if (code !== 0x5c) {
        end += 1;
        continue;
      }
      const escaped = text.charCodeAt(end + 1);
      if (escaped === 0x75) {
        for (let i = end + 2; i < end + 6; i += 1) {
          if (!isHexDigit(text.charCodeAt(i))) fail("bad unicode escape in a string", i);
        }
        end += 6;
      } else {
        if (!SIMPLE_ESCAPES.has(escaped)) fail("bad escape in a string", end + 1);
        end += 2;
      }
    }
    at = end + 1;
    const read: unknown = JSON.parse(text.slice(open, at));
    return String(read);
  }

  function skipDigits(): void {
    const start = at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (!(code >= 0x30 && code <= 0x39)) break;
      at += 1;
    }
    if (at === start) fail("expected a digit");
  }

  function readNumber(): JsonValue {
    const start = at;
    if (text.charCodeAt(at) === 0x2d) {
      at += 1;
      if (nonFinite && text.charCodeAt(at) === 0x49) return readWord("Infinity", null);
    }
    if (text.charCodeAt(at) === 0x30) at += 1;
    else skipDigits();
    const integerEnd = at;
    let code = text.charCodeAt(at);
    if (code === 0x2e) {
      at += 1;
      skipDigits();
      code = text.charCodeAt(at);
    }
    if (code === 0x65 || code === 0x45) {
      at += 1;
      const sign = text.charCodeAt(at);
      if (sign === 0x2b || sign === 0x2d) at += 1;
      skipDigits();
    }
    const lexeme = text.slice(start, at);
    if (at > integerEnd) return readFloat(lexeme);
    if (lexeme.length > MOST_DIGITS) fail(`integer of more than ${MOST_DIGITS} digits`, start);
    const value = Number(lexeme);
    // Adding zero turns the integer -0 into 0, as Python reads it.
    return Number.isSafeInteger(value) ? value + 0 : BigInt(lexeme);
  }

  function readFloat(lexeme: string): JsonValue {
    const value = Number(lexeme);
    if (nonFinite && !Number.isFinite(value)) return null;
    const plain = !keepLexemes && Number.isFinite(value) && !Number.isInteger(value);
    return plain ? value : new Double(value, detach(lexeme));
  }

  const value = readValue(0);
  skipBlanks();
  if (at < text.length) fail("unexpected text after the document");
  return value;
}

/** What a string may hold without more ado; from the 32nd character on faster than a look at each. */
const PLAIN = /[ !#-[\]-\uffff]*/y;

const SIMPLE_ESCAPES: ReadonlySet<number> = new Set([...'"\\/bfnrt'].map((c) => c.charCodeAt(0)));

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** Keys that engines order by number: "0" to "4294967294" without leading zeros. */
function isArrayIndex(key: string): boolean {
  return key.length <= 10 && /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 4294967295;
}

function keepOrder(object: { [key: string]: JsonValue }, order: readonly string[]): void {
  const own = Object.keys(object);
  if (own.every((key, index) => key === order[index])) return;
  // Not enumerable: a copy by spread must not carry the order of another object's keys.
  Object.defineProperty(object, KEY_ORDER, { value: order, enumerable: false });
}

/**
 * V8 makes a long slice a pointer into the whole text: one kept value (a cursor) would keep the page alive. Joining and
 * slicing again copies it.
 */
function detach(slice: string): string {
  return slice.length < 13 ? slice : ` ${slice}`.slice(1);
}
