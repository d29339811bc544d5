import { upgradeFromTwoToThree } from "@scalar/openapi-upgrader/2.0-to-3.0";
import { Double, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../../core/json.ts";
import { openapiError } from "../openapi-error.ts";
import { listAt, textAt } from "../reading/scalars.ts";

/** The converter copies the tree some five times with a path for every value. */
const MAX_NODES = 2_000_000;

/**
 * A document of OpenAPI 2.0 in the form of 3.0: `definitions`, `host` with `basePath` and `schemes`,
 * `securityDefinitions`, `schema` of responses and parameters. The given tree stays as it is. Throws `E_OPENAPI` when a
 * part is not what 2.0 says (a path that is no mapping, ...).
 */
export function convertSwagger(root: JsonObject, name: string, url: string | undefined): JsonObject {
  let nodes = 0;
  // The converter changes what it is given, and takes numbers only as numbers.
  const copy = (value: JsonValue): JsonValue => {
    if (++nodes > MAX_NODES)
      throw openapiError(name, [{ message: `more than ${MAX_NODES} values to convert from 2.0` }]);
    if (value instanceof Double) return value.value;
    if (isJsonArray(value)) return value.map(copy);
    if (!isJsonObject(value)) return value;
    const object: { [key: string]: JsonValue } = {};
    for (const key of keysOf(value)) setOwn(object, key, copy(value[key] ?? null));
    return object;
  };
  const input = copy(root);
  if (!isJsonObject(input)) return root;
  let output: unknown;
  try {
    output = upgradeFromTwoToThree({ ...input, swagger: "2.0" });
  } catch (cause) {
    throw openapiError(name, [{ message: "the document does not have the form of OpenAPI 2.0" }], {
      cause,
      hint: "Convert it to 3.0 with another tool, or correct what its validator names.",
    });
  }
  if (!isTree(output)) throw openapiError(name, [{ message: "the document does not have the form of OpenAPI 2.0" }]);
  return { ...output, servers: serversOf(root, url) };
}

/**
 * The servers of a document of 2.0. The converter joins `host` and `basePath` as they are: `a.example` and `.b.example` would
 * be another server.
 */
function serversOf(root: JsonObject, url: string | undefined): readonly JsonObject[] {
  const host = textAt(root, "host")?.trim();
  const path = (textAt(root, "basePath") ?? "").trim().replace(/^\/*/, "/");
  if (host === undefined || !isHost(host)) return [{ url: path }];
  const known = listAt(root, "schemes").flatMap((scheme) => (/^https?$/i.test(String(scheme)) ? String(scheme) : []));
  return (known.length > 0 ? known : [schemeOf(host, url)]).map((scheme) => ({ url: `${scheme}://${host}${path}` }));
}

/** Only digits would be read as an address: `1` is 0.0.0.1. */
export function isHost(text: string): boolean {
  return /^[^\s/?#@\\]+$/.test(text) && !/^\d+(?::\d+)?$/.test(text);
}

/** Where the document names none: that by which it came, else the one that guards credentials. */
function schemeOf(host: string, url: string | undefined): string {
  if (url !== undefined) return new URL(url).protocol.replace(":", "");
  return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(host) ? "http" : "https";
}

/** The converter keeps to what JSON has; its types do not say so. */
function isTree(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
