/** The JSON Schema for editors: every pipeline file that we show is right by it, wrong ones are not. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../../..");
const SCHEMA = join(ROOT, "schema", "pipeline.schema.json");
const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA, "utf8")) as Parameters<typeof z.fromJSONSchema>[0]);

interface Shown {
  readonly where: string;
  readonly folder: string;
  readonly text: string;
}

/** Pipeline files of the repository and in its documents; what lacks one of the three keys is none, or a part of one. */
function pipelineFiles(): readonly Shown[] {
  const files = globSync("examples/**/*.{yaml,yml,json}", { cwd: ROOT }).map((path) => ({
    where: path,
    folder: dirname(join(ROOT, path)),
    text: readFileSync(join(ROOT, path), "utf8"),
  }));
  const documents = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })];
  const blocks = documents.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, text = ""], index) => ({
      where: `${path}, block ${index + 1}`,
      folder: dirname(join(ROOT, path)),
      text,
    })),
  );
  return [...files, ...blocks].filter(
    ({ text }) => /^source:/m.test(text) && /client:/.test(text) && /resources:/.test(text),
  );
}

const shown = pipelineFiles();

test("every pipeline file that we show is right by the JSON Schema", () => {
  assert.ok(shown.length >= 2, "examples and README");
  for (const { where, text } of shown) {
    const { error } = schema.safeParse(parse(text));
    assert.equal(error, undefined, `${where}: ${error?.message}`);
  }
});

test("the line for editors names the schema, relative to its file, and works without a network", () => {
  const lines = shown.flatMap(({ where, folder, text }) =>
    [...text.matchAll(/^# yaml-language-server: \$schema=(\S+)$/gm)].map(([, path = ""]) => ({ where, folder, path })),
  );
  assert.ok(lines.length >= 2);
  for (const { where, folder, path } of lines) {
    const target = path.startsWith("./node_modules/sluice/")
      ? join(ROOT, path.slice("./node_modules/sluice/".length))
      : join(folder, path);
    assert.equal(relative(ROOT, target), join("schema", "pipeline.schema.json"), where);
  }
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: readonly string[] };
  assert.ok(files.includes("schema"), "the schema is in the package");
  assert.doesNotMatch(readFileSync(SCHEMA, "utf8"), /"\$ref": "(?!#)/, "it refers to nothing outside of itself");
});

test("what the checks refuse by its shape the schema refuses too", () => {
  const file = (source: object) => ({ source: { client: { base_url: "https://h" }, resources: ["a"], ...source } });
  const resource = (more: object) => file({ resources: [{ name: "a", ...more }] });
  assert.ok(schema.safeParse(file({})).success);
  const wrong = [
    { ...file({}), destnation: "postgres" },
    file({ resource: [] }),
    file({ client: { base_url: "https://h", auth: { type: "bearr" } } }),
    file({ client: { base_url: "https://h", paginator: { type: "page_number", limit: 1 } } }),
    file({ client: { base_url: "https://h", paginator: { type: "page_number", maximum_page: "5" } } }),
    resource({ write_disposition: "upsert" }),
    resource({ endpoint: { method: "get" } }),
    resource({ endpoint: { incremental: { initial_value: 1 } } }),
    resource({ endpoint: { response_actions: [{ status: 404, action: "ignore" }] } }),
    file({ resources: [{ endpoint: "a" }] }),
  ];
  for (const one of wrong) assert.equal(schema.safeParse(one).success, false, JSON.stringify(one));
});

test("each key of a resource and of an endpoint has a description for the editor to show", () => {
  type Node = { readonly [key: string]: Node | undefined };
  const root = JSON.parse(readFileSync(SCHEMA, "utf8")) as Node;
  const plain: string[] = [];
  let seen = 0;
  const walk = (value: Node): void => {
    const { properties } = value;
    if (properties?.processing_steps !== undefined || properties?.data_selector !== undefined) {
      for (const [key, property] of Object.entries(properties)) {
        const reference = property?.$ref as unknown as string | undefined;
        const node = reference === undefined ? property : root.definitions?.[reference.replace("#/definitions/", "")];
        seen += 1;
        if (node?.description === undefined) plain.push(key);
      }
    }
    for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) walk(inner);
  };
  walk(root);
  assert.deepEqual(plain, []);
  assert.ok(seen > 40, `${seen} keys`);
});
