import { isJsonArray, isJsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import { pythonStr } from "../../core/python-text.ts";
import { Secret } from "../../core/secret.ts";

export type QueryValue = JsonValue | Secret;
export type Query = readonly (readonly [string, QueryValue])[];

/** `base` and `path` with exactly one slash between; an absolute path stands alone. */
export function joinUrl(base: string, path: string): string {
  if (isAbsolute(path)) return path;
  if (base === "") return path;
  if (path === "") return base;
  return `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
}

export function isAbsolute(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/**
 * The URL as it goes onto the wire: dot segments collapsed, characters that may not stand in it percent-encoded (escapes
 * are kept, unless the part has a stray `%`), the fragment dropped, the query parameters appended in order.
 */
export function prepareUrl(url: string, query: Query = []): string {
  const found = /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(url);
  if (found === null) return url;
  const [, origin = "", path = "", own = ""] = found;
  const added = encodeQuery(query);
  const kept = escapeInvalid(own.slice(1), QUERY_KEPT);
  const all = kept === "" ? added : added === "" ? kept : `${kept}&${added}`;
  const cleanPath = escapeInvalid(collapseDots(path === "" ? "/" : path), PATH_KEPT);
  return new URL(origin).origin + cleanPath + (all === "" ? "" : `?${all}`);
}

/**
 * Form encoding as requests makes it: nulls are dropped, a list repeats the name for each item, a mapping for each of its
 * keys, and so once more for what is inside.
 */
export function encodeQuery(query: Query): string {
  const pairs: string[] = [];
  const add = (name: string, text: string) => pairs.push(`${formEscape(name)}=${formEscape(text)}`);
  for (const [name, value] of query) {
    if (value instanceof Secret) add(name, value.reveal());
    else {
      for (const item of itemsOf(value)) {
        if (item !== null) for (const inner of itemsOf(item)) add(name, queryText(inner));
      }
    }
  }
  return pairs.join("&");
}

function itemsOf(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? keysOf(value) : [value];
}

function queryText(value: JsonValue): string {
  return typeof value === "string" ? value : pythonStr(value);
}

function formEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll("%20", "+")
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A value as one path segment: everything but unreserved characters is encoded. */
export function encodeSegment(text: string): string {
  return formEscape(text).replaceAll("+", "%20");
}

const PATH_KEPT = /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/;
const QUERY_KEPT = /[A-Za-z0-9\-._~!$&'()*+,;=:@/?]/;

/** dlt (urllib3): escapes are kept only where every `%` of the part begins one; else each `%` stands for itself. */
function escapeInvalid(raw: string, kept: RegExp): string {
  const text = raw.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => escaped.toUpperCase());
  const isEscaped = !/%(?![0-9A-F]{2})/.test(text);
  let out = "";
  for (let index = 0; index < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(index) ?? 0);
    if (char === "%" && isEscaped) {
      out += unreservedOf(text.slice(index, index + 3));
      index += 3;
      continue;
    }
    out += kept.test(char) ? char : encodeURIComponent(char.toWellFormed());
    index += char.length;
  }
  return out;
}

/** dlt (requests): escapes of unreserved characters are undone. */
function unreservedOf(escaped: string): string {
  const char = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[A-Za-z0-9\-._~]/.test(char) ? char : escaped;
}

/** As urllib3 does it, which takes the first slash for a segment of its own. */
function collapseDots(path: string): string {
  if (!/(^|\/)\.{1,2}(\/|$)/.test(path)) return path;
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  if (out[0] !== "") out.unshift("");
  if (/\/\.{1,2}$/.test(path)) out.push("");
  return out.join("/") || "/";
}

const SECRET_PARAMS = new Set([
  "api_key",
  "token",
  "key",
  "access_token",
  "apikey",
  "api-key",
  "access-token",
  "secret",
  "password",
  "pwd",
  "client_secret",
  "private_token",
  "job_token",
]);

/** True for names of parameters and fields whose values are credentials. */
export function isSecretParam(name: string): boolean {
  return SECRET_PARAMS.has(name.toLowerCase());
}

/** The URL with the values of query parameters that carry credentials replaced by `***`; `extra` names more of them. */
export function maskUrl(url: string, extra?: string): string {
  return url.replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, mark: string, name: string) => {
    const plain = name.replaceAll("+", " ");
    return isSecretParam(plain) || (extra !== undefined && plain.toLowerCase() === extra.toLowerCase())
      ? `${mark}${name}=***`
      : whole;
  });
}

/** The origin of a URL, or undefined when it is none of http(s). */
export function originOf(url: string): string | undefined {
  if (!isAbsolute(url) || !URL.canParse(url)) return undefined;
  return new URL(url).origin;
}

/** True for addresses of this machine, to which credentials may go unencrypted. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname;
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host);
}
