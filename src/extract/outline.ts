import type { AuthConfig } from "../config/rest-api/auth-shape.ts";
import type { PaginatorConfig } from "../config/rest-api/paginator-shape.ts";
import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { ClientConfig } from "../config/rest-api/shape.ts";
import { isJsonArray, isJsonObject, type JsonValue, keysOf, objectFrom } from "../core/json.ts";
import { compactJson } from "../core/json-writer.ts";
import { pythonStr } from "../core/python-text.ts";
import { MASK } from "../core/redact.ts";
import { Secret } from "../core/secret.ts";
import type { RequestOutline } from "../core/source.ts";
import { isSecretParam, joinUrl, maskUrl, type QueryValue } from "./http/url.ts";
import { paginatorMapping } from "./paginators/create.ts";

/** What a resource will ask for, as far as its configuration says. No secrets. */
export function outlineOf(plan: PlannedResource, client: ClientConfig): RequestOutline {
  if (plan.seed !== undefined) {
    return { first: "nothing", pages: "one page", records: `${plan.seed.length} in the configuration`, auth: "none" };
  }
  const url = joinUrl(client.base_url ?? "", plan.shownPath);
  const query = [
    ...plan.params.flatMap(([name, value]) => queryTexts(name, name === plan.startParam ? START : value)),
    ...(plan.startParam === undefined || plan.params.some(([name]) => name === plan.startParam)
      ? []
      : [`${plan.startParam}=${START}`]),
    ...(plan.endParam === undefined ? [] : [`${plan.endParam}={incremental.end_value}`]),
  ];
  const all = query.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${query.join("&")}`;
  const body = plan.json !== undefined ? "json" : plan.data !== undefined ? "data" : undefined;
  return {
    first: `${plan.method} ${maskUrl(all)}`,
    ...(body === undefined ? {} : { body, content: contentText(plan.json ?? plan.data ?? null) }),
    pages: pagesText(plan.paginator ?? client.paginator ?? undefined),
    ...(plan.incremental === undefined ? {} : { cursor: plan.incremental.cursor_path }),
    ...((plan.incremental?.window ?? null) === null ? {} : { window: String(plan.incremental?.window) }),
    records: plan.dataSelector ?? "detected on the first page",
    auth: authText(plan.auth),
  };
}

/** Method and path as configured, for the report. */
export function endpointText({ seed, method, writtenPath }: PlannedResource): string {
  return seed === undefined ? `${method} ${writtenPath}` : "records of the configuration";
}

const START = "{incremental.start_value}";

function queryTexts(name: string, value: QueryValue): readonly string[] {
  if (value === null) return [];
  if (value instanceof Secret) return [`${name}=${MASK}`];
  if (isJsonArray(value)) return value.flatMap((item) => queryTexts(name, item));
  return [`${name}=${typeof value === "string" ? value : pythonStr(value)}`];
}

/** A body as it is written, a mapping as JSON; without the values that a query would not show. */
function contentText(value: JsonValue | Secret): string {
  if (typeof value !== "string") return compactJson(masked(value));
  const asForm = maskUrl(`?${value}`).slice(1);
  return asForm.replace(/("([^"]+)"\s*:\s*)"(?:[^"\\]|\\.)*"/gs, (whole, start: string, key: string) =>
    isSecretParam(key) ? `${start}"${MASK}"` : whole,
  );
}

function masked(value: JsonValue | Secret): JsonValue {
  if (value instanceof Secret) return MASK;
  if (isJsonArray(value)) return value.map(masked);
  if (!isJsonObject(value)) return value;
  return objectFrom(
    keysOf(value).map((key) => {
      const item = value[key] ?? null;
      return [key, item !== null && isSecretParam(key) ? MASK : masked(item)];
    }),
  );
}

function authText(auth: AuthConfig | null): string {
  if (auth === null) return "none";
  return typeof auth === "string" ? auth : (auth.type ?? "bearer");
}

/** How further pages are found, in words. */
function pagesText(config: PaginatorConfig | undefined): string {
  if (config === undefined) return "detected on the first page";
  const paginator = paginatorMapping(config);
  switch (paginator.type) {
    case "auto":
      return "detected on the first page";
    case "single_page":
      return "one page";
    case "expression":
      return `expressions for ${Object.keys(paginator.next).join(", ")}`;
    case "json_link":
    case "json_response":
      return `next link at ${paginator.next_url_path ?? "next"}`;
    case "header_link":
      return `Link header, rel ${paginator.links_next_key ?? "next"}`;
    case "header_cursor":
      return `header ${paginator.cursor_key ?? "next"} -> ${paginator.cursor_param ?? "cursor"}`;
    case "cursor":
      return `cursor at ${paginator.cursor_path ?? "cursors.next"} -> ${
        paginator.cursor_body_path || paginator.cursor_param || "cursor"
      }`;
    case "offset":
      return `${paginator.limit} at a time, ${endText(paginator, "offset", paginator.maximum_offset)}`;
    case "page_number":
      return `numbered from ${paginator.page ?? paginator.base_page ?? 0}, ${endText(paginator, "page", paginator.maximum_page)}`;
  }
}

interface End {
  readonly total_path?: string | null | undefined;
  readonly has_more_path?: string | null | undefined;
  readonly stop_after_empty_page?: boolean | null | undefined;
}

/** What ends a list that is counted; `maximum` is not asked any more. */
function endText(config: End, word: "page" | "offset", maximum: number | null | undefined): string {
  const total = config.total_path === undefined ? "total" : config.total_path;
  const ends = [
    ...(total ? [`the total at ${total}`] : []),
    ...(maximum === null || maximum === undefined ? [] : [`${word} ${maximum}`]),
    ...(config.has_more_path ? [`${config.has_more_path} is false`] : []),
    ...(config.stop_after_empty_page === undefined || config.stop_after_empty_page ? ["an empty page"] : []),
  ];
  return `until ${ends.join(" or ")}`;
}
