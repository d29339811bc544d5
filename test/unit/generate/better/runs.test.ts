/** Generated pipelines against a server: what was worked out from the document alone is what the engine understands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "../../../../src/config/check-source.ts";
import type { RestApiConfig } from "../../../../src/config/rest-api/shape.ts";
import { isJsonObject } from "../../../../src/core/json.ts";
import type { GeneratedPipeline } from "../../../../src/generate/model.ts";
import { sourceValue } from "../../../../src/generate/render/source-value.ts";
import { generate, get, integer, listOf, moment, object, query, text } from "../../../support/generate.ts";
import { extract, json, serve } from "../../extract/fake-api.ts";

/** The configuration of a pipeline as its file says it, with an address and credentials; throws when it has faults. */
function configOf(pipeline: GeneratedPipeline, base: string): RestApiConfig {
  const { client: written, ...source } = sourceValue(pipeline);
  assert.ok(isJsonObject(written));
  const auth = isJsonObject(written.auth) ? { auth: { ...written.auth, api_key: "secret-api_key" } } : {};
  const checked = checkSource({ ...source, client: { ...written, ...auth, base_url: base } }, "default");
  assert.deepEqual(checked.faults, []);
  assert.ok(checked.source !== undefined);
  const { client, resources } = checked.source;
  return { client, resources };
}

test("values go down a chain of lists, into paths and queries, and rows say whose they are", async (t) => {
  const records = (properties: Record<string, unknown> = {}) => listOf(object({ id: integer, ...properties }));
  const pipeline = generate({
    components: { securitySchemes: { key: { type: "apiKey", name: "X-Key", in: "header" } } },
    paths: {
      "/teams": get(records()),
      "/teams/{team_id}/boards": get(records()),
      "/teams/{team_id}/boards/{board_id}/cards": get(object({ items: records(), "x-total": integer })),
      "/boards/{team_id}/labels": get(listOf(object({ name: text }))),
      "/tags": get(records(), {
        parameters: [query("team_id", integer, true), query("filter", { type: "string", default: "{all}" }, true)],
      }),
    },
  });
  const api = await serve(t, (request, response) => {
    const { pathname, searchParams } = new URL(request.target, "http://api");
    assert.equal(request.headers["x-key"], "secret-api_key");
    const [, team, board] = /^\/teams\/(\d+)\/boards(?:\/(\d+)\/cards)?$/.exec(pathname) ?? [];
    if (pathname === "/teams") json(response, [{ id: 1 }, { id: 2 }]);
    else if (pathname === "/tags") json(response, [{ id: Number(searchParams.get("team_id")) * 100 }]);
    else if (pathname.endsWith("/labels")) json(response, [{ name: pathname }]);
    else if (board !== undefined) json(response, { items: [{ id: Number(board) * 10 }] });
    else json(response, [{ id: Number(team) + 10 }]);
  });
  const { records: found } = await extract(configOf(pipeline, api.base));
  assert.deepEqual(found.teams_boards_cards, [
    { id: 110, _teams_boards_id: 11 },
    { id: 120, _teams_boards_id: 12 },
  ]);
  assert.deepEqual(
    api.asked
      .map(({ target }) => target)
      .filter((target) => target.includes("cards"))
      .sort(),
    ["/teams/1/boards/11/cards", "/teams/2/boards/12/cards"],
  );
  assert.deepEqual(found.tags, [{ id: 100 }, { id: 200 }]);
  const tags = api.asked
    .map(({ target }) => new URL(target, "http://api"))
    .filter(({ pathname }) => pathname === "/tags");
  assert.ok(tags.every(({ searchParams }) => searchParams.get("filter") === "{all}"));
  assert.deepEqual(found.boards_labels, [
    { name: "/boards/1/labels", _teams_id: 1 },
    { name: "/boards/2/labels", _teams_id: 2 },
  ]);
});

test("pages are followed to their end, however they are counted, and a cursor asks for what is new", async (t) => {
  const record = object({ id: integer, updated_at: moment });
  const pipeline = generate({
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
  });
  const rows = [1, 2, 3, 4, 5].map((id) => ({ id, updated_at: `2024-01-0${id}T00:00:00Z` }));
  const api = await serve(t, (request, response) => {
    const url = new URL(request.target, "http://api");
    const of = (name: string) => Number(url.searchParams.get(name) ?? 0);
    const from = (start: number) => rows.slice(start, start + 2);
    switch (url.pathname) {
      case "/numbers":
        return json(response, from((of("page") - 1) * 2));
      case "/offsets":
        return json(response, { data: from(of("offset")), meta: { total: 5 } });
      case "/cursors": {
        const next = of("pageToken") + 2;
        return json(response, { data: from(next - 2), nextPageToken: next < 5 ? String(next) : "" });
      }
      case "/after":
        return json(response, { data: from(of("starting_after")), has_more: of("starting_after") < 3 });
      default: {
        const next = of("at") + 2;
        return json(response, { data: from(next - 2), "@odata.nextLink": next < 5 ? `/links?at=${next}` : null });
      }
    }
  });
  const { records } = await extract(configOf(pipeline, api.base));
  for (const name of ["numbers", "offsets", "cursors", "after", "links"]) {
    assert.deepEqual(records[name], rows, name);
  }
  const first = api.asked.find(({ target }) => target.startsWith("/numbers"));
  assert.equal(new URL(first?.target ?? "", "http://api").searchParams.get("updated_after"), "1970-01-01T00:00:00Z");
});
