import type { RowEncoder } from "../../core/flow.ts";
import type { JsonValue } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";

/**
 * Fields of `COPY ... FROM STDIN` in text format: `\N` for null, so that an empty text stays an empty text. Backslash,
 * tab, newline and carriage return are escaped; NUL, which PostgreSQL stores neither in text nor in jsonb, is removed.
 */
export const copyText: RowEncoder = {
  nullField: "\\N",
  delimiter: "\t",
  text: encodeText,
  json: encodeJson,
  copyEscaped,
};

/** `\n`, `\r`, `\t` and the double backslash are the same in both; the others become the character they stand for. */
function copyEscaped(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let to = at;
  for (let from = start; from < end; from += 1) {
    let code = source[from] as number;
    if (code === 0x5c) {
      from += 1;
      code = source[from] as number;
      if (code === 0x62) code = 0x08;
      else if (code === 0x66) code = 0x0c;
      else if (code !== 0x22 && code !== 0x2f) {
        target[to] = 0x5c;
        to += 1;
      }
    }
    target[to] = code;
    to += 1;
  }
  return to;
}

function encodeText(value: string, onNul: () => void): string {
  if (!needsEscape(value)) return value;
  let text = value;
  if (text.includes("\0")) {
    onNul();
    text = text.replaceAll("\0", "");
  }
  return text.replace(SPECIAL, escapeOne);
}

function encodeJson(value: JsonValue, onNul: () => void, onSurrogate?: () => void): string {
  const text = compactJson(value);
  // All other control characters stand as escapes in JSON text, so a backslash is all there is to escape.
  if (!text.includes("\\")) return text;
  return (text.includes("\\u") ? cleanJson(text, onNul, onSurrogate) : text).replaceAll("\\", "\\\\");
}

/** jsonb refuses the escapes of NUL and of lone surrogates; the writer makes escapes of `\u` form for nothing else but control characters. */
function cleanJson(text: string, onNul: () => void, onSurrogate: (() => void) | undefined): string {
  let nul = false;
  let surrogate = false;
  const clean = text.replace(JSON_ESCAPE, (found) => {
    if (found === "\\u0000") {
      nul = true;
      return "";
    }
    if (!LONE_SURROGATE.test(found)) return found;
    surrogate = true;
    return "\ufffd";
  });
  if (nul) onNul();
  if (surrogate) onSurrogate?.();
  return clean;
}

/** Whole escapes only: in `\\u0000` the first two characters are a backslash of the data, and no NUL follows. */
const JSON_ESCAPE = /\\(?:u[0-9a-f]{4}|[^u])/g;
const LONE_SURROGATE = /^\\ud[89a-f]/;
const SPECIAL = /[\\\n\r\t]/g;
const SPECIAL_OR_NUL = /[\\\n\r\t\0]/;

/** A loop is faster than the expression for short texts: 24 ns against 40 for 20 characters. */
function needsEscape(value: string): boolean {
  const length = value.length;
  if (length > 40) return SPECIAL_OR_NUL.test(value);
  for (let i = 0; i < length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === 0x5c || (code < 0x0e && (code === 0x0a || code === 0x09 || code === 0x0d || code === 0))) return true;
  }
  return false;
}

function escapeOne(character: string): string {
  switch (character) {
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      return "\\\\";
  }
}
