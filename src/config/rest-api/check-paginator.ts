import type { Fault } from "../fault.ts";
import { pathFaults } from "./check-path.ts";
import { codeFaults } from "./code.ts";
import type { PaginatorConfig, PaginatorMapping } from "./paginator-shape.ts";

type Path = readonly (string | number)[];

/** What the shape of a paginator cannot say: a list without end, a value with no place or two, paths and expressions. */
export function paginatorFaults(config: PaginatorConfig | undefined, at: Path): Fault[] {
  if (config === undefined) return [];
  if (config === "offset") {
    return [{ path: [...at, "limit"], reason: "missing_key", message: 'the key "limit" is missing' }];
  }
  if (typeof config === "string") return [];
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(config)) {
    const isRead = PATH_KEYS.has(key) || (OPTIONAL_PATH_KEYS.has(key) && value !== "");
    if (isRead && typeof value === "string") faults.push(...pathFaults(value, [...at, key]));
  }
  faults.push(...placeFaults(config, at));
  if (config.type === "expression") faults.push(...expressionFaults(config, at));
  if ((config.type === "offset" || config.type === "page_number") && !hasStop(config)) {
    const maximum = config.type === "offset" ? "maximum_offset" : "maximum_page";
    faults.push({
      path: at,
      reason: "paginator_arguments",
      message: `the paginator would never stop: one of total_path, ${maximum}, has_more_path or stop_after_empty_page is needed`,
    });
  }
  return faults;
}

function expressionFaults({ next, stop }: Extract<PaginatorMapping, { type: "expression" }>, at: Path): Fault[] {
  const { url, params, json } = next;
  const faults = [
    ...codeFaults(stop, [...at, "stop"], "page", "bool"),
    ...codeFaults(url, [...at, "next", "url"], "page", "text"),
    ...codeFaults(params, [...at, "next", "params"], "page", "map"),
    ...codeFaults(json, [...at, "next", "json"], "page", "map"),
  ];
  if (url !== undefined || params !== undefined || json !== undefined) return faults;
  const message = "next needs one of url, params and json";
  return [...faults, { path: [...at, "next"], reason: "missing_key", message }];
}

const PATH_KEYS = new Set(["next_url_path", "cursor_path"]);
/** An empty text is none. */
const OPTIONAL_PATH_KEYS = new Set(["total_path", "has_more_path"]);

function hasStop(config: Extract<PaginatorMapping, { type: "offset" | "page_number" }>): boolean {
  const maximum = config.type === "offset" ? config.maximum_offset : config.maximum_page;
  return (
    config.total_path === undefined ||
    (config.total_path ?? "") !== "" ||
    (maximum ?? null) !== null ||
    (config.has_more_path ?? "") !== "" ||
    config.stop_after_empty_page === undefined ||
    config.stop_after_empty_page === true
  );
}

/** Where a value is sent: in the query or in the body, not both, not neither. */
function placeFaults(config: PaginatorMapping, at: Path): Fault[] {
  const pairs: readonly (readonly [string, string | null | undefined, string, string | null | undefined])[] =
    config.type === "cursor"
      ? [["cursor_param", config.cursor_param, "cursor_body_path", config.cursor_body_path]]
      : config.type === "offset"
        ? [
            ["offset_param", config.offset_param, "offset_body_path", config.offset_body_path],
            ["limit_param", config.limit_param, "limit_body_path", config.limit_body_path],
          ]
        : config.type === "page_number"
          ? [["page_param", config.page_param, "page_body_path", config.page_body_path]]
          : [];
  return pairs.flatMap(([param, inQuery, body, inBody]) => {
    const both = (inQuery ?? null) !== null && (inBody ?? null) !== null && inQuery !== "" && inBody !== "";
    const given = (inQuery ?? null) !== null || (inBody ?? null) !== null;
    const neither = given && (inQuery ?? "") === "" && (inBody ?? "") === "";
    if (!both && !neither) return [];
    const message = both ? `${param} and ${body} exclude each other` : `one of ${param} and ${body} is needed`;
    return [{ path: at, reason: "paginator_arguments", message }];
  });
}

/** The key by which a paginator writes into the JSON body of requests; undefined for those that do not. */
export function bodyKeyOf(config: PaginatorConfig | undefined): string | undefined {
  if (config === undefined || typeof config === "string") return undefined;
  switch (config.type) {
    case "cursor":
      return config.cursor_body_path ? "cursor_body_path" : undefined;
    case "offset":
      return config.offset_body_path ? "offset_body_path" : config.limit_body_path ? "limit_body_path" : undefined;
    case "page_number":
      return config.page_body_path ? "page_body_path" : undefined;
    case "expression":
      return config.next.json === undefined ? undefined : "next.json";
    default:
      return undefined;
  }
}
