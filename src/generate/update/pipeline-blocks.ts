import { isMap, isNode, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from "yaml";

/** A pipeline file cut into pieces of whole lines; joined they are the file again. */
export interface PipelineBlocks {
  /** All before the first resource. */
  readonly head: string;
  /** One a resource, with the comments above it. */
  readonly resources: readonly ResourceBlock[];
  /** All after the last resource. */
  readonly tail: string;
}

export interface ResourceBlock {
  /** Its name; of several resources of one name the later ones have a number too. */
  readonly key: string;
  /** Without the empty lines at its end. */
  readonly text: string;
  /** The empty lines between it and the next one. */
  readonly gap: string;
}

/** Why a pipeline file cannot be cut. */
export class BlocksError extends Error {}

/**
 * Cuts the text of a YAML pipeline file at its resources. Throws {@link BlocksError} when it is no YAML, or when its
 * `source.resources` is no list with one item a line.
 */
export function cutIntoBlocks(text: string): PipelineBlocks {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw new BlocksError(`not valid YAML: ${error.message}`);
  const resources = document.getIn(["source", "resources"]);
  if (!isSeq(resources) || resources.flow === true) {
    throw new BlocksError("expected a list with a line for each item at source.resources");
  }
  const lines = text.split(/(?<=\n)/);
  const lineOf = lineFinder(lines);
  const end = lastLine(resources.range?.[1] ?? text.length, text, lineOf, lines.length);
  const items = resources.items.filter(isMap);
  if (items.length !== resources.items.length) throw new BlocksError("expected a mapping for each of source.resources");
  const starts = items.map((item, index) => {
    const first = lineOf(item.range?.[0] ?? 0);
    // The dash may stand on a line of its own above the first key.
    let start = first;
    while (start > 0 && !/^\s*-(?:\s|$)/.test(lines[start] ?? "")) start -= 1;
    const before = items[index - 1];
    if (before === undefined) return commentsAbove(lines, start);
    const least = lineOf(Math.max(endOf(before) - 1, 0)) + 1;
    return least + ownedByNext(lines.slice(least, start), indentOf(lines[start] ?? ""));
  });
  const seen = new Map<string, number>();
  return {
    head: lines.slice(0, starts[0] ?? end).join(""),
    resources: items.map((item, index) => {
      const whole = lines.slice(starts[index], starts[index + 1] ?? end).join("");
      const gap = /(?<=\n)[\s]*$/.exec(whole)?.[0] ?? "";
      return { key: uniqueKey(nameOf(item), seen), text: whole.slice(0, whole.length - gap.length), gap };
    }),
    tail: lines.slice(end).join(""),
  };
}

/** The first of the comment lines that stand directly above a line. */
function commentsAbove(lines: readonly string[], line: number): number {
  let start = line;
  while (start > 0 && isComment(lines[start - 1] ?? "")) start -= 1;
  return start;
}

/**
 * Of the comments and empty lines between two resources, the first line that belongs to the second one. What stands further
 * to the right than its dash is inside the first one (keys that may be set); so is what stands directly below the first
 * with an empty line after it.
 */
function ownedByNext(between: readonly string[], dash: number): number {
  const blank = between.findIndex((line) => line.trim() === "");
  const from = blank < 0 ? 0 : blank + 1;
  const found = between.findIndex((line, index) => index >= from && isComment(line) && indentOf(line) <= dash);
  return found < 0 ? between.length : found;
}

function isComment(line: string): boolean {
  return /^\s*#/.test(line);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the last value of a node ends; the range of a mapping has the comments behind it, too. */
function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return endOf(isNode(last.value) && rangeEnd(last.value) > 0 ? last.value : last.key);
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return isNode(node) ? rangeEnd(node) : 0;
}

function rangeEnd(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** The line after the last resource. */
function lastLine(offset: number, text: string, lineOf: (offset: number) => number, count: number): number {
  // Comments at the end of the file are those of the last resource.
  return /^(?:\s|#[^\n]*(?:\n|$))*$/.test(text.slice(offset)) ? count : lineOf(Math.max(offset - 1, 0)) + 1;
}

function lineFinder(lines: readonly string[]): (offset: number) => number {
  const ends: number[] = [];
  let end = 0;
  for (const line of lines) {
    end += line.length;
    ends.push(end);
  }
  return (offset) => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

function nameOf(item: YAMLMap): string {
  const name = item.get("name", true);
  return isScalar(name) ? String(name.value) : "";
}

function uniqueKey(name: string, seen: Map<string, number>): string {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  return count === 1 ? name : `${name} (${count})`;
}
