/** Files of a project made of documents that were written to break them: every text stays a text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "js-yaml";
import { parse as parseToml } from "smol-toml";
import { parseDocument } from "yaml";
import { analyse } from "../../../../src/generate/analyse.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";
import { renderProject } from "../../../../src/generate/render/project-files.ts";

/** Texts that mean something to YAML, TOML, Markdown, shells, workflows, terminals or Sluice. */
const HOSTILE = [
  "line\nbreak: [",
  "cr\rlf\r\n- x",
  "# no comment",
  ": colon",
  "*alias &anchor !!tag",
  "'quotes\" \\ `ticks`",
  "| table | <script>alert(1)</script> ![x](http://e.example/x.png)",
  "$" + "{env:HOME} $" + "{{ secrets.TOKEN }}",
  "{resources.secret.token} {x!r:>9}",
  "\u001b[31mred\u202egnp.exe\u2028\u0000\u0007\ufeff",
  "\ud800 lone",
  "yes",
  "1e3",
  "",
  "x".repeat(2000),
];

function documentOf(hostile: string, index: number): string {
  const schema = {
    type: "object",
    title: hostile,
    properties: { id: { type: "integer", description: hostile }, [hostile]: { type: "string", description: hostile } },
  };
  const operation = (id: string) => ({
    operationId: id,
    tags: [hostile],
    summary: hostile,
    description: hostile,
    parameters: [
      { name: hostile || "empty", in: "query", required: true, description: hostile, schema: { default: hostile } },
      { name: `o${hostile}`, in: "query", description: hostile, schema: { type: "string", default: hostile } },
      { name: `h${hostile}`, in: "header", required: true, schema: { default: hostile } },
      { name: "id", in: "path", required: true, schema: { default: hostile } },
      { name: "page", in: "query", schema: { type: "integer" } },
    ],
    responses: {
      200: { description: hostile, content: { "application/json": { schema: { type: "array", items: schema } } } },
    },
  });
  return JSON.stringify({
    openapi: "3.0.0",
    info: { title: hostile || "t", version: hostile || "1", description: hostile },
    servers: [
      { url: `https://api.example.com/${index}`, description: hostile },
      { url: `https://other.example.com/${hostile}`, description: hostile },
    ],
    components: { securitySchemes: { [hostile]: { type: "apiKey", in: "header", name: hostile || "X-Key" } } },
    security: [{ [hostile]: [] }],
    paths: {
      [`/things/{id}/${hostile.replace(/[{}/]/g, "")}`]: { get: operation(`a${hostile}`) },
      "/things": { get: operation(`b${hostile}`) },
    },
  });
}

for (const mode of ["compat", "better"] as const) {
  test(`hostile texts stay texts in all files, ${mode} mode`, () => {
    for (const [index, hostile] of HOSTILE.entries()) {
      const document = readApiDocument(
        documentOf(hostile, index),
        { name: "a\nb.json" },
        { mode, allowOpenapi2: false },
      );
      const pipeline = analyse(document, { mode, source: "shop" });
      const options = { documentName: document.name, limit: undefined };
      const { files } = renderProject(pipeline, { ...options, format: "yaml" });
      const text = (path: string) => files.find((file) => file.path === path)?.text ?? assert.fail(path);
      for (const file of files) {
        assert.doesNotMatch(file.text, /[\p{Cc}\u2028\u2029\u202e\ufeff\ud800](?<!\n)/u, `${file.path} of ${hostile}`);
      }
      const yaml = parseDocument(text("shop_pipeline.yaml"));
      assert.deepEqual([yaml.errors, yaml.warnings], [[], []], hostile);
      const value = yaml.toJS();
      assert.ok(!JSON.stringify(value).includes("$" + "{env:"), hostile);
      assert.deepEqual(load(text("shop_pipeline.yaml")), value, hostile);
      const json = renderProject(pipeline, { ...options, format: "json" }).files[0];
      assert.deepEqual(wellFormed(JSON.parse(json?.text ?? "")), value, hostile);
      assert.equal(value.source.resources.length, 2);
      const config = parseToml(text(".dlt/config.toml"));
      assert.equal(
        JSON.stringify(config.sources),
        JSON.stringify({ shop: { base_url: `https://api.example.com/${index}` } }),
      );
      parseToml(text(".dlt/secrets.toml"));
      const workflow = parseDocument(text(".github/workflows/load.yml"));
      assert.deepEqual(workflow.errors, []);
      assert.deepEqual(Object.keys(workflow.toJS().jobs), ["load"]);
      // Within backticks Markdown marks nothing up.
      assert.doesNotMatch(text("README.md").replace(/`[^`\n]*`/g, ""), /(?<!\\)<script|(?<!\\)!\[/);
      assert.equal(text("README.md").match(/^\| (?:GET|`)/gm)?.length, 2, text("README.md"));
    }
  });
}

test("a document gets at no variable of the environment; braces of values are no placeholders", () => {
  const document = readApiDocument(
    documentOf("$" + "{env:HOME} {x}", 0),
    { name: "a.json" },
    { mode: "compat", allowOpenapi2: false },
  );
  const { files } = renderProject(analyse(document, { mode: "compat", source: "shop" }), {
    format: "json",
    documentName: "a.json",
    limit: undefined,
  });
  const { source } = JSON.parse(files[0]?.text ?? "");
  const { params } = source.resources.find(
    ({ endpoint }: { endpoint: { path: string } }) => endpoint.path === "/things",
  ).endpoint;
  assert.equal(params["$(env:HOME}} {{x}}"], "$(env:HOME}} {{x}}");
});

function wellFormed(item: unknown): unknown {
  if (typeof item === "string") return item.toWellFormed();
  if (Array.isArray(item)) return item.map(wellFormed);
  if (typeof item !== "object" || item === null) return item;
  return Object.fromEntries(Object.entries(item).map(([key, part]) => [key.toWellFormed(), wellFormed(part)]));
}
