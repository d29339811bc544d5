import { Double, isJsonArray, type JsonObject, type JsonValue, keysOf } from "./json.ts";
import { pythonFloatRepr } from "./python-text.ts";

/**
 * The text that dlt writes for a document: block style, keys in their order, lists not indented below their key, texts
 * folded at 80 columns. Ends with a line break. Line breaks other than `\n` are escaped, so that all readers agree.
 * dlt: PyYAML's `dump(default_flow_style=False, sort_keys=False, allow_unicode=True)`.
 */
export function yamlText(value: JsonValue): string {
  const out = new YamlWriter();
  out.node(value, 0);
  return out.text.endsWith("\n") ? out.text : `${out.text}\n`;
}

const WIDTH = 80;

class YamlWriter {
  text = "";
  #column = 0;

  /** Writes a value; the writer stands behind `key:` or `-`, or at the start of the document. */
  node(value: JsonValue, indent: number): void {
    if (isJsonArray(value)) {
      if (value.length === 0) this.#put(`${this.#gap()}[]`);
      for (const item of value) this.#item(item, indent);
    } else if (typeof value === "object" && value !== null && !(value instanceof Double)) {
      if (keysOf(value).length === 0) this.#put(`${this.#gap()}{}`);
      this.#mapping(value, indent);
    } else {
      this.#put(this.#gap());
      this.#scalar(value, indent);
    }
  }

  /** Nothing at the start of the document. */
  #gap(): string {
    return this.text === "" ? "" : " ";
  }

  #mapping(object: JsonObject, indent: number, first = false): void {
    let inline = first;
    for (const key of keysOf(object)) {
      const value = object[key] ?? null;
      if (!inline) this.#line(indent);
      inline = false;
      this.#string(key, indent, true);
      this.#put(":");
      // A list stands at the column of its key, a mapping or a folded text two columns further.
      this.node(value, isJsonArray(value) ? indent : indent + 2);
    }
  }

  #item(item: JsonValue, indent: number): void {
    this.#line(indent);
    this.#put("-");
    if (isJsonArray(item) && item.length > 0) {
      this.#put(" ");
      // Items of a list in a list begin on the line of their dash.
      const inner = new YamlWriter();
      for (const one of item) inner.#item(one, indent + 2);
      this.#put(inner.text.replace(/^\n? */, ""));
    } else if (typeof item === "object" && item !== null && !(item instanceof Double) && !isJsonArray(item)) {
      this.#put(keysOf(item).length === 0 ? " {}" : " ");
      this.#mapping(item, indent + 2, true);
    } else {
      this.node(item, indent + 2);
    }
  }

  #scalar(value: Exclude<JsonValue, JsonObject | readonly JsonValue[]>, indent: number): void {
    if (value === null) this.#put("null");
    else if (typeof value === "string") this.#string(value, indent, false);
    else if (typeof value === "number") this.#put(Number.isInteger(value) ? String(value) : float(value));
    else if (value instanceof Double) this.#put(float(value.value));
    else this.#put(String(value));
  }

  #string(text: string, indent: number, isKey: boolean): void {
    const breaks = text.includes("\n");
    if (!isPrintable(text) || / \n|\n /.test(text) || (isKey && breaks))
      this.#doubleQuoted(text, isKey ? undefined : indent);
    else if (isPlain(text)) this.#folded(text, isKey ? undefined : indent);
    else {
      this.#put("'");
      this.#folded(text.replaceAll("'", "''"), isKey ? undefined : indent, true);
      this.#put("'");
    }
  }

  /** A blank beyond the width becomes a line break; a line break becomes two. */
  #folded(text: string, indent: number | undefined, quoted = false): void {
    const parts = text.split(/(\n+| +)/);
    for (const [index, part] of parts.entries()) {
      if (part.startsWith("\n")) {
        this.text += `\n${part}`;
        this.#column = 0;
        this.#put(" ".repeat(indent ?? 0));
        continue;
      }
      // A blank at an end of the text stays one.
      const edge = quoted && (parts[index - 1] === "" || (parts[index + 1] === "" && index === parts.length - 2));
      if (part === " " && indent !== undefined && this.#column > WIDTH && !edge) this.#line(indent);
      else this.#put(part);
    }
  }

  /** Escapes, and breaks with a backslash beyond the width; a blank after the break has a backslash of its own. */
  #doubleQuoted(text: string, indent: number | undefined): void {
    const characters = [...text];
    let start = 0;
    this.#put('"');
    for (let end = 0; end <= characters.length; end += 1) {
      const character = characters[end];
      const shown = character === undefined ? undefined : escaped(character);
      if (shown !== character || character === undefined) {
        this.#put(characters.slice(start, end).join(""));
        if (shown !== undefined) this.#put(shown);
        start = character === undefined ? end : end + 1;
      }
      const mayBreak = end > 0 && end < characters.length - 1 && (character === " " || start >= end);
      if (indent === undefined || !mayBreak || this.#column + (end - start) <= WIDTH) continue;
      this.#put(`${characters.slice(start, end).join("")}\\`);
      start = Math.max(start, end);
      this.#line(indent);
      if (characters[start] === " ") this.#put("\\");
    }
    this.#put('"');
  }

  #line(indent: number): void {
    if (this.text !== "") this.text += "\n";
    this.#column = 0;
    this.#put(" ".repeat(indent));
  }

  #put(text: string): void {
    this.text += text;
    this.#column += [...text].length;
  }
}

/** dlt: PyYAML needs a point before an exponent, which Python's own form lacks. */
function float(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value < 0 ? "-.inf" : ".inf";
  const text = pythonFloatRepr(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}

const INDICATOR_FIRST = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$)|---|\.\.\.)/;
const INDICATOR_INSIDE = /:(?:\s|$)|\s#/;

/** What PyYAML reads as something else than a text. */
const IMPLICIT = [
  /^(?:yes|no|true|false|on|off|Yes|No|True|False|On|Off|YES|NO|TRUE|FALSE|ON|OFF)$/,
  /^(?:~|null|Null|NULL|<<|=|[!&*])$/,
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
  /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^\d{4}-\d\d-\d\d$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
];

function isPlain(text: string): boolean {
  if (text === "" || text.includes("\n") || text.startsWith(" ") || text.endsWith(" ")) return false;
  return !INDICATOR_FIRST.test(text) && !INDICATOR_INSIDE.test(text) && !IMPLICIT.some((form) => form.test(text));
}

const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10fffe}]|[\u2028\u2029]/u;

function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code >= 0x20 && code <= 0x7e) return character;
  if (code >= 0xa0 && code <= 0xfffd && code !== 0xfeff && !isSurrogate) return character;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
