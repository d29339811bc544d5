import type { UsedParts } from "./values.ts";

/**
 * Which parts of each variable an expression reads, found in its syntax tree: of `record.author.id` the key `id` below
 * `author`. Where a variable stands by itself, or its key is computed, all of it counts.
 */
export function usedParts(root: unknown, variables: readonly string[]): ReadonlyMap<string, UsedParts> {
  const used = new Map<string, UsedParts>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
    } else if (isNode(node)) {
      const chain = chainOf(node);
      if (chain === undefined) visit(node.args);
      else if (variables.includes(chain.name)) mark(used, chain.name, chain.keys);
    }
  };
  visit(root);
  return used;
}

interface Chain {
  readonly name: string;
  readonly keys: readonly string[];
}

/** A variable and the keys behind it; undefined for any other node. */
function chainOf(node: Node): Chain | undefined {
  const keys: string[] = [];
  let here: unknown = node;
  while (isNode(here)) {
    if (here.op === "id") return typeof here.args === "string" ? { name: here.args, keys: keys.reverse() } : undefined;
    const key = keyOf(here);
    if (key === undefined || !Array.isArray(here.args)) return undefined;
    keys.push(key);
    here = here.args[0];
  }
  return undefined;
}

/** The key of a step that is written out: `.a`, `.?a`, `["a"]`. */
function keyOf(node: Node): string | undefined {
  if (!Array.isArray(node.args) || !STEPS.has(node.op)) return undefined;
  const key: unknown = node.args[1];
  if (typeof key === "string") return key;
  return isNode(key) && key.op === "value" && typeof key.args === "string" ? key.args : undefined;
}

const STEPS = new Set([".", ".?", "[]", "[?]"]);

function mark(used: Map<string, UsedParts>, name: string, keys: readonly string[]): void {
  let parts = partsAt(used, name);
  for (const key of keys) parts = partsAt(parts.keys, key);
  parts.all = true;
}

function partsAt(map: Map<string, UsedParts>, key: string): UsedParts {
  let parts = map.get(key);
  if (parts === undefined) {
    parts = { all: false, keys: new Map() };
    map.set(key, parts);
  }
  return parts;
}

interface Node {
  readonly op: string;
  readonly args: unknown;
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "op" in value && typeof value.op === "string" && "args" in value
  );
}
