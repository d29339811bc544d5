import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "./json.ts";
import { asNumber } from "./json-number.ts";
import { type Node, type Operand, type Operator, parse, type SortKey, type Test } from "./json-path-parser.ts";

/** A compiled JSONPath. Make it with {@link compilePath}, use it with {@link findAll} and {@link findFirst}. */
export interface JsonPath {
  readonly text: string;
  readonly node: Node;
  /** The key, when the path is one plain key (`id`, `'a.b'`); `$.id` is not. */
  readonly simpleKey: string | undefined;
}

/**
 * Compiles a JSONPath in the dialect of dlt (jsonpath-ng with extensions): `a.b`, `$`, quoted keys, indexes, slices,
 * wildcards, descendants, unions, filters, `` `len` `` and `` `keys` ``. Throws {@link JsonPathError} with the
 * position.
 */
export function compilePath(text: string): JsonPath {
  const node = parse(text);
  const key = node.kind === "fields" && node.names.length === 1 ? node.names[0] : undefined;
  return { text, node, simpleKey: key === "*" ? undefined : key };
}

/** All matches, in document order. A key that is present with `null` matches with the value null. */
export function findAll(path: JsonPath, value: JsonValue): readonly JsonValue[] {
  const only = path.simpleKey;
  if (only !== undefined) {
    const found = isJsonObject(value) ? getOwn(value, only) : undefined;
    return found === undefined ? [] : [found];
  }
  return find(path.node, value, value);
}

/** The first match, or undefined without one. */
export function findFirst(path: JsonPath, value: JsonValue): JsonValue | undefined {
  return findAll(path, value)[0];
}

/** All that a part of a path matches in a value; `root` is what `$` means. */
export function find(node: Node, value: JsonValue, root: JsonValue): readonly JsonValue[] {
  switch (node.kind) {
    case "root":
      return [root];
    case "this":
      return [value];
    case "fields":
      if (isJsonArray(value)) return node.names.includes("*") ? value : [];
      return isJsonObject(value) ? fields(node.names, value) : [];
    case "indexes":
      return isJsonArray(value) ? indexes(node.indexes, value) : [];
    case "slice":
      return slice(node, value);
    case "child": {
      const out: JsonValue[] = [];
      for (const left of find(node.left, value, root)) out.push(...find(node.right, left, root));
      return out;
    }
    case "descendants": {
      const out: JsonValue[] = [];
      for (const left of find(node.left, value, root)) descend(node.right, left, root, out);
      return out;
    }
    case "union":
      return [...find(node.left, value, root), ...find(node.right, value, root)];
    case "filter":
      return members(value).filter((item) => node.tests.every((test) => passes(test, item, root)));
    case "len":
      return length(value);
    case "keys":
      return isJsonObject(value) ? keysOf(value) : [];
    case "sort":
      return isJsonArray(value) ? [value.toSorted((a, b) => orderBy(node.keys, a, b))] : [value];
  }
}

function fields(names: readonly string[], object: JsonObject): readonly JsonValue[] {
  const wanted = names.includes("*") ? keysOf(object) : names;
  const out: JsonValue[] = [];
  for (const name of wanted) {
    const found = getOwn(object, name);
    if (found !== undefined) out.push(found);
  }
  return out;
}

function indexes(wanted: readonly number[], list: readonly JsonValue[]): readonly JsonValue[] {
  return wanted.flatMap((index) => {
    const found = list.at(index);
    return found === undefined || index < -list.length ? [] : [found];
  });
}

function slice(node: Extract<Node, { kind: "slice" }>, value: JsonValue): readonly JsonValue[] {
  if (!isJsonArray(value)) return [];
  const step = node.step ?? 1;
  const at = (index: number) => (index < 0 ? Math.max(0, value.length + index) : Math.min(index, value.length));
  const start = at(node.start ?? 0);
  const end = at(node.end ?? value.length);
  const out: JsonValue[] = [];
  for (let index = start; index < end; index += Math.max(1, step)) out.push(value[index] ?? null);
  return out;
}

/** Elements of a list, values of an object. */
function members(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? fields(["*"], value) : [];
}

function descend(node: Node, value: JsonValue, root: JsonValue, out: JsonValue[]): void {
  out.push(...find(node, value, root));
  for (const item of members(value)) descend(node, item, root, out);
}

function length(value: JsonValue): readonly JsonValue[] {
  if (typeof value === "string") return [[...value].length];
  if (isJsonArray(value)) return [value.length];
  return isJsonObject(value) ? [keysOf(value).length] : [];
}

function passes(test: Test, item: JsonValue, root: JsonValue): boolean {
  const found = find(test.path, item, root);
  const { operator, operand, pattern } = test;
  if (pattern !== undefined) return found.some((value) => typeof value === "string" && pattern.test(value));
  if (operator === undefined || operand === undefined) return found.length > 0;
  // What is not there is not equal to anything.
  if (found.length === 0) return operator === "!=";
  return found.some((value) => compare(operator, value, operand));
}

/** Only two numbers or two texts are ordered; everything else can only be equal or not. */
function compare(operator: Operator, left: JsonValue, right: Operand): boolean {
  const a = asNumber(left);
  const number = a !== undefined && typeof right === "number";
  const text = typeof left === "string" && typeof right === "string";
  const sign = number ? a - right : text ? (left < right ? -1 : left > right ? 1 : 0) : left === right ? 0 : Number.NaN;
  switch (operator) {
    case "==":
      return sign === 0;
    case "!=":
      return sign !== 0;
    case "<":
      return sign < 0;
    case "<=":
      return sign <= 0;
    case ">":
      return sign > 0;
    case ">=":
      return sign >= 0;
  }
}

/** jsonpath-ng: a key that one of the two lacks, or has twice, says nothing about their order. */
function orderBy(keys: readonly SortKey[], a: JsonValue, b: JsonValue): number {
  for (const { path, descending } of keys) {
    const [x, y] = [find(path, a, a), find(path, b, b)];
    const [left, right] = [x[0], y[0]];
    if (x.length !== 1 || y.length !== 1 || left === undefined || right === undefined) continue;
    const sign = order(left, right);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return 0;
}

function order(a: JsonValue, b: JsonValue): number {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
