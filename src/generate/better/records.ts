import { type Payload, payloadOf } from "../compat/payload.ts";
import type { PathPieces } from "../reading/path-pieces.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { anyOf, entityWord, isEnvelopeWord, isListWord, isSideList, wordOf } from "./words.ts";

/** Where the records are, and why there. */
export interface RecordPlace extends Payload {
  readonly reason: string;
}

export interface RecordHints {
  readonly path: PathPieces;
  /** The path ends in a name rather than in a variable. */
  readonly byPath: boolean;
  /** The endpoint has parameters that count pages. */
  readonly paged: boolean;
  /** The record of the endpoint for one of these (`/things/{id}` below `/things`); undefined when there is none. */
  readonly single: SchemaNode | undefined;
}

const DEEPEST = 3;
const isIdentifier = anyOf("id uuid guid iid pk identifier key slug");
const isUnwrapped = anyOf("data result item record response payload");

/**
 * Finds the records of an answer. A list is taken as it is; an object is a wrapper, when one of its lists looks like the
 * records, else a record: one of many where pages or an endpoint for single ones say so (documents that declare a list
 * as one object), else the only one.
 */
export function findRecords(schema: SchemaNode, hints: RecordHints): RecordPlace {
  if (schema.isList) return { ...payloadOf([], schema), reason: "the answer is a list" };
  const expectsList = hints.byPath || hints.paged;
  const list = bestList(schema, hints.path);
  const isSame = hints.single !== undefined && isSameRecord(schema, hints.single);
  const isOneOfMany = hints.single !== undefined || hints.paged;
  const record = { path: [], schema, isList: true };
  const isPaged = list !== undefined && isPagedList(schema, list);
  if (hints.byPath && isSame && !isPaged) {
    return { ...record, reason: "the answer is declared as one record, but the endpoint for single ones has the same" };
  }
  if (list !== undefined && (isPaged || isWrapper(schema, list, expectsList))) {
    return { ...payloadOf(list.path, list.node), reason: `${list.path.join(".")} is the list in the answer` };
  }
  if (hints.byPath && isOneOfMany && [...schema.allProperties.keys()].some(isIdentifier)) {
    return { ...record, reason: "the answer is declared as one record with an identifier, but has pages" };
  }
  return unwrapped(schema, hints.path);
}

/** Same component or place of the document; where one of them stands in place, the same properties. */
export function isSameRecord(a: SchemaNode, b: SchemaNode): boolean {
  if (a.schema === b.schema) return true;
  if (a.reference !== undefined && b.reference !== undefined) return a.reference === b.reference;
  const [left, right] = [[...a.allProperties.keys()], [...b.allProperties.keys()]];
  return left.length > 0 && left.length === right.length && left.every((name) => b.allProperties.has(name));
}

interface List {
  readonly path: readonly string[];
  readonly node: SchemaNode;
  /** False when its items are known to be plain values. */
  readonly holdsObjects: boolean;
  readonly isNamed: boolean;
}

/** The list that looks most like the records: of objects, least nested, with a known name, the first. */
function bestList(schema: SchemaNode, path: PathPieces): List | undefined {
  const found: List[] = [];
  const entity = entityWord(path.fixed.at(-1) ?? "");
  const walk = (node: SchemaNode, steps: readonly string[]) => {
    if (steps.length >= DEEPEST || node.isList) return;
    for (const [name, child] of node.allProperties) {
      if (child.isList && (!isSideList(name) || entityWord(name) === entity)) {
        const types = child.item?.types ?? [];
        const holdsObjects = types.length === 0 || types.includes("object");
        const itemName = entityWord(child.item?.name ?? "");
        const isEntity =
          entity !== "" && (entityWord(name) === entity || (steps.length === 0 && itemName.endsWith(entity)));
        const isNamed = isListWord(name) || isEntity;
        found.push({ path: [...steps, name], node: child, holdsObjects, isNamed });
      } else if (child.isObject) walk(child, [...steps, name]);
    }
  };
  walk(schema, []);
  const rank = (list: List) => [list.holdsObjects ? 0 : 1, list.path.length, list.isNamed ? 0 : 1];
  return found.sort((a, b) => compareRanks(rank(a), rank(b)))[0];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** True when an object is there for the sake of its list: little else stands in it that is not about pages. */
function isWrapper(schema: SchemaNode, list: List, expectsList: boolean): boolean {
  const around = namesAround(schema, list.path);
  const others = around.filter((name) => !isEnvelopeWord(name));
  if (!list.holdsObjects) return others.length === 0;
  const hasPages = around.some(isPageWord);
  if (others.some(isIdentifier)) return false;
  if (!expectsList) return others.length === 0 && (list.isNamed || hasPages);
  // When in doubt the object is a record: its list becomes a nested table, and nothing is lost.
  return list.isNamed || hasPages || others.length === 0;
}

/** True for a list of a known name beside what only answers with pages have. */
function isPagedList(schema: SchemaNode, list: List): boolean {
  const around = namesAround(schema, list.path);
  const others = around.filter((name) => !isEnvelopeWord(name));
  return list.holdsObjects && list.isNamed && list.path.length === 1 && around.some(isPageWord) && others.length <= 1;
}

/** Names that stand beside the steps of a path. */
function namesAround(schema: SchemaNode, path: readonly string[]): readonly string[] {
  const names: string[] = [];
  let here: SchemaNode | undefined = schema;
  for (const step of path) {
    names.push(...[...(here?.allProperties.keys() ?? [])].filter((name) => name !== step));
    here = here?.allProperties.get(step);
  }
  return names;
}

const isPageWord = anyOf(
  "total count totalcount totalrecords totalitems totalresults totalpages next nextpage nextpagetoken nextcursor nextlink nexturl hasmore hasnext pagination paging pageinfo cursor",
);

/** The record itself, out of objects that hold nothing else. */
function unwrapped(schema: SchemaNode, path: PathPieces): RecordPlace {
  const steps: string[] = [];
  let inner = schema;
  for (;;) {
    const all = [...inner.allProperties];
    const others = all.filter(([name]) => !isEnvelopeWord(name));
    const [only] = all.length === 1 ? all : others.length === 1 ? others : [];
    const entity = entityWord(path.fixed.at(-1) ?? "");
    const isStep = only !== undefined && (all.length === 1 || isUnwrapped(only[0]) || wordOf(only[0]) === entity);
    if (only === undefined || !isStep || !only[1].isObject || steps.length > DEEPEST) break;
    steps.push(only[0]);
    inner = only[1];
  }
  const reason = steps.length === 0 ? "the answer is one record" : `${steps.join(".")} is the record in the answer`;
  return { path: steps, isList: false, schema: inner, reason };
}
