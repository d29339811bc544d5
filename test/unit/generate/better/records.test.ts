import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import {
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  reasonOf,
  ref,
  resourceAt,
  text,
} from "../../../support/generate.ts";

const page = [query("page", integer)];
const person = object({ id: integer, name: text, tags: listOf(text), addresses: listOf(object({ street: text })) });

test("a list that is declared as one record is a list, when it has pages or single records have the same schema", () => {
  const pipeline = generate({
    schemas: { Person: person },
    paths: {
      "/people": get(ref("Person"), { parameters: page }),
      "/staff": get(ref("Person")),
      "/staff/{id}": get(ref("Person")),
      "/me": get(ref("Person")),
      "/crew/{id}": get(ref("Person"), { parameters: page }),
    },
  });
  assert.equal(resourceAt(pipeline, "/crew/{id}").isList, false);
  const people = resourceAt(pipeline, "/people");
  assert.deepEqual([people.endpoint.dataSelector, people.isList, people.tableName], ["$", true, "person"]);
  assert.deepEqual(people.primaryKey, ["id"]);
  assert.match(reasonOf(people, "data_selector"), /declared as one record with an identifier, but has pages/);
  assert.ok(people.decisions.some(({ about, repair }) => about === "data_selector" && repair));
  assert.equal(resourceAt(pipeline, "/staff").isList, true);
  // Also where only the path of the single one says what identifies it.
  const color = object({ name: text, tags: listOf(text) });
  const colors = { "/colors": get(ref("Color")), "/colors/{color}": get(ref("Color")) };
  const named = resourceAt(generate({ schemas: { Color: color }, paths: colors }), "/colors");
  assert.deepEqual([named.isList, named.endpoint.dataSelector, named.primaryKey], [true, "$", ["name"]]);
  const me = resourceAt(pipeline, "/me");
  assert.deepEqual([me.endpoint.dataSelector, me.isList, me.endpoint.paginator], ["$", false, { type: "single_page" }]);
  const compat = generate({ schemas: { Person: person }, paths: { "/me": get(ref("Person")) } }, { mode: "compat" });
  assert.equal(resourceAt(compat, "/me").endpoint.dataSelector, "tags");
});

test("the records of a wrapper are objects before texts, known names before others, errors and links never", () => {
  const selector = (path: string, schema: unknown) =>
    resourceAt(generate({ paths: { [path]: get(schema, { parameters: page }) } }), path).endpoint.dataSelector;
  const item = object({ id: integer });
  assert.equal(selector("/things", object({ tags: listOf(text), items: listOf(item), total: integer })), "items");
  assert.equal(selector("/things", object({ names: listOf(text), found: listOf(item), total: integer })), "found");
  assert.equal(selector("/things", object({ links: listOf(item), results: listOf(item), next: text })), "results");
  assert.equal(selector("/things", object({ other: listOf(item), things: listOf(item), count: integer })), "things");
  assert.equal(selector("/messages", object({ errors: listOf(item), messages: listOf(item) })), "messages");
  assert.equal(selector("/things", object({ data: object({ items: listOf(item) }), meta: object({}) })), "data.items");
  assert.equal(selector("/things", object({ names: listOf(text) })), "names");
  assert.equal(selector("/things", object({ "x-items": listOf(item), total: integer })), "['x-items']");
});

test("an object that holds more than its lists stays one record", () => {
  const version = object({ version: text, build: text, features: listOf(object({ name: text })) });
  const settings = resourceAt(generate({ paths: { "/metadata": get(version) } }), "/metadata");
  assert.deepEqual([settings.endpoint.dataSelector, settings.isList], ["$", false]);
});

test("a single record is taken out of objects that hold nothing else", () => {
  const selector = (schema: unknown) =>
    resourceAt(generate({ paths: { "/users/{id}": get(schema) } }), "/users/{id}").endpoint.dataSelector;
  const user = object({ id: integer, name: text, teams: listOf(object({ id: integer })) });
  assert.equal(selector(object({ data: user, links: object({}) })), "data");
  assert.equal(selector(object({ user, status: text })), "user");
  assert.equal(selector(object({ outer: object({ inner: user }) })), "outer.inner");
  assert.equal(selector(user), "$");
});

