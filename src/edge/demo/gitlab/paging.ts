import { type Answer, badRequest, JSON_HEADERS, jsonAnswer } from "./answer.ts";
import type { RecordList } from "./records.ts";
import { select } from "./select.ts";
import type { Store } from "./store.ts";
import type { At, ListRoute, Query } from "./types.ts";

/** What a page is cut from. */
export interface PageRequest {
  readonly store: Store;
  readonly route: ListRoute;
  readonly at: At;
  readonly query: Query;
  /** Scheme and host of the links. */
  readonly base: string;
  /** Below `/api/v4`. */
  readonly path: string;
}

/** One page of a list, by number or by keyset, with the headers that lead to the next one. */
export function answerPage(request: PageRequest): Answer {
  const { store, route, at, query } = request;
  const list = store.list(route, at, query);
  const perPage = route.noPage ? 1e9 : Math.min(100, Math.max(1, Number(query.per_page) || 20));
  const keyset = query.pagination === "keyset" && !(route.keyset === "page_token" && store.options.quirks === "off");
  return keyset ? keysetPage(request, list, perPage) : numberedPage(request, list, perPage);
}

/** GitLab sorts the parameters of its links and repeats the parent's id among them. */
function link({ base, path, at, query }: PageRequest, perPage: number, more: Query, rel: string): string {
  const all: Record<string, string | undefined> = { ...at.ids, ...query, per_page: String(perPage), ...more };
  delete all.private_token;
  delete all.access_token;
  const parameters = Object.keys(all)
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(all[name] ?? "")}`);
  return `<${base}/api/v4${path}?${parameters.join("&")}>; rel="${rel}"`;
}

const REFUSED = "Keyset pagination is not yet available for this type of request";

function keysetPage(request: PageRequest, list: RecordList, perPage: number): Answer {
  const { route, query } = request;
  if (route.keyset === undefined) return jsonAnswer(405, { error: REFUSED });
  if (route.keyset === "id") return pageAfterId(request, list, perPage);
  const ordered = route.keysetOrder === undefined ? query : { ...query, order_by: query.order_by || route.keysetOrder };
  const ks = select(list, route, ordered);
  let start = 0;
  if (route.keyset === "cursor" && query.cursor) {
    const last = readCursor(query.cursor);
    if (last === undefined) return badRequest("cursor is invalid");
    start = ks.indexOf(last) + 1;
  }
  if (route.keyset === "page_token" && query.page_token) {
    start = ks.findIndex((k) => list.name(k) === query.page_token) + 1;
  }
  const part = ks.subarray(start, start + perPage);
  // A page token is given with every full page, also with the last.
  const more = route.keyset === "page_token" ? part.length === perPage : start + perPage < ks.length;
  const last = part.at(-1);
  if (!more || last === undefined) return pageAnswer(request, list, part, []);
  const next: Query = route.keyset === "cursor" ? { cursor: writeCursor(last) } : { page_token: list.name(last) };
  return pageAnswer(request, list, part, ["Link", link(request, perPage, next, "next")]);
}

function pageAfterId(request: PageRequest, list: RecordList, perPage: number): Answer {
  const { route, query } = request;
  if (query.order_by && query.order_by !== "id") return jsonAnswer(405, { error: REFUSED });
  const sort = query.sort || "desc";
  const ks = select(list, route, { ...query, order_by: "id", sort });
  const part = ks.subarray(0, perPage);
  const last = part.at(-1);
  if (ks.length <= perPage || last === undefined) return pageAnswer(request, list, part, []);
  const next = { [sort === "asc" ? "id_after" : "id_before"]: String(list.id(last)) };
  return pageAnswer(request, list, part, ["Link", link(request, perPage, next, "next")]);
}

function numberedPage(request: PageRequest, list: RecordList, perPage: number): Answer {
  const { store, route, query } = request;
  const { offsetLimit } = store.options;
  const page = Math.max(1, Number(query.page) || 1);
  if (route.model && offsetLimit > 0 && page * perPage > offsetLimit) {
    return jsonAnswer(405, {
      error: `Offset pagination has a maximum allowed offset of ${offsetLimit} for requests that return objects of type ${route.model}. Remaining records can be retrieved using keyset pagination.`,
    });
  }
  const ks = select(list, route, query);
  const start = (page - 1) * perPage;
  const part = ks.subarray(start, start + perPage);
  if (route.noPage) return pageAnswer(request, list, part, []);
  return pageAnswer(request, list, part, pageHeaders(request, ks.length, part.length, page, perPage));
}

/** Totals are left out above 10 000 records, as GitLab does. */
function pageHeaders(request: PageRequest, total: number, count: number, page: number, perPage: number): string[] {
  const { store, route } = request;
  const quirks = store.options.quirks !== "off";
  const announcesMore = quirks && route.firstPageNext && page === 1;
  let next = page * perPage < total ? page + 1 : null;
  if (quirks && route.fullPageNext && count === perPage) next = page + 1;
  if (announcesMore) next = 2;
  const headers = [
    ...["X-Per-Page", String(perPage), "X-Page", String(page)],
    ...["X-Next-Page", next === null ? "" : String(next), "X-Prev-Page", page > 1 ? String(page - 1) : ""],
  ];
  const to = (number: number, rel: string): string => link(request, perPage, { page: String(number) }, rel);
  const links: string[] = [];
  if (page > 1) links.push(to(page - 1, "prev"));
  if (next !== null) links.push(to(next, "next"));
  links.push(to(1, "first"));
  if (!((route.noTotal && quirks) || total > 10000)) {
    const pages = Math.max(1, Math.ceil(total / perPage));
    links.push(to(pages, "last"));
    const shown = announcesMore ? Math.floor(total / perPage) + 1 : pages;
    headers.push("X-Total", String(total), "X-Total-Pages", String(shown));
  }
  return [...headers, "Link", links.join(", ")];
}

function pageAnswer({ route }: PageRequest, list: RecordList, ks: Int32Array, headers: readonly string[]): Answer {
  return { status: 200, headers: [...JSON_HEADERS, ...headers], body: list.page(ks), route: route.pattern };
}

function writeCursor(k: number): string {
  return Buffer.from(JSON.stringify({ k, _kd: "n" })).toString("base64url");
}

/** The place that a cursor stands for; -1 when it names none, undefined when it is no cursor. */
function readCursor(cursor: string): number | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof read !== "object" || read === null) return undefined;
    return "k" in read && typeof read.k === "number" ? read.k : -1;
  } catch {
    return undefined;
  }
}
