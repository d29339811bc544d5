import assert from "node:assert/strict";
import { test } from "node:test";
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

const things = listOf(object({ id: integer, next: text, total: integer }));

/** The paginator that is found for a list with these parameters, properties around it, and response headers. */
function found(
  parameters: readonly unknown[],
  around?: Record<string, unknown>,
  headers?: Record<string, unknown>,
): unknown {
  const schema = around === undefined ? things : object({ items: things, ...around });
  const pipeline = generate({ paths: { "/things": get(schema, { parameters, ...(headers && { headers }) }) } });
  const { endpoint } = resourceAt(pipeline, "/things");
  assert.deepEqual(pipeline.client.paginator, endpoint.detectedPaginator);
  return endpoint.detectedPaginator;
}

const pageNumber = { type: "page_number", page_param: "page", base_page: 1, total_path: null };

test("page numbers have no highest one; they end with a total of pages, a flag or an empty page", () => {
  assert.deepEqual(found([query("page", integer)]), pageNumber);
  assert.deepEqual(found([query("page", integer)], { total_pages: integer }), {
    ...pageNumber,
    total_path: "total_pages",
  });
  assert.deepEqual(found([query("page", integer)], { meta: object({ pageCount: integer }) }), {
    ...pageNumber,
    total_path: "meta.pageCount",
  });
  assert.deepEqual(found([query("page", integer)], { has_more: { type: "boolean" } }), {
    ...pageNumber,
    has_more_path: "has_more",
  });
  // A number of records is no number of pages.
  assert.deepEqual(found([query("page", integer)], { total: integer }), pageNumber);
  assert.deepEqual(found([query("page[number]", integer)]), { ...pageNumber, page_param: "page[number]" });
  assert.deepEqual(found([query("pageNo", integer)]), { ...pageNumber, page_param: "pageNo" });
});

test("the first page is what default, minimum or description say", () => {
  const first = (schema: unknown, description?: string) => {
    const parameter = { ...query("page", schema), ...(description === undefined ? {} : { description }) };
    return (found([parameter]) as { base_page: number }).base_page;
  };
  assert.equal(first({ type: "integer", default: 0 }), 0);
  assert.equal(first({ type: "integer", default: 1 }), 1);
  assert.equal(first({ type: "integer", minimum: 0 }), 0);
  assert.equal(first(integer, "Zero-based number of the page"), 0);
  assert.equal(first(integer, "Pages start at 0."), 0);
  assert.equal(first(integer), 1);
});

test("offsets take pages as large as is allowed, and totals wherever they stand around the records", () => {
  const offset = { type: "offset", offset_param: "offset", limit_param: "limit" };
  const of = (limit: unknown, around?: Record<string, unknown>) =>
    found([query("offset", integer), query("limit", limit)], around);
  assert.deepEqual(of({ type: "integer", maximum: 50, default: 5 }), { ...offset, limit: 50, total_path: null });
  assert.deepEqual(of({ type: "integer", maximum: 2147483647 }), { ...offset, limit: 1000, total_path: null });
  assert.deepEqual(of({ type: "integer", default: 25 }, { meta: object({ totalResults: integer }) }), {
    ...offset,
    limit: 25,
    total_path: "meta.totalResults",
  });
  assert.deepEqual(found([query("$skip", integer), query("$top", integer)], { "@odata.count": integer }), {
    type: "offset",
    limit: 20,
    offset_param: "$skip",
    limit_param: "$top",
    total_path: "['@odata.count']",
  });
  assert.deepEqual(found([query("offset", integer), query("limit", integer)], { next_offset: integer }), {
    type: "cursor",
    cursor_path: "next_offset",
    cursor_param: "offset",
  });
});

test("what asks for the total is no size, a range no offset, and the count of a page no total", () => {
  const of = (names: readonly string[], around?: Record<string, unknown>) =>
    found(
      names.map((name) => query(name, name === "$count" ? { type: "boolean" } : integer)),
      around,
    );
  const odata = { type: "offset", limit: 20, offset_param: "$skip", limit_param: "$top", total_path: null };
  assert.deepEqual(of(["$top", "$skip", "$count"]), odata);
  assert.equal(of(["start", "end", "limit"]), undefined);
  const offset = { type: "offset", limit: 20, offset_param: "offset", limit_param: "limit" };
  const total = (around: Record<string, unknown>) => of(["offset", "limit"], around);
  assert.deepEqual(total({ count: integer, total: integer }), { ...offset, total_path: "total" });
  assert.deepEqual(total({ count: integer, meta: object({ total_items: integer }) }), {
    ...offset,
    total_path: "meta.total_items",
  });
  assert.deepEqual(total({ count: integer }), { ...offset, total_path: null }, "nobody says of what");
  const described = { type: "integer", description: "Total number of matching items" };
  assert.deepEqual(total({ count: described }), { ...offset, total_path: "count" });
  const link = { type: "string", format: "uri" };
  assert.deepEqual(total({ count: integer, next: link, previous: link }), { ...offset, total_path: "count" });
  for (const description of ["Number of items on this page", "How many records were returned"]) {
    assert.deepEqual(total({ count: { type: "integer", description } }), { ...offset, total_path: null });
  }
});

