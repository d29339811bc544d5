import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../../core/json.ts";
import { asObject, objectAt } from "./scalars.ts";

/** Levels of an example that are looked at. */
const DEEPEST = 6;

/** The schema that the example of a JSON content shows; undefined when there is none. */
export function schemaOfExample(content: JsonObject): JsonObject | undefined {
  const named = objectAt(content, "examples");
  const [first] = keysOf(named);
  const example =
    getOwn(content, "example") ??
    (first === undefined ? undefined : getOwn(asObject(getOwn(named, first)), "value")) ??
    getOwn(objectAt(content, "schema"), "example");
  return isJsonObject(example) || isJsonArray(example) ? schemaOf(example, 0) : undefined;
}

/** Plain values have no type: a document in YAML does not say whether they are texts or numbers. */
function schemaOf(value: JsonValue, depth: number): JsonObject {
  if (depth > DEEPEST) return {};
  if (isJsonArray(value)) {
    const [first] = value;
    return { type: "array", ...(first === undefined ? {} : { items: schemaOf(first, depth + 1) }) };
  }
  if (!isJsonObject(value)) return {};
  const properties: { [key: string]: JsonValue } = {};
  for (const key of keysOf(value)) setOwn(properties, key, schemaOf(value[key] ?? null, depth + 1));
  return { type: "object", properties };
}
