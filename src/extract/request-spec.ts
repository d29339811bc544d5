import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { compactJson } from "../core/json-writer.ts";
import { encodeQuery, prepareUrl, type QueryValue } from "./http/url.ts";

/**
 * A request before encoding, as paginators see and change it. Immutable: changes make a new one.
 */
export interface RequestSpec {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Without the query parameters below. */
  readonly url: string;
  readonly params: ReadonlyMap<string, QueryValue>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: JsonObject | undefined;
  readonly data: { readonly [key: string]: QueryValue } | string | undefined;
  /** Number of the page, where a paginator counts. */
  readonly position?: number;
  /** Links to a next page are moved below this URL: the source may name itself otherwise than we reach it. */
  readonly linkBase?: string;
}

/** Sets a query parameter; an existing one keeps its place. */
export function withParam(spec: RequestSpec, name: string, value: QueryValue): RequestSpec {
  return { ...spec, params: new Map(spec.params).set(name, value) };
}

/** Goes to another URL, all query parameters dropped. */
export function withUrl(spec: RequestSpec, url: string): RequestSpec {
  return { ...spec, url, params: new Map() };
}

/** Sets a value in the JSON body; the path is made of object keys joined by dots, missing objects are made. */
export function withBodyValue(spec: RequestSpec, path: string, value: JsonValue): RequestSpec {
  return { ...spec, json: setAt(spec.json ?? {}, path.split("."), value) };
}

function setAt(object: JsonObject, keys: readonly string[], value: JsonValue): JsonObject {
  const [key = "", ...rest] = keys;
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key];
  return { ...object, [key]: setAt(isJsonObject(inner) ? inner : {}, rest, value) };
}

/** The URL on the wire, without what authentication adds. */
export function urlOf(spec: RequestSpec): string {
  return prepareUrl(spec.url, [...spec.params]);
}

/** Body and its content type. dlt: `data` that is not empty comes first, else JSON is sent, also an empty mapping. */
export function bodyOf(spec: RequestSpec): { readonly body?: string; readonly type?: string } {
  const { data, json } = spec;
  if (typeof data === "string" && data !== "") return { body: data };
  if (typeof data === "object" && Object.keys(data).length > 0) {
    return { body: encodeQuery(Object.entries(data)), type: "application/x-www-form-urlencoded" };
  }
  return json === undefined ? {} : { body: compactJson(json), type: "application/json" };
}

/** Equal for requests that ask for the same thing. */
export function identityOf(spec: RequestSpec): string {
  return `${spec.method} ${urlOf(spec)}\n${bodyOf(spec).body ?? ""}`;
}
