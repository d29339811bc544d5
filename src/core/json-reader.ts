import type { JsonValue } from "./json.ts";
import { depthLimit, type JsonReadOptions, readLexemes } from "./json-lexemes.ts";
import { isLossless } from "./json-scan.ts";

export { JsonDepthError, type JsonReadOptions, JsonSyntaxError } from "./json-lexemes.ts";
export { byteOffset, decodeUtf8, Utf8Error } from "./utf8.ts";

/**
 * Reads a JSON document into a {@link JsonValue} and loses nothing that dlt's types depend on.
 *
 * `JSON.parse` reads the text; only when it lost something (most pages: no) is it read again by the lexeme-keeping
 * reader. Throws `JsonSyntaxError` with the offset in `text` and `JsonDepthError` when arrays and objects are nested
 * deeper than `maxDepth`.
 */
export function parseJson(text: string, options: JsonReadOptions = {}): JsonValue {
  if (options.keepLexemes === true) return readLexemes(text, options);
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's messages do not always tell the position; the slow reader does, and it knows `nonFinite`.
    return readLexemes(text, options);
  }
  return isLossless(text, value, depthLimit(options)) ? value : readLexemes(text, options);
}
