/** Makes a case on which two programs disagree smaller, as long as they do. Many candidates are tried in one run. */
import type { Both, Case } from "./both.ts";
import { answersOf, type Node, type RandomCase } from "./documents.ts";

/** Candidates tried at once; more cost a larger run, fewer cost more runs. */
const BATCH = 40;

/** `seconds`: when they are over, the smallest one so far is taken. */
export async function shrinkCase(both: Both, failing: RandomCase, seconds: number): Promise<RandomCase> {
  const until = performance.now() + seconds * 1000;
  let best = failing;
  for (;;) {
    const candidates = [...smaller(best)];
    let found: RandomCase | undefined;
    for (let at = 0; at < candidates.length && found === undefined && performance.now() < until; at += BATCH) {
      const some = candidates.slice(at, at + BATCH);
      const outcomes = await both.compare(some.map(asCase));
      found = some[outcomes.findIndex((lines) => lines.length > 0)];
    }
    if (found === undefined) return best;
    best = found;
  }
}

export function asCase(one: RandomCase): Case {
  return { loads: answersOf(one), hints: one.hints };
}

/** Cases that are one step simpler, those that lose most first. */
function* smaller(one: RandomCase): Iterable<RandomCase> {
  if (Object.keys(one.hints).length > 0) yield { ...one, hints: {} };
  for (const loads of without(one.loads)) if (loads.length > 0) yield { ...one, loads };
  for (const [at, documents] of one.loads.entries()) {
    const withDocuments = (next: readonly Node[]): RandomCase => ({ ...one, loads: one.loads.with(at, next) });
    for (const fewer of without(documents)) if (fewer.length > 0) yield withDocuments(fewer);
    for (const [index, document] of documents.entries())
      for (const simpler of smallerNode(document))
        if (typeof simpler === "object" && "object" in simpler) yield withDocuments(documents.with(index, simpler));
  }
}

function* smallerNode(node: Node): Iterable<Node> {
  if (typeof node === "string") {
    for (const simple of ["null", "1", '"a"']) {
      if (node === simple) return;
      yield simple;
    }
    return;
  }
  const items = "list" in node ? node.list : node.object.map(([, value]) => value);
  yield* items;
  if (items.length > 0) yield '"a"';
  if ("list" in node) {
    for (const list of without(node.list)) yield { list };
    for (const [at, item] of node.list.entries())
      for (const simpler of smallerNode(item)) yield { list: node.list.with(at, simpler) };
    return;
  }
  for (const object of without(node.object)) yield { object };
  for (const [at, [name, value]] of node.object.entries()) {
    for (const simpler of smallerNode(value)) yield { object: node.object.with(at, [name, simpler]) };
    if (!/^[abc]$/.test(name)) yield { object: node.object.with(at, ["abc"[at % 3] ?? "a", value]) };
  }
}

/** The list without one of its items. */
function* without<T>(items: readonly T[]): Iterable<T[]> {
  for (let at = 0; at < items.length; at++) yield items.toSpliced(at, 1);
}
