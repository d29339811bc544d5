import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../../core/json.ts";
import { listAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { isWritableKey } from "../reading/writable.ts";
import { bodyParameters, settable } from "./body-parameters.ts";
import { type Draft, decide } from "./draft.ts";
import { declaredPageSize, pageParameters } from "./page-parameters.ts";
import { declaredValue, type Words } from "./parameters.ts";

/**
 * Writes the body of a request that is no GET: what it requires and what has a default. What nobody knows keeps the
 * placeholder; what may be set besides is named. The paginator puts in its own keys.
 */
export function writeBody(draft: Draft, words: Words): void {
  const { body } = draft.endpoint;
  if (body?.isObject !== true) return;
  const used = new Set(draft.paginator?.uses ?? []);
  const limit = pageParameters(draft.endpoint).limits.find((one) => one.in === "body" && !used.has(one.name));
  const size = limit === undefined ? undefined : declaredPageSize(limit);
  const isLargest = size?.isLargest === true;
  const missing: string[] = [];

  const objectOf = (node: SchemaNode, path: readonly string[]): JsonObject => {
    const object: { [key: string]: JsonValue } = {};
    const required = listAt(node.schema, "required");
    for (const [name, schema] of settable(node)) {
      const keys = [...path, name];
      const at = keys.join(".");
      if (used.has(at) || !isWritableKey(name)) continue;
      if (at === limit?.name && isLargest) setOwn(object, name, size.size);
      else if (schema.isObject) {
        const isWanted = required.includes(name) || (isLargest && limit?.name.startsWith(`${at}.`));
        if (isWanted) setOwn(object, name, objectOf(schema, keys));
      } else {
        const value = givenValue(schema) ?? (required.includes(name) ? words.required : undefined);
        if (value === words.required) missing.push(at);
        if (value !== undefined) setOwn(object, name, value);
      }
    }
    return object;
  };

  const json = objectOf(body, []);
  draft.json = json;
  const optional = bodyParameters(draft.endpoint).filter(({ name }) => !used.has(name) && !holdsPath(json, name));
  const more = optional.slice(0, MOST_NAMED).map(({ name }) => name);
  if (optional.length > more.length) more.push(`${optional.length - more.length} more`);
  if (limit !== undefined && isLargest) {
    decide(draft, `json.${limit.name}`, `${size.from} of a page, so that fewer requests are made`);
  }
  const also = more.length === 0 ? "" : `; it may hold ${more.join(", ")}`;
  decide(draft, "json", `the body that the document declares${also}`);
  if (missing.length === 0) return;
  const message = `the document gives no value for ${missing.join(", ")} of the body: fill it in, then select the resource`;
  draft.findings.push({ code: "RequiredParameters", message });
  draft.blocked ??= `${missing.join(", ")} of the body must be filled in first`;
}

/** Optional properties that a comment names. */
const MOST_NAMED = 12;

/** A list that is declared as default stays one, as does an object. */
function givenValue(schema: SchemaNode): JsonValue | undefined {
  const declared = schema.default;
  if (isJsonArray(declared) || isJsonObject(declared)) return declared;
  return declaredValue({ name: "", in: "body", required: false, source: { in: "body" }, schema });
}

function holdsPath(object: JsonObject, path: string): boolean {
  let here: JsonValue | undefined = object;
  for (const key of path.split(".")) {
    if (!isJsonObject(here) || !keysOf(here).includes(key)) return false;
    here = here[key];
  }
  return true;
}
