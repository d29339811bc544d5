import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import { follow, referenceOf } from "./follow.ts";
import { flagAt, listAt, objectAt, textAt } from "./scalars.ts";

/** A schema with what its parts bring. Everything is worked out when it is asked for, once. */
export interface SchemaNode {
  /** The schema as it stands in the document, reference followed. */
  readonly schema: JsonObject;
  /** The `$ref` by which it was reached; undefined for one that stands in place. */
  readonly reference: string | undefined;
  /** Name of the component, else title, else the first name among the `allOf` parts; may be empty. */
  readonly name: string;
  readonly description: string | undefined;
  readonly default: JsonValue | undefined;
  readonly format: string | undefined;
  readonly maximum: JsonValue | undefined;
  /** True when null is allowed, in any of the ways of OpenAPI 3.0 and 3.1. */
  readonly nullable: boolean;
  /** The schemas of `anyOf` and `oneOf` that are not just `null`. */
  readonly alternatives: readonly SchemaNode[];
  /** Without `null`. */
  readonly types: readonly string[];
  readonly isObject: boolean;
  readonly isList: boolean;
  /** Own properties and those of `allOf`. */
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** The same with those of `anyOf` and `oneOf`. */
  readonly allProperties: ReadonlyMap<string, SchemaNode>;
  /** What a list holds; undefined when it is not declared or too deep. */
  readonly item: SchemaNode | undefined;
}

export interface SchemaRules {
  /** A component that is only a reference stands for its target; the reference takes it for an empty schema. */
  readonly followAliases: boolean;
  /** `properties` without `type` make an object, `items` a list, or a choice where it is a list of schemas. */
  readonly inferTypes: boolean;
}

/** Levels of schemas inside one another that are looked at. */
const DEEPEST = 6;

/** Gives the node of a schema or of a reference to one. Equal references at an equal depth give one node. */
export type SchemaNodes = (schema: JsonValue) => SchemaNode;

/** Makes the reader of a document's schemas. `onBroken` hears of references behind which there is nothing; they give empty nodes. */
export function schemaNodes(
  document: ApiDocument,
  rules: SchemaRules,
  onBroken: (reference: string) => void,
): SchemaNodes {
  const known = new Map<string, SchemaNode>();

  const at = (value: JsonValue, depth: number): SchemaNode | undefined => {
    if (depth > DEEPEST) return undefined;
    const schema = isJsonObject(value) ? value : {};
    const reference = referenceOf(schema);
    if (reference === undefined) return new Node(schema, undefined, undefined, depth, rules, at);
    const description = textAt(schema, "description");
    const key = `${depth} ${reference} ${description ?? ""}`;
    const old = known.get(key);
    if (old !== undefined) return old;
    const target = follow(document, reference, rules.followAliases);
    if (target.object === undefined) onBroken(target.reference);
    const node = new Node(target.object ?? {}, target.reference, description, depth, rules, at);
    known.set(key, node);
    return node;
  };
  return (schema) => at(schema, 0) as SchemaNode;
}

class Node implements SchemaNode {
  readonly schema: JsonObject;
  readonly reference: string | undefined;
  readonly #ownDescription: string | undefined;
  readonly #part: (schema: JsonValue) => SchemaNode | undefined;
  readonly #rules: SchemaRules;
  #parts: Readonly<Record<"allOf" | "oneOf" | "anyOf", readonly SchemaNode[]>> | undefined;
  #properties: Map<string, SchemaNode> | undefined;
  #allProperties: Map<string, SchemaNode> | undefined;
  #types: readonly string[] | undefined;
  #item: { readonly node: SchemaNode | undefined } | undefined;

  constructor(
    schema: JsonObject,
    reference: string | undefined,
    description: string | undefined,
    depth: number,
    rules: SchemaRules,
    at: (schema: JsonValue, depth: number) => SchemaNode | undefined,
  ) {
    this.schema = schema;
    this.reference = reference;
    this.#ownDescription = description;
    this.#rules = rules;
    this.#part = (part) => at(part, depth + 1);
  }

