import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { compilePath, findFirst } from "../../core/json-path.ts";
import { isPythonFalse } from "../../core/python-truth.ts";
import { withBodyValue, withParam } from "../request-spec.ts";
import { hasMore } from "./body-values.ts";
import type { Paginator } from "./paginator.ts";

type CursorConfig = Extract<PaginatorMapping, { type: "cursor" }>;

/** A cursor in the body goes into the query or the body of the next request. */
export function createCursorPaginator(config: CursorConfig): Paginator {
  const path = compilePath(config.cursor_path ?? "cursors.next");
  const more = config.has_more_path ? compilePath(config.has_more_path) : undefined;
  const bodyPath = config.cursor_body_path || undefined;
  const param = config.cursor_param || "cursor";
  return {
    type: "cursor",
    counts: false,
    init: (spec) => spec,
    foresee: () => null,
    next(spec, page) {
      const cursor = findFirst(path, page.body) ?? null;
      if (config.stop_after_empty_page === true && page.count === 0) return null;
      if (more !== undefined && !hasMore(more, page.body)) return null;
      if (isPythonFalse(cursor)) return null;
      return bodyPath === undefined ? withParam(spec, param, cursor) : withBodyValue(spec, bodyPath, cursor);
    },
  };
}

/**
 * A cursor in a header goes into the query of the next request. `X-Next-Page` with `X-Total-Pages` beside it (GitLab)
 * is a number, so all pages are known from the first.
 */
export function createHeaderCursorPaginator(key: string, param: string, lookFar: boolean): Paginator {
  const header = key.toLowerCase();
  let last: number | undefined;
  return {
    type: "header_cursor",
    counts: false,
    init: (spec) => spec,
    foresee(spec, peek) {
      if (peek === undefined) {
        const value = (spec.position ?? Number.NaN) + 1;
        return last !== undefined && value <= last
          ? { ...withParam(spec, param, String(value)), position: value }
          : null;
      }
      const cursor = peek.headers[header];
      if (cursor === undefined) return null;
      const next = withParam(spec, param, cursor);
      if (!lookFar || header !== "x-next-page" || !/^\d{1,9}$/.test(cursor)) return cursor === "" ? null : next;
      const pages = Number(peek.headers["x-total-pages"] || Number.NaN);
      last = Number.isInteger(pages) ? pages : undefined;
      return { ...next, position: Number(cursor) };
    },
    next(spec, page) {
      const cursor = page.headers[header];
      // GitLab sends an empty X-Next-Page with the last page; elsewhere an empty value is a cursor as in dlt.
      const last = lookFar && cursor === "" && header === "x-next-page" && page.headers["x-page"] !== undefined;
      return cursor === undefined || last ? null : withParam(spec, param, cursor);
    },
  };
}
