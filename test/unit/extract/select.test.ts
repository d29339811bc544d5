import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePath } from "../../../src/core/json-path.ts";
import { detectPaginator } from "../../../src/extract/paginators/detect.ts";
import { parseLinkHeader } from "../../../src/extract/paginators/link-header.ts";
import { detectSelector, selectRecords } from "../../../src/extract/select.ts";

test("the list of records is found by its key, else the first list is taken", () => {
  const cases: readonly (readonly [Parameters<typeof detectSelector>[0], string])[] = [
    [[1], "$"],
    [{ id: 1 }, "$"],
    [{ errors: [], data: [] }, "data"],
    [{ meta: { tags: [] }, x: [] }, "meta.tags"],
    [{ Data: [], x: [] }, "Data"],
    [{ a: { b: { items: [] } } }, "a.b.items"],
    [{ a: { b: { c: { items: [] } } } }, "$"],
    [{ "my list": { "a.b": [] } }, "'my list'.'a.b'"],
  ];
  for (const [body, path] of cases) assert.equal(detectSelector(body, false).text, path);
});

test("one match is unwrapped, several are records", () => {
  const records = (path: string, body: Parameters<typeof selectRecords>[1]) =>
    selectRecords(compilePath(path), body).records;
  assert.deepEqual(records("a", { a: [1, 2] }), [1, 2]);
  assert.deepEqual(records("a", { a: null }), []);
  assert.deepEqual(records("a", { a: { id: 1 } }), [{ id: 1 }]);
  assert.deepEqual(records("b", { a: 1 }), []);
  assert.deepEqual(records("g[*].rows", { g: [{ rows: [1] }, { rows: [2] }] }), [[1], [2]]);
  assert.deepEqual(records("g[*].rows", { g: [{ rows: [1, 2] }] }), [1, 2]);
});

test("the Link header is read as dlt reads it", () => {
  const links = (value: string) => Object.fromEntries(parseLinkHeader(value));
  assert.deepEqual(links('<https://h/a?x=1,2>; rel="next", <https://h/b>; rel=last; title="x"'), {
    next: "https://h/a?x=1,2",
    last: "https://h/b",
  });
  assert.deepEqual(links('<a>; Rel="next"'), { a: "a" }, "without a relation it stands under its target");
  assert.deepEqual(links('<a>; rel="next prefetch"'), { "next prefetch": "a" });
  assert.deepEqual(links("<a>; rel=next, <b>; rel=next"), { next: "b" });
  assert.deepEqual(links("<a>; title=x, <b>; rel=a=b; rel=next"), { a: "a", b: "b" });
  assert.deepEqual(links(""), {});
});

test("paginators are detected in dlt's order", () => {
  const of = (body: Parameters<typeof detectPaginator>[1], link?: string) =>
    detectPaginator(link === undefined ? {} : { link }, body, false);
  assert.deepEqual(of({ next: "/b" }, '<a>; rel="next"'), { type: "header_link" });
  assert.deepEqual(of({ paging: { next_url: "http://h/x" } }), { type: "json_link", next_url_path: "paging.next_url" });
  assert.deepEqual(of({ links: { next: { href: "/x" } } }), { type: "json_link", next_url_path: "links.next.href" });
  assert.deepEqual(of({ meta: { Pages: "3" }, next: "tok" }), { type: "page_number", total_path: "meta.Pages" });
  assert.deepEqual(of({ pages: "x", next: "tok" }), { type: "cursor", cursor_path: "next" });
  assert.deepEqual(of({ next: null }), { type: "single_page" });
  assert.deepEqual(of({ "@odata.x": { "next page": "/y" } }), {
    type: "json_link",
    next_url_path: "'@odata.x'.'next page'",
  });
});
