import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  KEY_ORDER,
  keysOf,
  setOwn,
} from "../../core/json.ts";
import { openapiError } from "../openapi-error.ts";
import { type ReadDocument, readTree } from "./read-document.ts";
import { createResolver } from "./reference.ts";

/** Finds and reads the files to which references lead. */
export interface FileSource {
  /** Where the document itself is. */
  readonly start: string;
  /**
   * The location that a reference from another location leads to, or why it may not be asked: outside the document's
   * folder, or at another origin.
   */
  locate(from: string, reference: string): { readonly location: string } | Refusal;
  /** The text, and what messages call it; or why there is none. */
  read(location: string): Promise<{ readonly text: string; readonly name: string } | Refusal>;
}

export interface Refusal {
  /** `it leads out of the document's folder` */
  readonly refused: string;
}

/** Documents that are cut into one file a schema have some hundreds. */
const MOST_FILES = 1000;
/** Where the trees of other files stand; the last piece of a reference to a whole file is its name. */
const HOME = ["components", "x-files"] as const;

/**
 * The document with the files to which it refers brought in below `components`, references rewritten. References that may
 * not be followed, or lead to nothing, stay as they are: the analysis tells of those that it meets, and `refused` why. Throws `E_OPENAPI`
 * when a file is not valid, or when there are too many.
 */
export async function bringInFiles(document: ReadDocument, files: FileSource): Promise<ReadDocument> {
  const known = new Map<string, Part | Refusal>();
  const parts: Part[] = [];
  const reasons = new Map<string, string>();

  /** The part of a location; reads it when it is new. */
  const partOf = async (location: string): Promise<Part | Refusal> => {
    const old = known.get(location);
    if (old !== undefined) return old;
    if (parts.length >= MOST_FILES) throw openapiError(document.name, [{ message: `more than ${MOST_FILES} files` }]);
    const found = await files.read(location);
    if ("refused" in found) {
      known.set(location, found);
      return found;
    }
    const tree = readTree(found.text, found.name).value;
    const part = { location, at: [...HOME, String(parts.length), stemOf(location)], tree };
    known.set(location, part);
    parts.push(part);
    return part;
  };

  const main: Part = { location: files.start, at: [], tree: document.root };
  known.set(files.start, main);
  const rewritten: JsonValue[] = [];
  for (let index = 0; index <= parts.length; index += 1) {
    const part = index === 0 ? main : parts[index - 1];
    if (part === undefined) break;
    // All files of a tree are known before it is rewritten, so that rewriting needs no waiting.
    const targets = new Map<string, Part>();
    for (const reference of outsideReferences(part.tree)) {
      const place = files.locate(part.location, reference);
      const target = "refused" in place ? place : await partOf(place.location);
      if ("refused" in target) reasons.set(reference, target.refused);
      else targets.set(reference, target);
    }
    rewritten.push(rewrite(part.tree, part, targets));
  }
  const refused = (reference: string) => reasons.get(fileOf(reference)) ?? document.refused(reference);
  const [root, ...others] = rewritten;
  if (others.length === 0 || !isJsonObject(root)) return reasons.size === 0 ? document : { ...document, refused };
  const components = isJsonObject(root.components) ? root.components : {};
  const trees = others.map((tree, index): JsonObject => ({ [parts[index]?.at.at(-1) ?? ""]: tree }));
  const whole = withOrder(root, { ...root, components: withOrder(components, { ...components, [HOME[1]]: trees }) });
  return { ...document, root: whole, resolve: createResolver(whole), refused };
}

interface Part {
  readonly location: string;
  /** Its place in the whole. */
  readonly at: readonly string[];
  readonly tree: JsonValue;
}

/** Files named by the references of a tree, each once. */
function outsideReferences(tree: JsonValue): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<JsonValue>();
  const walk = (value: JsonValue): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (isJsonArray(value)) for (const item of value) walk(item);
    else if (isJsonObject(value)) {
      const { $ref: reference } = value;
      if (typeof reference === "string" && !reference.startsWith("#")) found.add(fileOf(reference));
      for (const key of Object.keys(value)) walk(value[key] ?? null);
    }
  };
  walk(tree);
  return found;
}

/** The tree with references as they are in the whole. What an alias shares stays shared. */
function rewrite(tree: JsonValue, part: Part, targets: ReadonlyMap<string, Part>): JsonValue {
  const done = new Map<JsonValue, JsonValue>();
  const copy = (value: JsonValue): JsonValue => {
    if (typeof value !== "object" || value === null || (!isJsonArray(value) && !isJsonObject(value))) return value;
    const old = done.get(value);
    if (old !== undefined) return old;
    if (isJsonArray(value)) {
      const list = value.map(copy);
      done.set(value, list);
      return list;
    }
    const object: { [key: string]: JsonValue } = {};
    for (const key of Object.keys(value)) {
      const item = value[key] ?? null;
      setOwn(object, key, key === "$ref" && typeof item === "string" ? reference(item) : copy(item));
    }
    const result = withOrder(value, object);
    done.set(value, result);
    return result;
  };
  const reference = (text: string): string => {
    const target = text.startsWith("#") ? part : targets.get(fileOf(text));
    if (target === undefined || target.at.length + part.at.length === 0) return text;
    const pointer = text.includes("#") ? text.slice(text.indexOf("#") + 1) : "";
    return `#${target.at.map((piece) => `/${piece.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}${pointer}`;
  };
  return copy(tree);
}

function withOrder(from: JsonObject, to: JsonObject): JsonObject {
  const order = keysOf(from);
  if (Object.keys(to).length !== order.length || Object.keys(to).every((key, index) => key === order[index])) return to;
  return Object.defineProperty(to, KEY_ORDER, { value: order });
}

function fileOf(reference: string): string {
  return reference.split("#")[0] ?? "";
}

/** `User` of `https://host/schemas/User.yaml?v=1` */
function stemOf(location: string): string {
  const name =
    location
      .replace(/[?#].*$/, "")
      .split(/[/\\]/)
      .at(-1) ?? "";
  return name.replace(/\.[^.]*$/, "") || "file";
}
