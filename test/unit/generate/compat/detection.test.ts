/** What dlt-init-openapi makes of an endpoint, rule by rule; the recorded documents do not meet all of these. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GeneratedPipeline, GeneratedResource } from "../../../../src/generate/model.ts";
import { withNames } from "../../../../src/generate/render/writable-names.ts";
import { resourceConfig } from "../../../../src/generate/rest-api-config.ts";
import {
  type Document,
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  resolvedOf,
  resourceAt,
  text,
} from "../../../support/generate.ts";

function pipeline(document: Document, options: Parameters<typeof generate>[1] = {}): GeneratedPipeline {
  return generate(document, { ...options, mode: "compat" });
}

function things(item: unknown): GeneratedResource {
  return resourceAt(pipeline({ paths: { "/things": item } }), "/things");
}

const records = listOf(object({ id: integer }));

/** The paginator for these query parameters and these properties around the records. */
function paginator(parameters: readonly string[], around: Record<string, unknown> = {}): unknown {
  const schema = object({ ...around, rows: records });
  return things(get(schema, { parameters: parameters.map((name) => query(name, integer)) })).endpoint.detectedPaginator;
}

test("the answer is that of 200 or default, whichever comes first, else of the first 2xx", () => {
  const answer = (schema: unknown) => ({ description: "", content: { "application/json": { schema } } });
  const table = (responses: unknown) => things({ get: { responses } }).endpoint.dataSelector;
  const error = object({ code: text, info: text });
  assert.equal(table({ 201: answer(object({ rows: records })), default: answer(error) }), "$");
  assert.equal(table({ 202: answer(object({ rows: records })), 204: answer(error) }), "rows");
  assert.equal(table({ 404: answer(error) }), undefined);
});

test("page numbers: their names, and those of their totals, case ignored", () => {
  for (const name of ["page", "page_number", "PAGE"]) {
    const none = { type: "page_number", page_param: name, total_path: "", maximum_page: 20 };
    assert.deepEqual(paginator([name]), none, name);
  }
  for (const total of ["total", "count", "totalPages", "TotalPages"]) {
    const found = { type: "page_number", page_param: "page", total_path: total };
    assert.deepEqual(paginator(["page"], { [total]: integer }), found, total);
  }
  assert.match(JSON.stringify(paginator(["page"], { total_count: integer })), /"total_path":""/);
});

test("offsets: their names, those of limits and totals; the echoed offset, the last limit; untyped totals come last", () => {
  const of = (offset: string, limit: string) => ({
    type: "offset",
    limit: 20,
    offset_param: offset,
    limit_param: limit,
  });
  const none = { total_path: "", maximum_offset: 20 };
  for (const name of ["start", "offset", "skip"])
    assert.deepEqual(paginator([name, "limit"]), { ...of(name, "limit"), ...none });
  for (const name of ["limit", "per_page", "page_size", "size"]) {
    assert.deepEqual(paginator(["offset", name]), { ...of("offset", name), ...none }, name);
  }
  for (const total of ["total", "count", "total_count", "totalRecords", "totalItems"]) {
    assert.deepEqual(paginator(["offset", "limit"], { [total]: integer }), {
      ...of("offset", "limit"),
      total_path: total,
    });
  }
  assert.deepEqual(paginator(["start", "offset", "limit"], { offset: integer }), { ...of("offset", "limit"), ...none });
  assert.deepEqual(paginator(["offset", "limit", "size"]), { ...of("offset", "size"), ...none });
  const untyped = { count: {}, meta: object({ total: integer }) };
  assert.deepEqual(paginator(["offset", "limit"], untyped), { ...of("offset", "limit"), total_path: "meta.total" });
  assert.deepEqual(paginator(["offset", "limit"], { count: {} }), { ...of("offset", "limit"), total_path: "count" });
});

test("cursors come before all else: one that is echoed, or the only one with a property of the known names", () => {
  const cursor = (cursor_path: string, cursor_param: string) => ({ type: "cursor", cursor_path, cursor_param });
  for (const name of ["cursor", "after", "since"]) {
    assert.deepEqual(paginator([name, "offset", "limit"], { next_cursor: text }), cursor("next_cursor", name));
  }
  assert.deepEqual(paginator(["after"], { meta: object({ cursor: text }) }), cursor("meta.cursor", "after"));
  assert.deepEqual(paginator(["after", "since"], { since: text }), cursor("since", "since"));
  assert.equal(paginator(["after", "since"], { next_cursor: text }), undefined);
});

test("links to the next page: their names; all query parameters of the endpoint disappear", () => {
  for (const name of ["next", "next_url", "more"]) {
    assert.deepEqual(paginator([], { [name]: text }), { type: "json_response", next_url_path: name });
  }
  const parameters = [query("q", text, true), query("size", integer)];
  const { endpoint } = things(get(object({ next: text, rows: records }), { parameters }));
  assert.deepEqual([endpoint.params, endpoint.optionalParams], [undefined, []]);
});

