import type { JsonValue } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";

/**
 * A scalar as YAML that every reader takes for the same value, YAML 1.1 among them: text that begins like a word or a
 * path and holds nothing special stands plain, all other text as a JSON string, which YAML 1.2 reads as JSON does.
 *
 * @param inFlow within `{...}` or `[...]`, where commas and brackets end a text
 */
export function yamlScalar(value: JsonValue, inFlow: boolean): string {
  return typeof value === "string" ? yamlText(value, inFlow) : compactJson(value);
}

export function yamlText(text: string, inFlow: boolean): string {
  const isPlain = (inFlow ? PLAIN_IN_FLOW : PLAIN).test(text) && !WORDS.test(text);
  return isPlain ? text : quoted(text);
}

/** Begins with what no number, date or indicator begins with; a colon, a hash or a blank at the end never stands in it. */
const PLAIN = /^[A-Za-z_/$](?:[\w./$*+=?&%(){}[\],'@~-]| (?=[^\s#]))*$/;
const PLAIN_IN_FLOW = /^[A-Za-z_/$](?:[\w./$*+=&%()@~-]| (?=[^\s#]))*$/;

/** What YAML 1.1 or 1.2 reads as something else than text. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/**
 * Characters that JSON leaves as they are and YAML does not take, or takes for the end of a line; and those that turn the
 * direction of reading, so that a file reads as it is.
 */
const UNPRINTABLE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
