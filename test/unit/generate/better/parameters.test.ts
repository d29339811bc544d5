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

const things = listOf(object({ id: integer }));

function endpointOf(parameters: readonly unknown[], path = "/things") {
  return resourceAt(generate({ paths: { [path]: get(things, { parameters }) } }), path);
}

function values(parameters: readonly unknown[]): Record<string, unknown> {
  const { endpoint } = endpointOf(parameters);
  return Object.fromEntries(
    (endpoint.params ?? []).map(({ name, value }) => [name, value.kind === "value" ? value.value : value]),
  );
}

test("required parameters take what the document gives, as what it is; else the resource waits to be filled in", () => {
  assert.deepEqual(
    values([
      query("a", { type: "integer", default: 5 }, true),
      query("b", { type: "boolean", default: false }, true),
      query("c", { type: "string", enum: ["only"] }, true),
      query("d", { type: "string", default: "{x}" }, true),
      query("e", { type: "array", default: ["p", "q"] }, true),
    ]),
    { a: 5, b: false, c: "only", d: "{x}", e: "p,q" },
  );
  const open = endpointOf([query("q", { type: "string", enum: ["a", "b"] }, true)]);
  assert.deepEqual(open.endpoint.params, [
    { name: "q", in: "query", value: { kind: "value", value: "FILL_ME_IN" }, fillIn: true },
  ]);
  assert.equal(open.selected, false);
  assert.match(open.findings[0]?.message ?? "", /gives no value for q: fill it in, then select the resource/);
});

test("pages are as large as the document allows", () => {
  const size = (schema: unknown) => values([query("page", integer), query("per_page", schema)]);
  assert.deepEqual(size({ type: "integer", maximum: 100, default: 20 }), { per_page: 100 });
  assert.deepEqual(size({ type: "integer", maximum: 50000 }), { per_page: 1000 });
  assert.deepEqual(size({ type: "integer", default: 20 }), {});
  const described = (description: string) =>
    values([query("page", integer), { ...query("per_page", { type: "integer", default: 30 }), description }]);
  assert.deepEqual(described("Results per page (max 100)."), { per_page: 100 });
  assert.deepEqual(described("Limit can range between 1 and 250, and the default is 10."), { per_page: 250 });
  assert.deepEqual(described("Maximum number of results, 50 by default"), {});
  assert.deepEqual(described("At most max 5 digits"), {});
  const things = endpointOf([query("page", integer), query("per_page", { type: "integer", maximum: 100 })]);
  assert.match(reasonOf(things, "params.per_page"), /declared maximum of a page/);
});

test("a list is asked for whole, where the API by itself gives a part of it", () => {
  const choice = (name: string, byDefault: string) =>
    query(name, { type: "string", enum: ["open", "closed", "all"], default: byDefault });
  assert.deepEqual(values([choice("state", "open"), choice("scope", "all"), choice("sort", "open")]), { state: "all" });
});

test("optional parameters are listed with their value, description and age", () => {
  const state = { ...query("state", { type: "string", default: "all" }), description: "Which\n ones" };
  const { endpoint } = endpointOf([state, { ...query("old"), deprecated: true }]);
  assert.deepEqual(endpoint.optionalParams, [
    { name: "state", value: "all", description: "Which ones", deprecated: false },
    { name: "old", value: "OPTIONAL_CONFIG", description: undefined, deprecated: true },
  ]);
  assert.deepEqual(endpoint.params, []);
});

test("required headers are sent, but for those that the client sends by itself", () => {
  const header = (name: string, schema: unknown) => ({ name, in: "header", required: true, schema });
  const version = header("X-Version", { type: "string", default: "2024-01-01" });
  const number = header("X-Number", { type: "integer", default: 4 });
  assert.deepEqual(endpointOf([number]).endpoint.headers[0]?.value, { kind: "value", value: "4" });
  const { endpoint } = endpointOf([version, header("Accept", text), header("Authorization", text)]);
  assert.deepEqual(endpoint.headers, [
    { name: "X-Version", in: "header", value: { kind: "value", value: "2024-01-01" }, fillIn: false },
  ]);
});

test("parameters of one name at two places are two; those of the path stand before those of the query", () => {
  const parameters = [
    query("type", { type: "string", default: "a" }, true),
    { name: "type", in: "path", required: true },
  ];
  const { endpoint } = endpointOf(parameters, "/things/{type}/parts");
  assert.equal(endpoint.path, "/things/{type_in_path}/parts");
  assert.deepEqual(
    endpoint.params?.map(({ name, in: place, fillIn }) => [name, place, fillIn]),
    [
      ["type_in_path", "path", true],
      ["type", "query", false],
    ],
  );
});

test("paths keep their dots, and variables lose what a placeholder cannot hold", () => {
  const path = "/v1.0/things/{+name}/versions/{id:[0-9]+}.json#fragment";
  const { endpoint } = endpointOf([], path);
  assert.equal(endpoint.path, "/v1.0/things/{name}/versions/{id}.json");
  assert.deepEqual(
    endpoint.params?.map(({ name }) => name),
    ["name", "id"],
  );
});
