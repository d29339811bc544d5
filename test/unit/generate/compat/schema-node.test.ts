import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import { generate, get, integer, listOf, object, query, ref, resourceAt, text } from "../../../support/generate.ts";

test("schemas that hold one another many times over are read once a level", () => {
  // Written out, each answer has 30 to the power of 6 properties.
  const width = 30;
  const schemas = Object.fromEntries(
    Array.from({ length: width }, (_, index) => [
      `S${index}`,
      object(Object.fromEntries(Array.from({ length: width }, (_unused, to) => [`p${to}`, ref(`S${to}`)]))),
    ]),
  );
  const paths = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `/s${index}`,
      get(ref(`S${index % width}`), { parameters: [query("page", integer)] }),
    ]),
  );
  for (const mode of ["compat", "better"] as const) {
    const started = process.cpuUsage();
    assert.equal(generate({ schemas, paths }, { mode }).resources.length, 40);
    assert.ok(process.cpuUsage(started).user < 5_000_000, mode);
  }
});

test("the least nested list is taken, of equals the first; aliases are empty, components named by their last piece", () => {
  const compat = { mode: "compat" } as const;
  const schema = object({ a: object({ deep: listOf(integer) }), b: listOf(text), c: listOf(object({ id: integer })) });
  const things = resourceAt(generate({ paths: { "/things": get(schema) } }, compat), "/things");
  assert.equal(things.endpoint.dataSelector, "b");
  const alias = generate(
    { schemas: { Alias: ref("Real"), Real: object({ id: integer }) }, paths: { "/x": get(ref("Alias")) } },
    compat,
  );
  assert.deepEqual([alias.resources[0]?.tableName, alias.resources[0]?.primaryKey], ["alias", []]);
});

test("parts give properties, types and names: allOf first, own ones in place, choices after", () => {
  const schemas = {
    Base: object({ id: text, kind: text }),
    Choice: { oneOf: [object({ uid: text }), { type: "string" }] },
  };
  const combined = { allOf: [ref("Base"), ref("Choice")], properties: { id: integer } };
  const pipeline = generate({ schemas, paths: { "/things/{x}": get(combined) } }, { mode: "compat" });
  const things = resourceAt(pipeline, "/things/{x}");
  assert.deepEqual([things.tableName, things.primaryKey], ["base", ["id"]]);
});

test("values of JSON print as Python does, those of YAML as they are written", () => {
  const defaults = (document: string, name: string) => {
    const read = readApiDocument(document, { name }, { mode: "compat", allowOpenapi2: false });
    return analyse(read, { mode: "compat" }).resources[0]?.endpoint.optionalParams.map((one) => one.value);
  };
  const parameter = (name: string, value: string) =>
    `{"name": "${name}", "in": "query", "schema": {"default": ${value}}}`;
  const parameters = [
    parameter("a", "true"),
    parameter("b", "false"),
    parameter("c", "1.0"),
    parameter("d", "null"),
    parameter("e", "0"),
    parameter("f", '["x", 1]'),
  ].join(", ");
  const text = `{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {"parameters": [${parameters}], "responses": {}}}}}`;
  const otherwise = "OPTIONAL_CONFIG";
  assert.deepEqual(defaults(text, "a.json"), ["True", otherwise, "1.0", otherwise, otherwise, "['x', 1]"]);
  assert.deepEqual(defaults(`# YAML\n${text}`, "a.yaml"), ["true", "false", "1.0", "null", "0", "['x', '1']"]);
});
