import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import { yamlScalar, yamlText } from "./yaml-scalar.ts";

/** What is said about a value. Each text is one line. */
export interface Note {
  /** Lines above it, without `#`. */
  readonly before?: readonly string[];
  /** At the end of its line. */
  readonly beside?: string;
  /** Lines after its own entries; an empty mapping with such lines is written as `{}` with them below. */
  readonly inside?: readonly string[];
}

/** Notes in the shape of the value that they are about. */
export interface NoteTree {
  readonly note?: Note | undefined;
  /** Of the entries of a mapping by their keys, of the items of a list by their indexes. */
  readonly parts?: ReadonlyMap<string | number, NoteTree> | undefined;
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
export function commentedYaml(root: JsonObject, notes: NoteTree): string {
  const lines: string[] = [];

  function comment(indent: string, texts: readonly string[] | undefined): void {
    for (const text of texts ?? []) lines.push(text === "" ? "" : `${indent}# ${text}`);
  }

  function mapping(object: JsonObject, tree: NoteTree | undefined, indent: string): void {
    for (const key of keysOf(object)) {
      const part = tree?.parts?.get(key);
      comment(indent, part?.note?.before);
      const text = yamlText(key, false);
      const isLong = text.length > LONGEST_KEY;
      if (isLong) lines.push(`${indent}? ${text}`);
      entry(isLong ? `${indent}:` : `${indent}${text}:`, object[key] ?? null, part, `${indent}  `);
    }
  }

  function list(items: readonly JsonValue[], tree: NoteTree | undefined, indent: string): void {
    for (const [index, item] of items.entries()) {
      const part = tree?.parts?.get(index);
      const isBlock = isJsonObject(item) && keysOf(item).length > 0;
      if (isBlock && index > 0) lines.push("");
      comment(indent, part?.note?.before);
      if (!isBlock) {
        entry(`${indent}-`, item, part, `${indent}  `);
        continue;
      }
      const start = lines.length;
      mapping(item, part, `${indent}  `);
      comment(`${indent}  `, part?.note?.inside);
      dash(start, indent);
    }
  }

  /** Puts the dash before the first line of an item; comments above its first key stand above the dash then. */
  function dash(start: number, indent: string): void {
    let first = start;
    while (lines[first]?.trimStart().startsWith("#")) first += 1;
    const line = lines[first];
    if (line !== undefined) lines[first] = `${indent}- ${line.slice(indent.length + 2)}`;
  }

  function entry(head: string, value: JsonValue, tree: NoteTree | undefined, inner: string): void {
    const note = tree?.note;
    const beside = note?.beside === undefined ? "" : ` # ${note.beside}`;
    const inline = flow(value, tree, WIDTH - head.length);
    if (inline !== undefined) {
      lines.push(`${head} ${inline}${beside}`);
    } else {
      lines.push(`${head}${beside}`);
      if (isJsonObject(value)) mapping(value, tree, inner);
      else if (isJsonArray(value)) list(value, tree, inner);
    }
    comment(inner, note?.inside);
  }

  /** The value on one line, undefined when it does not go there. */
  function flow(value: JsonValue, tree: NoteTree | undefined, width: number): string | undefined {
    if (isJsonArray(value)) {
      if (value.length === 0) return "[]";
      if (value.some((item) => isJsonObject(item) || isJsonArray(item))) return undefined;
      const text = `[${value.map((item) => yamlScalar(item, true)).join(", ")}]`;
      return text.length <= width ? text : undefined;
    }
    if (!isJsonObject(value)) return yamlScalar(value, false);
    const keys = keysOf(value);
    if (keys.length === 0) return "{}";
    const parts: string[] = [];
    for (const key of keys) {
      const item = value[key] ?? null;
      if (isJsonObject(item) || isJsonArray(item) || tree?.parts?.has(key) === true) return undefined;
      parts.push(`${yamlText(key, true)}: ${yamlScalar(item, true)}`);
    }
    const text = `{ ${parts.join(", ")} }`;
    return text.length <= width ? text : undefined;
  }

  if (keysOf(root).length === 0) return "{}\n";
  mapping(root, notes, "");
  return `${lines.join("\n")}\n`;
}
