import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { isJsonObject, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import { compilePath } from "../../core/json-path.ts";
import { JsonPathError } from "../../core/json-path-parser.ts";
import { joinPath } from "../select.ts";
import { toInteger } from "./body-values.ts";
import { parseLinkHeader } from "./link-header.ts";

/** Finds a paginator for the first page, first hit wins (section 4.3 of the specification). */
export function detectPaginator(
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
  strict: boolean,
): PaginatorMapping {
  if (parseLinkHeader(headers.link).has("next")) return { type: "header_link" };
  const next = isJsonObject(body) ? findNext(body, []) : undefined;
  if (next !== undefined && typeof next.value === "string" && /^(http|\/)/.test(next.value)) {
    const path = joinPath(next.path, strict);
    if (isReadable(path)) return { type: "json_link", next_url_path: path };
  }
  const pages = isJsonObject(body) ? findPages(body, []) : undefined;
  if (pages !== undefined && toInteger(pages.value) !== undefined) {
    const path = joinPath(pages.path, strict);
    if (isReadable(path)) return { type: "page_number", total_path: path };
  }
  if (next !== undefined) return { type: "cursor", cursor_path: joinPath(next.path, strict) };
  return { type: "single_page" };
}

/** dlt: a link or a number of pages at a path that cannot be read is passed over, a cursor there is an error. */
function isReadable(path: string): boolean {
  try {
    compilePath(path);
    return true;
  } catch (error) {
    if (error instanceof JsonPathError) return false;
    throw error;
  }
}

interface Found {
  readonly path: readonly string[];
  readonly value: JsonValue;
}

function findNext(object: JsonObject, path: readonly string[]): Found | undefined {
  for (const key of keysOf(object)) {
    const value = object[key] ?? null;
    if (key.toLowerCase().startsWith("next")) {
      if (isScalar(value)) return { path: [...path, key], value };
      if (isJsonObject(value)) {
        for (const inner of keysOf(value)) {
          const innerValue = value[inner] ?? null;
          if (/^(href|url)/i.test(inner) && isScalar(innerValue))
            return { path: [...path, key, inner], value: innerValue };
        }
      }
    }
    if (isJsonObject(value)) {
      const found = findNext(value, [...path, key]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function findPages(object: JsonObject, path: readonly string[]): Found | undefined {
  for (const key of keysOf(object)) {
    const value = object[key] ?? null;
    if (/^(total_pages|pages|totalpages)$/i.test(key) && isScalar(value)) return { path: [...path, key], value };
    if (isJsonObject(value)) {
      const found = findPages(value, [...path, key]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A text, number or boolean. */
function isScalar(value: JsonValue): boolean {
  return value !== null && !Array.isArray(value) && !isJsonObject(value);
}
