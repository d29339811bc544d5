/** What dlt-init-openapi reads from a document, rule by rule; the recorded documents do not meet all of these. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GeneratedResource } from "../../../../src/generate/model.ts";
import { compatPathPieces, looksLikeList } from "../../../../src/generate/reading/path-pieces.ts";
import {
  type Document,
  generate,
  get,
  integer,
  listOf,
  object,
  query,
  ref,
  resourceAt,
  text,
} from "../../../support/generate.ts";

/** The resource that compat mode makes of one path. */
function compat(path: string, item: unknown, more: Partial<Document> = {}): GeneratedResource {
  return resourceAt(generate({ ...more, paths: { [path]: item } }, { mode: "compat" }), path);
}

const things = listOf(object({ id: integer }));

test("parameters are merged by their name alone, whatever their place", () => {
  const operation = get(things, { parameters: [{ name: "id", in: "path", required: true }, query("other")] });
  const item = { parameters: [query("id", { type: "string", default: "x" })], ...(operation as object) };
  const { endpoint } = compat("/things/{id}/parts", item);
  assert.deepEqual(
    endpoint.optionalParams.map(({ name }) => name),
    ["other"],
  );
  assert.deepEqual(
    endpoint.params?.map(({ name, value }) => [name, value.kind === "value" && value.value]),
    [["id", "FILL_ME_IN"]],
  );
});

test("JSON is what ends so: a charset is too much, a vendor's form is not; an example is no schema", () => {
  const selector = (content: unknown) =>
    compat("/things", { get: { responses: { 200: { description: "", content } } } }).endpoint.dataSelector;
  assert.equal(selector({ "application/hal+json": { schema: things } }), "$");
  assert.equal(selector({ "application/json; charset=utf-8": { schema: things } }), undefined);
  assert.equal(selector({ "application/json": { example: [{ id: 1 }] } }), undefined);
});

test("the comment is the description of the operation, else of the path, in one line; never the summary", () => {
  const comment = (item: unknown) => compat("/things", item).operation.comment;
  assert.equal(
    comment({ description: "Of the\npath", ...(get(things, { summary: "Short" }) as object) }),
    "Of the path",
  );
  assert.equal(comment(get(things, { summary: "Short" })), undefined);
});

test("a path is cut at its first dot, / has one empty piece, variables are trimmed", () => {
  assert.deepEqual(compatPathPieces("/").pieces, [""]);
  assert.deepEqual(compatPathPieces("").pieces, []);
  assert.deepEqual(compatPathPieces("/v1.0/users/{id}").pieces, ["v1"]);
  const spaced = compatPathPieces("/things/ { id } ");
  assert.deepEqual([spaced.variables, looksLikeList(spaced)], [["id"], false]);
  assert.deepEqual([looksLikeList(compatPathPieces("/")), looksLikeList(compatPathPieces(""))], [true, false]);
});

test("six levels of schemas are looked at", () => {
  const nested = (depth: number): unknown => {
    let inner: unknown = things;
    for (const name of [..."abcdefg"].slice(0, depth).reverse()) inner = object({ [name]: inner });
    return inner;
  };
  const found = (depth: number) => {
    const { endpoint, isList } = compat("/things", get(nested(depth)));
    return [endpoint.dataSelector, isList];
  };
  assert.deepEqual(found(6), ["a.b.c.d.e.f", true]);
  assert.deepEqual(found(7), ["a.b.c.d.e.f", false]);
});

test("the description beside a reference comes before that of its target", () => {
  const code = { ...ref("Code"), description: "identifier" };
  const schemas = { Code: { type: "string", description: "Something" } };
  assert.deepEqual(compat("/things", get(listOf(object({ code }))), { components: { schemas } }).primaryKey, ["code"]);
});

test("types are only what is written, one null is taken out, and of choices the later one counts", () => {
  assert.equal(compat("/things", get({ items: object({ id: integer }) })).isList, false);
  assert.deepEqual(compat("/things", get({ properties: { id: integer } })).primaryKey, ["id"]);
  const twice = { type: ["null", "null"] };
  assert.deepEqual(compat("/things", get(listOf(object({ id: twice })))).primaryKey, []);
  assert.deepEqual(compat("/things", get(listOf(object({ id: { type: ["null", "boolean"] } })))).primaryKey, []);
  assert.deepEqual(compat("/things", get(listOf(object({ id: { type: ["null"] } })))).primaryKey, ["id"]);
  const choices = { type: "object", anyOf: [object({ id: integer })], oneOf: [object({ id: object({}) })] };
  assert.deepEqual(compat("/things", get(listOf(choices))).primaryKey, []);
});

test("of lists that are nested alike the first counts, wherever it stands", () => {
  const schema = object({ a: object({ x: listOf(text) }), b: object({ y: things }) });
  assert.equal(compat("/things", get(schema)).endpoint.dataSelector, "a.x");
});