test("the likely names of a key, in their order", () => {
  const key = (...names: string[]) =>
    things(get(listOf(object(Object.fromEntries(names.map((name) => [name, integer])))))).primaryKey[0];
  const order = ["id", "pk", "unique", "identifier", "primary_key", "thingsid", "id_things", "thing-id", "pkthing"];
  for (let from = 0; from < order.length; from += 1) {
    assert.equal(key(...order.slice(from).toReversed()), order[from]);
  }
});

test("a variable is the last field of its name, case ignored", () => {
  const paths = { "/things": get(listOf(object({ id: integer, ID: integer }))), "/things/{Id}": get(object({})) };
  assert.deepEqual(resolvedOf(resourceAt(pipeline({ paths }), "/things/{Id}")), { Id: "get_things.ID" });
});

test("names can be those of operations, and a table without an entity is called after the rest of its path", () => {
  const paths = {
    "/.hidden/things": get(object({ a: text }), { operationId: "listThings" }),
    "/.hidden/others": get(object({ a: text }), { operationId: "listOthers" }),
  };
  const names = (nameByOperation: boolean) =>
    pipeline({ paths }, { nameByOperation }).resources.map(({ name, tableName }) => [name, tableName]);
  const tables = ["others", "things"];
  assert.deepEqual(
    names(false),
    tables.map((name) => [name, name]),
  );
  assert.deepEqual(names(true), [
    ["list_others", "others"],
    ["list_things", "things"],
  ]);
  const distinct = { "/things": get(records, { operationId: "listThings" }) };
  assert.deepEqual(
    pipeline({ paths: distinct }, { nameByOperation: true }).resources.map(({ name, tableName }) => [name, tableName]),
    [["list_things", "thing"]],
  );
});

test("authentication: the first scheme where the wanted one is not known; basic and bearer in small letters only", () => {
  const type = (wanted: unknown, first: unknown) =>
    pipeline({
      paths: { "/things": get(records) },
      security: [{ wanted: [] }],
      components: { securitySchemes: { first, wanted } },
    }).client.auth?.type;
  const key = { type: "apiKey", name: "X-Key", in: "header" };
  assert.equal(type({ type: "http", scheme: "bearer" }, key), "bearer");
  for (const scheme of ["Bearer", "Basic", "digest"]) assert.equal(type({ type: "http", scheme }, key), "api_key");
  assert.equal(type({ type: "http", scheme: "Basic" }, { type: "http", scheme: "Bearer" }), undefined);
});

test("what is written: never a method, selected beside a key only, no base URL for the server that stands for none", () => {
  const { resources } = pipeline(
    { paths: { "/things": { post: (get(object({})) as { get: unknown }).get } } },
    {
      methods: ["post"],
    },
  );
  const [post] = resources;
  assert.ok(post !== undefined);
  const config = resourceConfig({ ...post, selected: false }, String, "compat");
  assert.deepEqual([config.selected, (config.endpoint as { method?: string }).method], [undefined, undefined]);
  const keyed = resourceConfig({ ...post, selected: false, primaryKey: ["id"] }, String, "compat");
  assert.equal(keyed.selected, false);
  const base = (server: unknown) => pipeline({ servers: [server], paths: { "/things": get(records) } }).servers.baseUrl;
  assert.equal(base({ url: "/" }), undefined);
  assert.equal(base({ url: "/", description: "Here" }), "/");
});

test("a name that the reference leaves empty stays so until it is written; what refers to it follows", () => {
  const document = {
    paths: {
      "/{{": get(records, { operationId: "list" }),
      "/things": get(object({ id: integer })),
      "/other/{x}": get(object({ a: text }), { operationId: "!" }),
    },
  };
  const found = pipeline(document, { nameByOperation: true });
  const first = found.resources.find(({ operation }) => operation.path === "/other/{x}");
  assert.equal(first?.name, "");
  const parented = found.resources.map((one) => {
    const resolve = { kind: "resolve", resource: "", field: "id" } as const;
    const params =
      one.name === "list" ? [{ name: "p", in: "path", value: resolve, fillIn: false } as const] : undefined;
    return { ...one, endpoint: { ...one.endpoint, params } };
  });
  const named = withNames({ ...found, resources: parented });
  const at = found.resources.findIndex(({ name }) => name === "");
  assert.equal(named.resources[at]?.name, `resource_${at + 1}`);
  const [param] = named.resources.find(({ name }) => name === "list")?.endpoint.params ?? [];
  assert.deepEqual(param?.value, { kind: "resolve", resource: `resource_${at + 1}`, field: "id" });
  assert.ok(named.resources.every(({ tableName }) => tableName !== ""));
});
