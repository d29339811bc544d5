import type { PaginatorConfig, PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { compilePath } from "../../core/json-path.ts";
import { createCursorPaginator, createHeaderCursorPaginator } from "./cursors.ts";
import { createExpressionPaginator } from "./expression.ts";
import { createHeaderLinkPaginator, createJsonLinkPaginator } from "./links.ts";
import type { Paginator } from "./paginator.ts";
import { createRangePaginator } from "./range.ts";

/** Makes the paginator of a checked configuration; undefined for `auto`. */
export function createPaginator(config: PaginatorConfig, strict: boolean, maxStepMs: number): Paginator | undefined {
  const full = paginatorMapping(config);
  switch (full.type) {
    case "json_link":
    case "json_response":
      return createJsonLinkPaginator(compilePath(full.next_url_path ?? "next"), strict);
    case "header_link":
      return createHeaderLinkPaginator(full.links_next_key ?? "next", !strict);
    case "header_cursor":
      return createHeaderCursorPaginator(full.cursor_key ?? "next", full.cursor_param ?? "cursor", !strict);
    case "cursor":
      return createCursorPaginator(full);
    case "offset":
    case "page_number":
      return createRangePaginator(full, !strict);
    case "single_page":
      return singlePage;
    case "expression":
      return createExpressionPaginator(full, maxStepMs);
    case "auto":
      return undefined;
  }
}

/** A word alone takes all arguments at their defaults. `offset` needs one and is refused by the checks. */
export function paginatorMapping(config: PaginatorConfig): PaginatorMapping {
  if (typeof config !== "string") return config;
  return config === "offset" ? { type: config, limit: 1 } : { type: config };
}

const singlePage: Paginator = {
  type: "single_page",
  counts: false,
  init: (spec) => spec,
  foresee: () => null,
  next: () => null,
};
