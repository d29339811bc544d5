/** Searches by POST: their bodies are written as the document declares them, pages go into them, and they run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "../../../../src/config/check-source.ts";
import { sourceValue } from "../../../../src/generate/render/source-value.ts";
import {
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  reasonOf,
  resourceAt,
  text,
} from "../../../support/generate.ts";
import { extract, json, serve } from "../../extract/fake-api.ts";

const records = listOf(object({ id: integer }));

/** A path with a POST operation that takes a body. */
function post(body: unknown, answer: unknown, parameters: readonly unknown[] = []): unknown {
  const { get: operation } = get(answer, { parameters }) as { get: object };
  return { post: { ...operation, requestBody: { content: { "application/json; charset=utf-8": { schema: body } } } } };
}

const made = (paths: Record<string, unknown>) => generate({ paths }, { methods: ["get", "post"] });

test("a body has what is required and what has a default; the rest is named", () => {
  const deep = object({ since: text, kind: { type: "string", enum: ["all"] } }, { required: ["since"] });
  const body = object(
    {
      query: text,
      sort: { type: "string", default: "{id}" },
      tags: { ...listOf(text), default: ["a"] },
      id: { type: "integer", readOnly: true },
      deep,
      optional: object({ z: text }, { required: ["z"] }),
      "a.b": text,
    },
    { required: ["query", "deep", "id"] },
  );
  const found = resourceAt(made({ "/things/search": post(body, records) }), "/things/search");
  assert.deepEqual(found.endpoint.json, {
    query: "FILL_ME_IN",
    sort: "{id}",
    tags: ["a"],
    deep: { since: "FILL_ME_IN", kind: "all" },
  });
  assert.equal(reasonOf(found, "json"), "the body that the document declares; it may hold optional.z");
  assert.match(
    reasonOf(found, "selected"),
    /select it when it only reads; query, deep\.since of the body must be filled/,
  );
  assert.match(found.findings[0]?.message ?? "", /no value for query, deep\.since of the body/);
  assert.equal(found.tableName, "thing");
  const none = made({ "/a": post({}, records), "/b": post(listOf(text), records), "/c": get(records) });
  assert.ok(none.resources.every(({ endpoint }) => endpoint.json === undefined));
});

test("pages are counted in the body where the query does not count them", () => {
  const items = object({ items: records, next_cursor: text });
  const limit = { type: "integer", maximum: 50 };
  const pipeline = made({
    "/cursors/search": post(
      object({ paging: object({ cursor: text, limit }), filter: object({ after: text }) }),
      items,
    ),
    "/offsets/search": post(object({ offset: integer, limit }), records),
    "/pages/search": post(object({ page: object({ number: integer, size: limit }) }), records),
    "/mixed/search": post(object({ page: integer }), records, [query("page", integer)]),
  });
  const of = (path: string) => resourceAt(pipeline, path).endpoint;
  assert.deepEqual(of("/cursors/search").detectedPaginator, {
    type: "cursor",
    cursor_path: "next_cursor",
    cursor_body_path: "paging.cursor",
  });
  assert.deepEqual(of("/cursors/search").json, { paging: { limit: 50 } });
  assert.deepEqual(of("/offsets/search").detectedPaginator, {
    type: "offset",
    limit: 50,
    offset_body_path: "offset",
    limit_body_path: "limit",
    total_path: null,
  });
  assert.deepEqual(of("/offsets/search").json, {});
  assert.deepEqual(of("/pages/search").json, { page: { size: 50 } });
  const { detectedPaginator: mixed } = of("/mixed/search");
  assert.ok(typeof mixed === "object" && mixed.type === "page_number");
  assert.deepEqual([mixed.page_param, mixed.page_body_path], ["page", undefined]);
});

test("a search that somebody has selected runs, page by page", async (t) => {
  const body = object(
    {
      query: { type: "string", default: "{all}" },
      page: object({ number: integer, size: { type: "integer", maximum: 2 } }),
    },
    { required: ["query"] },
  );
  const pipeline = made({ "/things/search": post(body, object({ total_pages: integer, items: records })) });
  const api = await serve(t, (request, response) => {
    const { page } = JSON.parse(request.body);
    json(response, { total_pages: 3, items: [{ id: page.number * 10 }, { id: page.number * 10 + 1 }] });
  });
  const { client, resources, ...source } = sourceValue(pipeline);
  assert.ok(Array.isArray(resources) && typeof client === "object");
  const selected = resources.map((one) => ({ ...one, selected: true }));
  const checked = checkSource({ ...source, client: { ...client, base_url: api.base }, resources: selected }, "default");
  assert.deepEqual(checked.faults, []);
  assert.ok(checked.source !== undefined);
  const found = await extract({ client: checked.source.client, resources: checked.source.resources });
  assert.deepEqual(
    Object.values(found.records).flat(),
    [10, 11, 20, 21, 30, 31].map((id) => ({ id })),
  );
  assert.deepEqual(
    api.asked.map((request) => [request.method, JSON.parse(request.body)]),
    [1, 2, 3].map((number) => ["POST", { query: "{all}", page: { number, size: 2 } }]),
  );
});
