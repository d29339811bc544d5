import type { SchemaNode } from "./schema-node.ts";

/** A property somewhere below a schema. The path is empty for the schema itself; `[*]` stands for the items of a list. */
export interface FoundProperty {
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

/**
 * One question to the trees of properties of many schemas. Answers are kept per node: schemas share most of theirs.
 * `name` is asked with each last piece of a path, `type` with the types of the node.
 */
export interface PropertySearch {
  readonly name: (piece: string) => boolean;
  readonly type: (types: readonly string[]) => boolean;
  /** Look into the items of lists, too. */
  readonly throughLists: boolean;
}

/** Makes the function that answers a search: the least nested property, the first in document order among equals. */
export function propertyFinder(search: PropertySearch): (root: SchemaNode) => FoundProperty | undefined {
  const known = new Map<SchemaNode, FoundProperty | undefined>();
  const find = (node: SchemaNode): FoundProperty | undefined => {
    if (known.has(node)) return known.get(node);
    let best: FoundProperty | undefined;
    for (const [piece, child] of childrenOf(node, search.throughLists)) {
      if (search.name(piece) && search.type(child.types)) {
        best = { path: [piece], node: child };
        break;
      }
      // Only a list or object has a tree below it.
      if (!child.isList && !child.isObject) continue;
      const below = find(child);
      if (below !== undefined && (best === undefined || below.path.length + 1 < best.path.length))
        best = { path: [piece, ...below.path], node: below.node };
    }
    known.set(node, best);
    return best;
  };
  return find;
}

function childrenOf(node: SchemaNode, throughLists: boolean): Iterable<readonly [string, SchemaNode]> {
  if (node.isObject) return node.allProperties;
  return throughLists && node.isList && node.item !== undefined ? [["[*]", node.item] as const] : [];
}

/** The first answer of several searches: properties of a wanted type before those without one. */
export function typedFinder(
  name: (piece: string) => boolean,
  type: string,
  throughLists: boolean,
): (root: SchemaNode) => FoundProperty | undefined {
  const typed = propertyFinder({ name, type: (types) => types.includes(type), throughLists });
  const untyped = propertyFinder({ name, type: (types) => types.length === 0, throughLists });
  return (root) => typed(root) ?? untyped(root);
}

/** Pieces joined by dots, `$` for none. */
export function jsonPath(path: readonly string[]): string {
  return path.length === 0 ? "$" : path.join(".");
}
