import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import { yamlScalar, yamlText } from "./yaml-scalar.ts";

export type Path = readonly (string | number)[];

/** What is said about a value. Each text is one line. */
export interface Note {
  /** Lines above it, without `#`. */
  readonly before?: readonly string[];
  /** At the end of its line. */
  readonly beside?: string;
  /** Lines after its own entries; an empty mapping with such lines is written as `{}` with them below. */
  readonly inside?: readonly string[];
}

/** Longest line of a mapping that is written as `{ a: 1, b: 2 }`. */
const WIDTH = 120;
/** From here on a key cannot stand before a colon on one line (YAML 1.2: 1024 characters). */
const LONGEST_KEY = 1000;

/**
 * A value as YAML with comments. Mappings of scalars that fit into a line stand in `{...}`, as do lists in `[...]`, unless
 * something is said about a part of them. An empty line stands between the items of a list of mappings.
 *
 * Own code, because a pipeline of 3000 resources takes `yaml` two seconds and this a tenth; `yaml` and js-yaml read it
 * back to the same value (`test/unit/generate/render/commented-yaml.test.ts`).
 */
export function commentedYaml(root: JsonObject, noteAt: (path: Path) => Note | undefined): string {
  const lines: string[] = [];

  function comment(indent: string, texts: readonly string[] | undefined): void {
    for (const text of texts ?? []) lines.push(text === "" ? "" : `${indent}# ${text}`);
  }

  function mapping(object: JsonObject, path: Path, indent: string): void {
    for (const key of keysOf(object)) {
      const at = [...path, key];
      const note = noteAt(at);
      comment(indent, note?.before);
      const text = yamlText(key, false);
      const isLong = text.length > LONGEST_KEY;
      if (isLong) lines.push(`${indent}? ${text}`);
      entry(isLong ? `${indent}:` : `${indent}${text}:`, object[key] ?? null, at, `${indent}  `, note);
    }
  }

  function list(items: readonly JsonValue[], path: Path, indent: string): void {
    for (const [index, item] of items.entries()) {
      const at = [...path, index];
      const note = noteAt(at);
      const isBlock = isJsonObject(item) && flow(item, at) === undefined;
      if (isBlock && index > 0) lines.push("");
      comment(indent, note?.before);
      if (!isBlock) {
        entry(`${indent}-`, item, at, `${indent}  `, note);
        continue;
      }
      const start = lines.length;
      mapping(item, at, `${indent}  `);
      comment(`${indent}  `, note?.inside);
      dash(start, indent);
    }
  }

  /** Puts the dash before the first line of an item; comments above its first key stand above the dash then. */
  function dash(start: number, indent: string): void {
    const first = lines.findIndex((line, index) => index >= start && !line.trimStart().startsWith("#"));
    const line = lines[first];
    if (line !== undefined) lines[first] = `${indent}- ${line.slice(indent.length + 2)}`;
  }

  function entry(head: string, value: JsonValue, path: Path, inner: string, note: Note | undefined): void {
    const beside = note?.beside === undefined ? "" : ` # ${note.beside}`;
    const inline = flow(value, path, WIDTH - head.length);
    if (inline !== undefined) {
      lines.push(`${head} ${inline}${beside}`);
    } else {
      lines.push(`${head}${beside}`);
      if (isJsonObject(value)) mapping(value, path, inner);
      else if (isJsonArray(value)) list(value, path, inner);
    }
    comment(inner, note?.inside);
  }

  /** The value on one line, undefined when it does not go there. */
  function flow(value: JsonValue, path: Path, width = 0): string | undefined {
    if (isJsonArray(value)) {
      if (value.length === 0) return "[]";
      if (width === 0 || value.some((item) => isJsonObject(item) || isJsonArray(item))) return undefined;
      const text = `[${value.map((item) => yamlScalar(item, true)).join(", ")}]`;
      return text.length <= width ? text : undefined;
    }
    if (!isJsonObject(value)) return yamlScalar(value, false);
    const keys = keysOf(value);
    if (keys.length === 0) return "{}";
    if (width === 0) return undefined;
    const parts: string[] = [];
    for (const key of keys) {
      const item = value[key] ?? null;
      if (isJsonObject(item) || isJsonArray(item) || noteAt([...path, key]) !== undefined) return undefined;
      parts.push(`${yamlText(key, true)}: ${yamlScalar(item, true)}`);
    }
    const text = `{ ${parts.join(", ")} }`;
    return text.length <= width ? text : undefined;
  }

  if (keysOf(root).length === 0) return "{}\n";
  mapping(root, [], "");
  return `${lines.join("\n")}\n`;
}
