import type { RangePaginator } from "../../config/rest-api/paginator-shape.ts";
import { compilePath, type JsonPath } from "../../core/json-path.ts";
import { type RequestSpec, withBodyValue, withParam } from "../request-spec.ts";
import { hasMore, totalOf } from "./body-values.ts";
import type { Paginator } from "./paginator.ts";

/** Counting paginators: `page_number` (pages) and `offset` (items). */
export function createRangePaginator(config: RangePaginator, useHeaders: boolean): Paginator {
  const isPages = config.type === "page_number";
  const base = isPages ? (config.base_page ?? 0) : 0;
  const first = isPages ? (config.page ?? base) : (config.offset ?? 0);
  const step = isPages ? 1 : config.limit;
  const maximum = (isPages ? config.maximum_page : config.maximum_offset) ?? undefined;
  // dlt: null is as good as false.
  const stopAfterEmpty = config.stop_after_empty_page === undefined || config.stop_after_empty_page === true;
  // dlt: an absent total_path means `total`; null and the empty text mean none.
  const totalPath = compiled(config.total_path === undefined ? "total" : config.total_path);
  const morePath = compiled(config.has_more_path);
  const place = isPages
    ? placeOf(config.page_param, config.page_body_path, "page")
    : placeOf(config.offset_param, config.offset_body_path, "offset");
  const limitPlace = isPages ? undefined : placeOf(config.limit_param, config.limit_body_path, "limit");
  /** First value that is not asked any more, once it is known. */
  let end: number | undefined;

  const at = (spec: RequestSpec, value: number): RequestSpec => {
    let next = put(spec, place, value);
    if (limitPlace !== undefined) next = put(next, limitPlace, step);
    return { ...next, position: value };
  };

  /** GitLab's `X-Page` and `X-Total-Pages` spare the request that finds the list at its end. */
  const readPageHeaders = (spec: RequestSpec, headers: Readonly<Record<string, string>>): void => {
    if (!useHeaders || !isPages || totalPath !== undefined || headers["x-page"] !== String(spec.position)) return;
    const pages = Number(headers["x-total-pages"] || Number.NaN);
    if (Number.isInteger(pages)) end = pages + 1;
  };

  return {
    type: config.type,
    counts: true,
    init: (spec) => at(spec, first),
    foresee(spec, peek) {
      const value = (spec.position ?? first) + step;
      if (maximum !== undefined && value >= maximum) return null;
      if (end !== undefined) return value < end ? at(spec, value) : null;
      if (peek === undefined) return null;
      readPageHeaders(spec, peek.headers);
      if (end !== undefined) return value < end ? at(spec, value) : null;
      // Without a total or a flag in the body only an empty page ends the list, and this one is not empty.
      return totalPath === undefined && morePath === undefined && peek.notEmpty ? at(spec, value) : null;
    },
    next(spec, page) {
      if (stopAfterEmpty && page.count === 0) return null;
      if (totalPath !== undefined) end = totalOf(totalPath, page.body, isPages ? "pages" : "items") + base;
      readPageHeaders(spec, page.headers);
      const value = (spec.position ?? first) + step;
      const past = (end !== undefined && value >= end) || (maximum !== undefined && value >= maximum);
      const more = morePath === undefined || hasMore(morePath, page.body);
      return past || !more ? null : at(spec, value);
    },
  };
}

type Place = { readonly param: string } | { readonly body: string };

function placeOf(param: string | null | undefined, body: string | null | undefined, name: string): Place {
  if (body !== undefined && body !== null && body !== "") return { body };
  return { param: param === undefined || param === null || param === "" ? name : param };
}

function put(spec: RequestSpec, place: Place, value: number): RequestSpec {
  return "body" in place ? withBodyValue(spec, place.body, value) : withParam(spec, place.param, value);
}

function compiled(path: string | null | undefined): JsonPath | undefined {
  return path === undefined || path === null || path === "" ? undefined : compilePath(path);
}
