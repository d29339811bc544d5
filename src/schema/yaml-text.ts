import { Double, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";

/** Column after which a text is broken at its next single blank. */
const WIDTH = 80;

/**
 * A document as PyYAML's `dump` writes it in block style, keys in their order: the form of dlt's schema files. Texts with
 * control characters are not broken into lines, in which it differs; both read it as the same.
 */
export function yamlText(document: JsonObject): string {
  return `${mapping(document, 0)}\n`;
}

function mapping(object: JsonObject, indent: number): string {
  return keysOf(object)
    .map((key) => {
      const head = scalarText(key, indent, 0, true);
      return `${head}:${value(object[key] ?? null, indent, indent + [...head].length + 1)}`;
    })
    .join(`\n${" ".repeat(indent)}`);
}

/** What follows a colon or a hyphen, blank or line break included. */
function value(what: JsonValue, indent: number, column: number): string {
  if (isJsonArray(what)) {
    return what.length === 0 ? " []" : `\n${" ".repeat(indent)}${sequence(what, indent)}`;
  }
  if (isJsonObject(what)) {
    return keysOf(what).length === 0 ? " {}" : `\n${" ".repeat(indent + 2)}${mapping(what, indent + 2)}`;
  }
  return ` ${scalar(what, indent, column + 1)}`;
}

/** dlt: PyYAML does not indent the items of a list below their key. */
function sequence(items: readonly JsonValue[], indent: number): string {
  const pad = " ".repeat(indent);
  return items
    .map((item) => {
      if (isJsonArray(item) && item.length > 0) return `- ${sequence(item, indent + 2)}`;
      if (isJsonObject(item) && keysOf(item).length > 0) return `- ${mapping(item, indent + 2)}`;
      return `-${value(item, indent, indent + 1)}`;
    })
    .join(`\n${pad}`);
}

function scalar(what: JsonValue, indent: number, column: number): string {
  if (what === null) return "null";
  if (typeof what === "string") return scalarText(what, indent, column, false);
  if (what instanceof Double) return Number.isInteger(what.value) ? `${what.value}.0` : `${what.value}`;
  return String(what);
}

function scalarText(text: string, indent: number, column: number, isKey: boolean): string {
  if (isPlain(text) && !isImplicit(text)) return isKey ? text : fold(text, indent, column);
  if (UNQUOTABLE.test(text)) return JSON.stringify(text).replace(/[\p{Cc}\u2028\u2029\ufeff]/gu, escaped);
  const quoted = text.replaceAll("'", "''");
  return `'${isKey ? quoted : fold(quoted, indent, column + 1)}'`;
}

function fold(text: string, indent: number, column: number): string {
  let at = column;
  let out = "";
  const parts = text.split(/( +)/);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1 && part === " " && at > WIDTH && index > 1 && index < parts.length - 1) {
      out += `\n${" ".repeat(indent + 2)}`;
      at = indent + 2;
      continue;
    }
    out += part;
    at += [...part].length;
  }
  return out;
}

/** May stand without quotes, as far as its characters go. */
function isPlain(text: string): boolean {
  if (text === "" || /^(?:---|\.\.\.)/.test(text) || /^[\s]|[\s]$/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](?:\s|$)/.test(text)) return false;
  return !/:(?:\s|$)|\s#/.test(text) && !UNQUOTABLE.test(text);
}

/** Control characters and line breaks: only double quotes hold them on one line. */
const UNQUOTABLE = /[\p{Cc}\u2028\u2029\ufeff]/u;

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/** Would be read as something else than a text. */
function isImplicit(text: string): boolean {
  return IMPLICIT.some((expression) => expression.test(text));
}

const IMPLICIT: readonly RegExp[] = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|~|null|Null|NULL|<<|=)$/,
  /^[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  /^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?$/,
];