test("aliases are followed, and types are what properties and items say", () => {
  const pipeline = generate({
    schemas: {
      Alias: ref("Things"),
      Things: { items: ref("Thing") },
      Thing: { properties: { id: integer, name: text } },
    },
    paths: { "/things": get(ref("Alias")) },
  });
  const things = resourceAt(pipeline, "/things");
  assert.deepEqual([things.tableName, things.endpoint.dataSelector, things.isList], ["thing", "$", true]);
  assert.deepEqual(things.primaryKey, ["id"]);
});

test("a list of schemas under items makes no list: documents mean a choice of types by it", () => {
  const user = { items: [object({ id: text }), object({ id: text, team: text })] };
  const schema = object({ ok: { type: "boolean" }, metadata: user, members: listOf(ref("User")) });
  const users = resourceAt(generate({ schemas: { User: user }, paths: { "/users.list": get(schema) } }), "/users.list");
  assert.deepEqual([users.endpoint.dataSelector, users.primaryKey], ["members", ["id"]]);
});

test("an answer without a schema is known by its example", () => {
  const content = { "application/json; charset=utf-8": { example: { total: 1, things: [{ id: 5, name: "a" }] } } };
  const pipeline = generate({ paths: { "/things": { get: { responses: { 200: { description: "", content } } } } } });
  const things = resourceAt(pipeline, "/things");
  assert.deepEqual([things.endpoint.dataSelector, things.primaryKey], ["things", ["id"]]);
  assert.deepEqual(things.columns, []);
});

test("of several good answers that of 200 counts, wherever it stands", () => {
  // As text: an object of the engine has its numbers in their order.
  const answer = (schema: unknown) => JSON.stringify({ description: "", content: { "application/json": { schema } } });
  const responses = `{"201": ${answer(object({ ok: text }))}, "200": ${answer(listOf(object({ id: integer })))}}`;
  const document = `{"openapi": "3.0.0", "paths": {"/x": {"get": {"responses": ${responses}}}}}`;
  const read = readApiDocument(document, { name: "api.json" }, { mode: "better", allowOpenapi2: false });
  assert.deepEqual(resourceAt(analyse(read, { mode: "better" }), "/x").primaryKey, ["id"]);
});

test("errors are no records: a default answer that is one by its name is left out", () => {
  const responses = {
    204: { description: "" },
    default: { description: "", content: { "application/json": { schema: ref("ApiError") } } },
  };
  const pipeline = generate({ schemas: { ApiError: object({ id: text }) }, paths: { "/x": { get: { responses } } } });
  assert.equal(resourceAt(pipeline, "/x").endpoint.dataSelector, undefined);
  assert.ok(resourceAt(pipeline, "/x").findings.some(({ code }) => code === "DataResponseNoBody"));
});

test("what is not JSON, has no content, or acts by its name is not loaded by itself", () => {
  const answer = (responses: unknown) => ({ get: { responses } });
  const plain = (type: string) => answer({ 200: { description: "", content: { [type]: { schema: text } } } });
  const error = { description: "", content: { "application/json": { schema: object({ message: text }) } } };
  const paths = {
    "/a.csv": plain("text/csv"),
    "/b": answer({ 200: { description: "", content: { "application/pdf": {} } }, default: error }),
    "/c": answer({ 204: { description: "" }, default: error }),
    "/d": answer({ 302: { description: "" } }),
    "/e": answer({ 200: { description: "" } }),
    "/f": answer({ 200: { description: "", content: { "text/csv": {}, "application/json": {} } } }),
    "/apps.uninstall": get(object({ ok: text })),
    "/sessions/allLogout": get(object({ ok: text })),
  };
  const pipeline = generate({ paths });
  const why = (path: string) => {
    const resource = resourceAt(pipeline, path);
    return resource.selected ? "" : reasonOf(resource, "selected");
  };
  assert.deepEqual(Object.keys(paths).map(why), [
    "the answer is text/csv, not JSON",
    "the answer is application/pdf, not JSON",
    "the answer has no content",
    "the answer only leads elsewhere",
    "",
    "",
    "uninstall may change something: select it when it only reads",
    "logout may change something: select it when it only reads",
  ]);
});
