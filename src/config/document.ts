import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import { Double, getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { Fault } from "./fault.ts";

export type Path = readonly (string | number)[];

/** A place in a text: lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What was read from YAML or JSON text: the value, and where each part of it stands. */
export interface ConfigDocument {
  readonly value: JsonValue;
  readonly faults: readonly PlacedFault[];
  /** The place of a path, or of the nearest part around it. */
  locate(path: Path): Place | undefined;
}

/** A fault with a known place. */
export type PlacedFault = Fault & { readonly place?: Place };

/** Nodes after which a document is refused, so that aliases cannot blow it up. */
const MAX_NODES = 200_000;

/**
 * Reads YAML 1.2 or JSON, keeping positions and the kinds of numbers (`1` and `1.0`, integers of any size). Syntax
 * errors come back as faults; they never quote the text. An empty document is an empty mapping.
 */
export function readDocument(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, intAsBigInt: true });
  const places = new Map<string, Place>();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const faults: PlacedFault[] = document.errors.map((error) => ({
    path: [],
    reason: "syntax",
    message: `not valid YAML: ${lowerFirst(error.message)}`,
    place: placeAt(error.pos[0]),
  }));
  let nodes = 0;
  // The last node of each anchor so far. The library's own lookup walks the document for every alias.
  const anchors = new Map<string, Node>();
  let aliases = 0;

  const mark = (path: Path, node: unknown): void => {
    const range = isRanged(node) ? node.range : undefined;
    if (range !== undefined) places.set(keyOf(path), placeAt(range[0]));
  };
  const read = (node: unknown, path: Path, seen: readonly unknown[]): JsonValue => {
    if (++nodes > MAX_NODES || seen.length > 500) throw new RangeError("too many nodes");
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined && !seen.includes(target)) {
        aliases++;
        const value = read(target, path, seen);
        aliases--;
        return value;
      }
      const message = target === undefined ? "the alias has no anchor" : "the alias contains itself";
      faults.push({ path, reason: "syntax", message, place: placeAt(node.range?.[0] ?? 0) });
      return null;
    }
    if (aliases === 0 && isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        mark([...path, index], item);
        return read(item, [...path, index], [...seen, node]);
      });
    }
    if (isMap(node)) {
      const object: { [key: string]: JsonValue } = {};
      for (const pair of node.items) {
        if (isScalar(pair.key) && pair.key.value === "<<" && pair.key.type === "PLAIN") {
          mergeInto(object, read(pair.value, path, [...seen, node]));
          continue;
        }
        const key = isScalar(pair.key) ? keyText(pair.key) : undefined;
        if (key === undefined || key === "__proto__") {
          const message = key === undefined ? "a key must be text" : "__proto__ cannot be a key";
          faults.push({ path, reason: "syntax", message, place: placeAt(offsetOf(pair.key)) });
          continue;
        }
        mark([...path, key], pair.key);
        setOwn(object, key, read(pair.value, [...path, key], [...seen, node]));
      }
      return object;
    }
    return isScalar(node) ? readScalar(node) : null;
  };

  let value: JsonValue = {};
  try {
    if (document.contents !== null) value = read(document.contents, [], []);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push({ path: [], reason: "syntax", message: "the document is too large or too deep", place: placeAt(0) });
  }
  places.set(keyOf([]), placeAt(offsetOf(document.contents)));
  return { value: value ?? {}, faults, locate: (path) => nearestPlace(places, path) };
}

/** One document laid over another: mappings are merged key by key, everything else replaces. */
export function overlay(base: ConfigDocument, over: ConfigDocument): ConfigDocument {
  return {
    value: isJsonObject(base.value) && isJsonObject(over.value) ? merged(base.value, over.value) : over.value,
    faults: [...base.faults, ...over.faults],
    locate: (path) => (holds(over.value, path) ? over.locate(path) : base.locate(path)),
  };
}

function merged(base: JsonObject, over: JsonObject): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(base)) setOwn(result, key, value);
  for (const [key, value] of Object.entries(over)) {
    const old = getOwn(base, key);
    setOwn(result, key, isJsonObject(old) && isJsonObject(value) ? merged(old, value) : value);
  }
  return result;
}

/** True when the value has something at the path. */
export function holds(value: JsonValue, path: Path): boolean {
  let here: JsonValue | undefined = value;
  for (const key of path) {
    if (Array.isArray(here) && typeof key === "number") here = here[key];
    else if (isJsonObject(here)) here = getOwn(here, String(key));
    else return false;
    if (here === undefined) return false;
  }
  return true;
}

function readScalar(node: Scalar): JsonValue {
  const { value } = node;
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
  if (typeof value === "number") {
    return Number.isFinite(value) && !Number.isInteger(value) ? value : new Double(value, node.source);
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : String(value);
}

/** The text of a key: `2024: x` has the key `2024`, as in JSON. */
function keyText(node: Scalar): string | undefined {
  if (node.value === null) return undefined;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

/** `<<`: keys that are there already win. */
function mergeInto(object: { [key: string]: JsonValue }, value: JsonValue): void {
  for (const part of Array.isArray(value) ? value : [value]) {
    if (!isJsonObject(part)) continue;
    for (const [key, item] of Object.entries(part)) if (!Object.hasOwn(object, key)) setOwn(object, key, item);
  }
}

function nearestPlace(places: ReadonlyMap<string, Place>, path: Path): Place | undefined {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(keyOf(path.slice(0, length)));
    if (place !== undefined) return place;
  }
  return undefined;
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function offsetOf(node: unknown): number {
  return isRanged(node) ? node.range[0] : 0;
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}
