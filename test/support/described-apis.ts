import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type Asked, json } from "../unit/extract/fake-api.ts";
import { type Document, get, integer, listOf, moment, object, query, text } from "./generate.ts";

const records = listOf(object({ id: integer }));

/** Lists below lists, a parameter that is taken from one, and records that do not say whose they are. */
export const TEAMS: Document = {
  components: { securitySchemes: { key: { type: "apiKey", name: "X-Key", in: "header" } } },
  paths: {
    "/teams": get(records),
    "/teams/{team_id}/boards": get(records),
    "/teams/{team_id}/boards/{board_id}/cards": get(object({ items: records, "x-total": integer })),
    "/boards/{team_id}/labels": get(listOf(object({ name: text }))),
    "/tags": get(records, {
      parameters: [query("team_id", integer, true), query("filter", { type: "string", default: "{all}" }, true)],
    }),
  },
};

export function answerTeams(request: Asked, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.target, "http://api");
  assert.equal(request.headers["x-key"], "secret-api_key");
  const [, team, board] = /^\/teams\/(\d+)\/boards(?:\/(\d+)\/cards)?$/.exec(pathname) ?? [];
  if (pathname === "/teams") json(response, [{ id: 1 }, { id: 2 }]);
  else if (pathname === "/tags") json(response, [{ id: Number(searchParams.get("team_id")) * 100 }]);
  else if (pathname.endsWith("/labels")) json(response, [{ name: pathname }]);
  else if (board !== undefined) json(response, { items: [{ id: Number(board) * 10 }] });
  else json(response, [{ id: Number(team) + 10 }]);
}

const record = object({ id: integer, updated_at: moment });

/** A list for each way to count pages. */
export const PAGES: Document = {
  paths: {
    "/numbers": get(listOf(record), { parameters: [query("page", integer), query("updated_after", moment)] }),
    "/offsets": get(object({ data: listOf(record), meta: object({ total: integer }) }), {
      parameters: [query("offset", integer), query("limit", { type: "integer", maximum: 2 })],
    }),
    "/cursors": get(object({ data: listOf(record), nextPageToken: text }), { parameters: [query("pageToken")] }),
    "/after": get(object({ data: listOf(record), has_more: { type: "boolean" } }), {
      parameters: [query("starting_after")],
    }),
    "/links": get(object({ data: listOf(record), "@odata.nextLink": text })),
  },
};

/** What each of the lists holds, two records a page. */
export const PAGE_ROWS = [1, 2, 3, 4, 5].map((id) => ({ id, updated_at: `2024-01-0${id}T00:00:00Z` }));

export function answerPages(request: Asked, response: ServerResponse): void {
  json(response, pageAt(new URL(request.target, "http://api")));
}

function pageAt(url: URL): unknown {
  const of = (name: string) => Number(url.searchParams.get(name) ?? 0);
  const from = (start: number) => PAGE_ROWS.slice(start, start + 2);
  switch (url.pathname) {
    case "/numbers":
      return from((of("page") - 1) * 2);
    case "/offsets":
      return { data: from(of("offset")), meta: { total: 5 } };
    case "/cursors": {
      const next = of("pageToken") + 2;
      return { data: from(next - 2), nextPageToken: next < 5 ? String(next) : "" };
    }
    case "/after":
      return { data: from(of("starting_after")), has_more: of("starting_after") < 3 };
    default: {
      const next = of("at") + 2;
      return { data: from(next - 2), "@odata.nextLink": next < 5 ? `/links?at=${next}` : null };
    }
  }
}
