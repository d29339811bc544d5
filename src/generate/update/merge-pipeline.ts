import { diff3Merge } from "node-diff3";
import { cutIntoBlocks, type PipelineBlocks, type ResourceBlock } from "./pipeline-blocks.ts";

export interface MergedPipeline {
  readonly text: string;
  /** Names of resources that are new in the document. */
  readonly added: readonly string[];
  /** Resources that the document has changed and that were changed with it. */
  readonly changed: readonly string[];
  /** Resources that the document no longer has; they stay in the file. */
  readonly removed: readonly string[];
  /** Resources that the user has taken out and that stay out. */
  readonly leftOut: readonly string[];
  /** Where the user and the document have changed the same lines: the user's stay. `the settings` is the top of the file. */
  readonly kept: readonly string[];
  /** Pieces of the file that change, as they are and as they will be. */
  readonly changes: readonly { readonly before: string; readonly after: string }[];
}

/**
 * A pipeline file that the user may have edited, brought up to what is generated now. What differs between `base` and
 * `fresh` is the document's change, what differs between `base` and `mine` is the user's, whose lines win. Comments and
 * layout of the user stay, because lines are merged, resource by resource.
 *
 * @param base what was generated last; undefined: not known, then only new resources are added
 */
export function mergePipeline(base: string | undefined, mine: string, fresh: string): MergedPipeline {
  // An editor of Windows may have changed the ends of all lines.
  if (!mine.includes("\r\n")) return mergeUnix(base, mine, fresh);
  const merged = mergeUnix(base, mine.replaceAll("\r\n", "\n"), fresh);
  return { ...merged, text: merged.text.replaceAll("\n", "\r\n") };
}

function mergeUnix(base: string | undefined, mine: string, fresh: string): MergedPipeline {
  const now = cutIntoBlocks(fresh);
  const own = cutIntoBlocks(mine);
  const before = base === undefined ? now : cutIntoBlocks(base);
  const was = new Map(before.resources.map(({ key, text }) => [key, text]));
  const will = new Map(now.resources.map(({ key, text }) => [key, text]));
  const there = new Set(own.resources.map(({ key }) => key));

  const merged: ResourceBlock[] = [];
  const [changed, removed, kept]: [string[], string[], string[]] = [[], [], []];
  const changes: { before: string; after: string }[] = [];
  const take = (name: string, old: string, current: string, next: string): string => {
    const { text, hasConflict } = mergeLines(old, current, next);
    if (hasConflict) kept.push(name);
    if (text !== current) {
      changes.push({ before: current, after: text });
      if (name !== SETTINGS) changed.push(name);
    }
    return text;
  };

  const head = take(SETTINGS, before.head, own.head, now.head);
  for (const block of own.resources) {
    const { key, text } = block;
    const next = will.get(key);
    if (next === undefined && was.has(key)) removed.push(key);
    merged.push(next === undefined ? block : { ...block, text: take(key, was.get(key) ?? next, text, next) });
  }
  const isNew = ({ key }: ResourceBlock) => !there.has(key) && (base === undefined || !was.has(key));
  const added = now.resources.filter(isNew);
  insert(merged, added, now.resources, indentOf(own));
  for (const { text } of added) changes.push({ before: "", after: text });
  return {
    text: [withEnd(head), ...merged.map(({ text, gap }) => `${withEnd(text)}${gap}`), own.tail].join(""),
    added: added.map(({ key }) => key),
    changed,
    removed,
    leftOut: base === undefined ? [] : now.resources.flatMap(({ key }) => (there.has(key) || !was.has(key) ? [] : key)),
    kept,
    changes,
  };
}

const SETTINGS = "the settings";

/** Each new resource goes behind the one that it follows in what is generated, if that is there. */
function insert(
  merged: ResourceBlock[],
  added: readonly ResourceBlock[],
  order: readonly ResourceBlock[],
  shift: (text: string) => string,
): void {
  const places = new Map(order.map(({ key }, index) => [key, index]));
  for (const block of added) {
    let at = -1;
    for (let index = (places.get(block.key) ?? 0) - 1; index >= 0 && at < 0; index--) {
      at = merged.findIndex(({ key }) => key === order[index]?.key);
    }
    const previous = merged[at];
    if (previous !== undefined && previous.gap === "") merged[at] = { ...previous, gap: "\n" };
    const gap = at + 1 < merged.length ? "\n" : "";
    merged.splice(at + 1, 0, { key: block.key, text: shift(block.text), gap });
  }
}

/** Moves a block to the column in which the user's resources stand. */
function indentOf({ resources }: PipelineBlocks): (text: string) => string {
  const dash = /^( *)- /m;
  const wanted = resources.map(({ text }) => dash.exec(text)?.[1]?.length).find((length) => length !== undefined);
  return (text) => {
    const found = dash.exec(text)?.[1]?.length;
    if (wanted === undefined || found === undefined || wanted === found) return text;
    const by = wanted - found;
    return text.replace(/^ *(?=\S)/gm, (blanks) => " ".repeat(Math.max(0, blanks.length + by)));
  };
}

function mergeLines(
  base: string,
  mine: string,
  fresh: string,
): { readonly text: string; readonly hasConflict: boolean } {
  if (mine === base || fresh === mine) return { text: fresh, hasConflict: false };
  if (fresh === base) return { text: mine, hasConflict: false };
  const lines = (text: string) => text.split(/(?<=\n)/);
  const regions = diff3Merge(lines(mine), lines(base), lines(fresh), { excludeFalseConflicts: true });
  const hasConflict = regions.some(({ conflict }) => conflict !== undefined);
  return { text: regions.map(({ ok, conflict }) => (ok ?? conflict?.a ?? []).join("")).join(""), hasConflict };
}

function withEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
