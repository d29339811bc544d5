import { diffIndices } from "node-diff3";

const CONTEXT = 2;

/** What changes between two texts, as lines with `-`, `+` and some unchanged ones around them. Empty when they are equal. */
export function lineDiff(before: string, after: string): readonly string[] {
  const [old, next] = [linesOf(before), linesOf(after)];
  const shown: string[] = [];
  let at = 0;
  for (const { buffer1, buffer1Content, buffer2Content } of diffIndices(old, next)) {
    const [start, length] = buffer1;
    const from = Math.max(at, start - CONTEXT);
    if (from > at && shown.length > 0) shown.push("...");
    for (const line of old.slice(from, start)) shown.push(` ${line}`);
    for (const line of buffer1Content) shown.push(`-${line}`);
    for (const line of buffer2Content) shown.push(`+${line}`);
    at = start + length;
  }
  for (const line of shown.length > 0 ? old.slice(at, at + CONTEXT) : []) shown.push(` ${line}`);
  return shown;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
