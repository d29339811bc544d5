import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import { generate, get, integer, listOf, object } from "../../../support/generate.ts";

const things = listOf(object({ id: integer }));
const described = (more: object = {}) => ({
  "/things": {
    get: { responses: { 200: { description: "", content: { "application/json": { schema: things } } } } },
    ...more,
  },
});

test("compat mode says of a document that the reference refuses it, and why; and goes on", () => {
  const said = (parts: object) => {
    const pipeline = generate({ paths: described(), ...parts }, { mode: "compat" });
    assert.ok(pipeline.resources.length > 0);
    const [finding] = pipeline.findings.filter(({ code }) => code === "ReferenceRefuses");
    return /refuses this document: (.*)\. Here the rest of it is used$/.exec(finding?.message ?? "")?.[1];
  };
  assert.equal(said({}), undefined);
  assert.equal(said({ info: undefined }), "no info");
  assert.equal(said({ info: { termsOfService: "" } }), "no info.title, no info.version, empty termsOfService");
  assert.equal(said({ servers: ["x"] }), "parts of the wrong kind");
  assert.equal(said({ servers: [{ url: "https://{a}", variables: { a: {} } }] }), "a server variable without default");
  assert.equal(said({ tags: ["a"] }), "tags that are no mappings");
  const reference = { $ref: "#/components/securitySchemes/b" };
  assert.equal(said({ components: { securitySchemes: { a: reference } } }), "a security scheme that is a reference");
  assert.equal(said({ paths: described({ post: {} }) }), "an operation without responses");
  assert.equal(said({ paths: { "/a": { get: { responses: { 200: {} } } } } }), "a response without description");
  const schemas = { A: { exclusiveMinimum: true, "x-more": { enum: [] } }, B: { items: { enum: [] } } };
  assert.equal(said({ schemas }), "exclusiveMinimum that is no number, an empty enum");
  // Better mode is no answer of the reference's.
  assert.deepEqual(generate({ info: {}, paths: { "/things": get(things) } }).findings, []);
});

test("no document that the reference has taken is said to be refused", () => {
  const cases = join(import.meta.dirname, "..", "..", "..", "golden", "cases", "openapi");
  for (const name of readdirSync(cases).filter((file) => /\.ya?ml$/.test(file))) {
    const text = readFileSync(join(cases, name), "utf8");
    const { findings } = analyse(readApiDocument(text, { name }, { mode: "compat", allowOpenapi2: false }), {
      mode: "compat",
    });
    assert.deepEqual(
      findings.filter(({ code }) => code === "ReferenceRefuses"),
      [],
      name,
    );
  }
});
