import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { Finding } from "../model.ts";
import { referenceOf } from "../reading/follow.ts";
import { asObject, listAt, objectAt } from "../reading/scalars.ts";

/**
 * What dlt-init-openapi says of a document that its check of the structure does not take: nothing is made of it there. Here it
 * is used as far as it goes, and this says so, since there is no result to compare with. Undefined: it takes the document.
 */
export function referenceRefusal(document: ApiDocument): Finding | undefined {
  const { root, faults } = document;
  // Other versions are taken without a check of their own parts.
  if (Object.hasOwn(root, "swagger")) return undefined;
  const reasons = [
    ...(faults.length === 0 ? [] : ["parts of the wrong kind"]),
    ...infoReasons(root),
    ...serverReasons(root),
    ...(listAt(root, "tags").every(isJsonObject) ? [] : ["tags that are no mappings"]),
    ...schemeReasons(root),
    ...operationReasons(root),
    ...schemaReasons(root),
  ];
  if (reasons.length === 0) return undefined;
  const message = `dlt-init-openapi refuses this document: ${[...new Set(reasons)].join(", ")}. Here the rest of it is used`;
  return { code: "ReferenceRefuses", message };
}

function infoReasons(root: JsonObject): readonly string[] {
  const info = getOwn(root, "info");
  if (!isJsonObject(info)) return ["no info"];
  const missing = ["title", "version"].filter((key) => (getOwn(info, key) ?? null) === null);
  return [...missing.map((key) => `no info.${key}`), ...(info.termsOfService === "" ? ["empty termsOfService"] : [])];
}

function serverReasons(root: JsonObject): readonly string[] {
  const variables = listAt(root, "servers").flatMap((server) => {
    const all = objectAt(asObject(server), "variables");
    return keysOf(all).map((name) => asObject(getOwn(all, name)));
  });
  return variables.every((one) => Object.hasOwn(one, "default")) ? [] : ["a server variable without default"];
}

function schemeReasons(root: JsonObject): readonly string[] {
  const schemes = objectAt(objectAt(root, "components"), "securitySchemes");
  const isReference = keysOf(schemes).some((name) => referenceOf(asObject(getOwn(schemes, name))) !== undefined);
  return isReference ? ["a security scheme that is a reference"] : [];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

function operationReasons(root: JsonObject): readonly string[] {
  const paths = objectAt(root, "paths");
  const operations = keysOf(paths).flatMap((path) => {
    const item = asObject(getOwn(paths, path));
    return METHODS.flatMap((method) => {
      const operation = getOwn(item, method);
      return isJsonObject(operation) ? [operation] : [];
    });
  });
  const shared = objectAt(objectAt(root, "components"), "responses");
  const responses = [shared, ...operations.map((operation) => objectAt(operation, "responses"))].flatMap((all) =>
    keysOf(all).map((status) => asObject(getOwn(all, status))),
  );
  const isDescribed = (one: JsonObject) => Object.hasOwn(one, "description") || referenceOf(one) !== undefined;
  return [
    ...(operations.every((one) => Object.hasOwn(one, "responses")) ? [] : ["an operation without responses"]),
    ...(responses.every(isDescribed) ? [] : ["a response without description"]),
  ];
}

/** What 3.0 has and 3.1 has not. */
function schemaReasons(root: JsonObject): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<JsonValue>();
  const walk = (value: JsonValue): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (isJsonArray(value)) for (const item of value) walk(item);
    if (!isJsonObject(value)) return;
    for (const key of ["exclusiveMinimum", "exclusiveMaximum"]) {
      const bound = getOwn(value, key);
      if (bound === true || bound === false || bound === "true" || bound === "false")
        found.add(`${key} that is no number`);
    }
    const choices = getOwn(value, "enum");
    if (isJsonArray(choices) && choices.length === 0) found.add("an empty enum");
    for (const key of Object.keys(value)) if (!/^(?:x-|examples?$|default$)/.test(key)) walk(value[key] ?? null);
  };
  walk(root);
  return [...found];
}
