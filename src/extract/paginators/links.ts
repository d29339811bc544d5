import type { JsonValue } from "../../core/json.ts";
import { findFirst, type JsonPath } from "../../core/json-path.ts";
import { type RequestSpec, withUrl } from "../request-spec.ts";
import { shown, unusable } from "./body-values.ts";
import { parseLinkHeader } from "./link-header.ts";
import type { Paginator } from "./paginator.ts";

/** The next page's URL stands in the body. */
export function createJsonLinkPaginator(path: JsonPath, strict: boolean): Paginator {
  return {
    type: "json_link",
    counts: false,
    init: (spec) => spec,
    foresee: () => null,
    next(spec, page) {
      const link = findFirst(path, page.body) ?? null;
      return isEnd(link, strict) ? null : follow(spec, link, path.text);
    },
  };
}

/** dlt crashes on an empty or false link; both mean the end for us. */
function isEnd(link: JsonValue, strict: boolean): boolean {
  return link === null || (!strict && (link === "" || link === false));
}

/** The next page's URL stands in the `Link` header. */
export function createHeaderLinkPaginator(relation: string, lookFar: boolean): Paginator {
  /** Number of the last page and how its URL is made, when the header tells both. */
  let series: Series | undefined;
  return {
    type: "header_link",
    counts: false,
    init: (spec) => spec,
    foresee(spec, peek) {
      if (peek === undefined) {
        const value = (spec.position ?? Number.NaN) + 1;
        if (series === undefined || !(value <= series.last)) return null;
        return { ...withUrl(spec, series.url(value)), position: value };
      }
      const links = parseLinkHeader(peek.headers.link);
      const link = links.get(relation);
      if (link === undefined) return null;
      const next = follow(spec, link, "Link");
      series = lookFar ? seriesOf(next.url, links.get("last"), spec.url) : undefined;
      return series === undefined ? next : { ...next, position: series.first };
    },
    next(spec, page) {
      const link = parseLinkHeader(page.headers.link).get(relation);
      return link === undefined ? null : follow(spec, link, "Link");
    },
  };
}

interface Series {
  readonly first: number;
  readonly last: number;
  url(page: number): string;
}

/** Next and last link that differ in one number only: the pages between have URLs that are known already. */
function seriesOf(next: string, lastLink: string | undefined, base: string): Series | undefined {
  if (lastLink === undefined || !URL.canParse(lastLink, base)) return undefined;
  const last = new URL(lastLink, base).href;
  const match = (url: string) => /^(.*[?&]page=)(\d{1,9})((?:&.*)?)$/.exec(url);
  const a = match(next);
  const b = match(last);
  if (a === null || b === null || a[1] !== b[1] || a[3] !== b[3]) return undefined;
  return { first: Number(a[2]), last: Number(b[2]), url: (page) => `${a[1]}${page}${a[3]}` };
}

/** Absolute links as they are, others resolved against the last URL. */
export function follow(spec: RequestSpec, link: JsonValue, where: string): RequestSpec {
  if (typeof link !== "string" || link === "" || !URL.canParse(link, spec.url)) {
    throw unusable(`the next link at ${JSON.stringify(where)} is no URL: ${shown(link)}`);
  }
  const url = /^[a-z][a-z0-9+.-]*:/i.test(link) ? link : new URL(link, spec.url).href;
  return withUrl(spec, spec.linkBase === undefined ? url : rebase(url, spec.linkBase));
}

/**
 * The link's path and query below the base URL. Behind a proxy the instance may know itself under another host and
 * without the proxy's prefix: `https://inside/api/v4/users?page=2` below `https://proxy/gitlab/api/v4` is
 * `https://proxy/gitlab/api/v4/users?page=2`. What the base's path ends with and the link's begins with is one.
 */
export function rebase(link: string, base: string): string {
  const target = new URL(link);
  const to = new URL(base);
  const segments = to.pathname.split("/").filter((segment) => segment !== "");
  for (let from = 0; from < segments.length; from += 1) {
    const shared = `/${segments.slice(from).join("/")}`;
    if (target.pathname !== shared && !target.pathname.startsWith(`${shared}/`)) continue;
    const rest = target.pathname.slice(shared.length);
    return `${to.origin}/${segments.join("/")}${rest}${target.search}`;
  }
  return `${to.origin}${target.pathname}${target.search}`;
}