  get name(): string {
    const component = this.reference?.startsWith("#/components/") ? this.reference.split("/").at(-1) : undefined;
    const own = component === undefined || component === "" ? textAt(this.schema, "title") : component;
    return own ?? this.#kinds.allOf.find((part) => part.name !== "")?.name ?? "";
  }

  get description(): string | undefined {
    return this.#ownDescription ?? textAt(this.schema, "description");
  }

  get default(): JsonValue | undefined {
    return getOwn(this.schema, "default");
  }

  get format(): string | undefined {
    const own = textAt(this.schema, "format");
    // `anyOf: [{type: string, format: date}, {type: null}]` is what 3.1 has for `nullable`.
    const [only, ...others] = this.#rules.inferTypes && own === undefined ? this.alternatives : [];
    return only !== undefined && others.length === 0 ? only.format : own;
  }

  get nullable(): boolean {
    const type = getOwn(this.schema, "type");
    const { anyOf, oneOf } = this.#kinds;
    return (
      flagAt(this.schema, "nullable") ||
      (isJsonArray(type) ? type.includes("null") : type === "null") ||
      [...anyOf, ...oneOf].some((part) => part.nullable)
    );
  }

  get alternatives(): readonly SchemaNode[] {
    const { anyOf, oneOf } = this.#kinds;
    return [...anyOf, ...oneOf].filter(({ schema }) => getOwn(schema, "type") !== "null");
  }

  get maximum(): JsonValue | undefined {
    return getOwn(this.schema, "maximum");
  }

  get types(): readonly string[] {
    this.#types ??= this.#readTypes();
    return this.#types;
  }

  get isObject(): boolean {
    return this.types.includes("object");
  }

  get isList(): boolean {
    return this.types.includes("array");
  }

  get properties(): ReadonlyMap<string, SchemaNode> {
    if (this.#properties !== undefined) return this.#properties;
    const found = new Map<string, SchemaNode>();
    for (const part of this.#kinds.allOf) for (const [name, node] of part.properties) found.set(name, node);
    const own = objectAt(this.schema, "properties");
    for (const name of keysOf(own)) {
      const node = this.#part(own[name] ?? null);
      if (node !== undefined) found.set(name, node);
    }
    this.#properties = found;
    return found;
  }

  get allProperties(): ReadonlyMap<string, SchemaNode> {
    if (this.#allProperties !== undefined) return this.#allProperties;
    const found = new Map(this.properties);
    for (const part of [...this.#kinds.anyOf, ...this.#kinds.oneOf])
      for (const [name, node] of part.allProperties) found.set(name, node);
    this.#allProperties = found;
    return found;
  }

  get item(): SchemaNode | undefined {
    if (this.#item === undefined) {
      const items = getOwn(this.schema, "items");
      const isSchema = isJsonObject(items) || items === "";
      this.#item = { node: isSchema ? this.#part(items) : undefined };
    }
    return this.#item.node;
  }

  get #kinds(): Readonly<Record<"allOf" | "oneOf" | "anyOf", readonly SchemaNode[]>> {
    const read = (key: string) => listAt(this.schema, key).flatMap((part) => this.#part(part) ?? []);
    // A list of schemas under `items` of what is no list is a choice in the documents that have it.
    const isChoice = this.#rules.inferTypes && getOwn(this.schema, "type") === undefined;
    this.#parts ??= {
      allOf: read("allOf"),
      oneOf: read("oneOf"),
      anyOf: [...read("anyOf"), ...(isChoice ? read("items") : [])],
    };
    return this.#parts;
  }

  #readTypes(): readonly string[] {
    const own = getOwn(this.schema, "type");
    const found = (isJsonArray(own) ? own : [own]).filter((type) => typeof type === "string" && type !== "");
    const { allOf, oneOf, anyOf } = this.#kinds;
    const types = [...found, ...[...allOf, ...oneOf, ...anyOf].flatMap((part) => part.types)] as string[];
    // The reference takes out one `null`; a second one stays.
    if (types.includes("null")) types.splice(types.indexOf("null"), 1);
    if (this.#rules.inferTypes && types.length === 0) {
      const items = getOwn(this.schema, "items");
      if (Object.hasOwn(this.schema, "properties")) types.push("object");
      else if (isJsonObject(items) || items === "") types.push("array");
    }
    return [...new Set(types)];
  }
}