test("cursors are found under the names in use, case and separators ignored", () => {
  const cursor = (parameter: string, property: string) => found([query(parameter)], { [property]: text });
  const expected = (cursor_param: string, cursor_path: string) => ({ type: "cursor", cursor_path, cursor_param });
  assert.deepEqual(cursor("cursor", "next_cursor"), expected("cursor", "next_cursor"));
  assert.deepEqual(cursor("pageToken", "nextPageToken"), expected("pageToken", "nextPageToken"));
  assert.deepEqual(cursor("page_token", "next_page_token"), expected("page_token", "next_page_token"));
  assert.deepEqual(cursor("marker", "marker"), expected("marker", "marker"));
  assert.deepEqual(found([query("page", integer)], { next_page: integer }), expected("page", "next_page"));
  // An `after` beside a cursor is something else.
  assert.deepEqual(found([query("after"), query("cursor")], { next_cursor: text }), expected("cursor", "next_cursor"));
  // A moment is no place in a list, and a cursor that the answer does not give is none.
  assert.equal(found([query("after", { type: "string", format: "date-time" })], { after: text }), undefined);
  assert.equal(found([query("cursor")]), undefined);
});

test("an offset or page that is a token is a cursor, where the answer has the next one; else the answers must show it", () => {
  const token = (name: string) => ({ ...query(name), description: "Offset token of the previous response" });
  assert.deepEqual(
    found([token("offset"), query("limit", integer)], { next_page: object({ offset: text, uri: text }) }),
    {
      type: "cursor",
      cursor_path: "next_page.offset",
      cursor_param: "offset",
    },
  );
  assert.deepEqual(found([token("page")], { next_page: text, has_more: { type: "boolean" } }), {
    type: "cursor",
    cursor_path: "next_page",
    cursor_param: "page",
  });
  assert.deepEqual(found([query("continue")], { metadata: object({ continue: text }) }), {
    type: "cursor",
    cursor_path: "metadata.continue",
    cursor_param: "continue",
  });
  const limit = query("limit", { type: "integer", maximum: 100 });
  const paths = {
    "/counted": get(object({ items: things }), { parameters: [query("offset", integer), limit] }),
    "/things": get(object({ items: things }), { parameters: [token("offset"), limit] }),
  };
  const unknown = resourceAt(generate({ paths }), "/things");
  assert.deepEqual(unknown.endpoint.paginator, { type: "auto" });
  assert.deepEqual(
    unknown.endpoint.params?.map(({ name }) => name),
    ["limit"],
  );
  assert.match(reasonOf(unknown, "paginator"), /does not say where the answer has what offset goes on with/);
  assert.ok(unknown.findings.some(({ code }) => code === "PossiblePaginator"));
});

test("starting_after takes the id of the last record while has_more says so", () => {
  assert.deepEqual(found([query("starting_after")], { has_more: { type: "boolean" } }), {
    type: "cursor",
    cursor_path: "items[-1].id",
    cursor_param: "starting_after",
    has_more_path: "has_more",
  });
});

test("a deprecated parameter counts where there is no other; a cursor does not go on with the number of a page", () => {
  const old = { ...query("page", integer), deprecated: true };
  const cursor = { ...query("cursor"), description: "Pagination cursor" };
  const around = { next_page: integer, links: object({ next: text }) };
  assert.deepEqual(found([old, cursor], around), { type: "json_link", next_url_path: "links.next" });
  assert.deepEqual(found([old]), pageNumber);
});

test("links in the answer and in its headers are followed", () => {
  assert.deepEqual(found([], { links: object({ next: text }) }), { type: "json_link", next_url_path: "links.next" });
  assert.deepEqual(found([], { "@odata.nextLink": text }), {
    type: "json_link",
    next_url_path: "['@odata.nextLink']",
  });
  assert.deepEqual(found([query("page", integer)], undefined, { Link: { schema: text } }), { type: "header_link" });
  assert.deepEqual(found([query("page", integer)], undefined, { "X-Next-Page": { schema: text } }), {
    type: "header_cursor",
    cursor_key: "X-Next-Page",
    cursor_param: "page",
  });
  // What stands in a record says nothing of pages.
  assert.equal(found([]), undefined);
});

test("single records have one page, lists without pages of their own take those of most lists", () => {
  const paths = {
    "/things": get(things, { parameters: [query("page", integer)] }),
    "/things/{id}": get(object({ id: integer })),
    "/others": get(things),
  };
  const pipeline = generate({ paths });
  assert.deepEqual(pipeline.client.paginator, pageNumber);
  assert.equal(resourceAt(pipeline, "/things").endpoint.paginator, undefined);
  assert.deepEqual(resourceAt(pipeline, "/things/{id}").endpoint.paginator, { type: "single_page" });
  const others = resourceAt(pipeline, "/others");
  assert.equal(others.endpoint.paginator, undefined);
  assert.match(reasonOf(others, "paginator"), /no pages for this list; those of most lists are tried/);
  const alone = resourceAt(generate({ paths: { "/others": get(things) } }), "/others");
  assert.deepEqual(alone.endpoint.paginator, { type: "auto" });
});
