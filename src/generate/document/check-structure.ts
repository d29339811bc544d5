import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, objectFrom } from "../../core/json.ts";

/** A part of a document that has another kind than OpenAPI says. */
export interface WrongPart {
  readonly path: readonly (string | number)[];
  /** `servers[0].url: expected a text, found a list` */
  readonly message: string;
}

/** What a part has to be; of mappings `keys` are those with a name, `each` all others but extensions (`x-...`). */
type Shape = { readonly kind: "text" } | { readonly kind: "list"; readonly each?: Shape } | MappingShape;

interface MappingShape {
  readonly kind: "mapping";
  readonly keys?: Readonly<Record<string, Shape>>;
  readonly each?: Shape;
  /** What it cannot do without, in words; undefined: nothing is missing. */
  readonly lacks?: (object: JsonObject) => string | undefined;
}

/**
 * The document without the parts that have another kind than OpenAPI says, and what they were. Down to operations, their
 * parameters and answers; schemas are read as far as they go. An empty value (`""`, null) counts as absent. Texts may be any
 * scalar. The given tree stays as it is, and is given back when nothing is wrong.
 */
export function checkStructure(root: JsonObject): { readonly root: JsonObject; readonly wrong: readonly WrongPart[] } {
  const wrong: WrongPart[] = [];
  const isTwo = Object.hasOwn(root, "swagger");

  function check(value: JsonValue, shape: Shape, path: WrongPart["path"]): JsonValue | undefined {
    // The converter of 2.0 takes nothing for something.
    if (value === null || value === "") return isTwo ? undefined : value;
    if (kindOf(value) !== shape.kind) {
      wrong.push({ path, message: `${written(path)}: expected a ${shape.kind}, found a ${kindOf(value)}` });
      return undefined;
    }
    if (shape.kind === "list" && shape.each !== undefined && isJsonArray(value)) {
      const { each } = shape;
      const items = value.map((item, index) => check(item, each, [...path, index]));
      return items.every((item, index) => item === value[index]) ? value : items.filter((item) => item !== undefined);
    }
    if (shape.kind !== "mapping" || !isJsonObject(value)) return value;
    const checked = checkKeys(value, shape, path);
    const missing = shape.lacks?.(checked);
    if (missing === undefined) return checked;
    wrong.push({ path, message: `${written(path)}: expected ${missing}` });
    return undefined;
  }

  function checkKeys(object: JsonObject, shape: MappingShape, path: WrongPart["path"]): JsonObject {
    const entries: (readonly [string, JsonValue])[] = [];
    let isWhole = true;
    for (const key of keysOf(object)) {
      const value = object[key] ?? null;
      const own = Object.hasOwn(shape.keys ?? {}, key) ? shape.keys?.[key] : undefined;
      const inner = own ?? (key.startsWith("x-") ? undefined : shape.each);
      const checked = inner === undefined ? value : check(value, inner, [...path, key]);
      if (checked !== value) isWhole = false;
      if (checked !== undefined) entries.push([key, checked]);
    }
    return isWhole ? object : objectFrom(entries);
  }

  return { root: checkKeys(root, isTwo ? TWO : THREE, []), wrong };
}

function kindOf(value: JsonValue): Shape["kind"] {
  return isJsonArray(value) ? "list" : isJsonObject(value) ? "mapping" : "text";
}

/** `paths["/a b"].get.parameters[0]` */
function written(path: WrongPart["path"]): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step.slice(0, 100))}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

const text: Shape = { kind: "text" };
const list = (each?: Shape): Shape => ({ kind: "list", ...(each === undefined ? {} : { each }) });
const mapping = (keys: Readonly<Record<string, Shape>>): Shape => ({ kind: "mapping", keys });
const each = (shape: Shape): Shape => ({ kind: "mapping", each: shape });

const anyMapping = mapping({});
const server = mapping({ url: text, description: text, variables: each(mapping({ default: text, enum: list() })) });
const security = list(each(list()));
const parameter: MappingShape = {
  kind: "mapping",
  keys: { name: text, in: text, description: text, $ref: text },
  lacks: (object) => {
    const has = (key: string) => (object[key] ?? "") !== "";
    return typeof object.$ref === "string" || (has("name") && has("in")) ? undefined : "name and in, or $ref";
  },
};
const response = mapping({ $ref: text, description: text, headers: anyMapping, content: each(anyMapping) });
const operation = mapping({
  operationId: text,
  summary: text,
  description: text,
  tags: list(),
  parameters: list(parameter),
  responses: each(response),
  security,
  servers: list(server),
  consumes: list(text),
  produces: list(text),
});
const pathItem = mapping({
  ...Object.fromEntries(["get", "post", "put", "patch", "delete", "head", "options"].map((key) => [key, operation])),
  $ref: text,
  summary: text,
  description: text,
  parameters: list(parameter),
  servers: list(server),
});
const scheme = mapping({ type: text, name: text, in: text, scheme: text, flows: each(mapping({ tokenUrl: text })) });
const shared = { info: mapping({ title: text, version: text }), paths: each(pathItem), security, tags: list() };

const THREE = {
  kind: "mapping" as const,
  keys: {
    ...shared,
    servers: list(server),
    components: mapping({
      schemas: anyMapping,
      parameters: each(parameter),
      responses: each(response),
      securitySchemes: each(scheme),
      pathItems: each(pathItem),
    }),
  },
};
const TWO = {
  kind: "mapping" as const,
  keys: {
    ...shared,
    host: text,
    basePath: text,
    schemes: list(text),
    consumes: list(text),
    produces: list(text),
    definitions: anyMapping,
    parameters: each(parameter),
    responses: each(response),
    securityDefinitions: each(scheme),
  },
};
