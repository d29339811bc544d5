/** The JSON Schema for editors: every pipeline file that we show is right by it, wrong ones are not. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { pipelineFileShape } from "../../../src/config/pipeline-file.ts";
import { shownFiles } from "../../support/shown-files.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SCHEMA = join(ROOT, "schema", "pipeline.schema.json");
const schema = JSON.parse(readFileSync(SCHEMA, "utf8")) as Node;
const isRight = new Ajv({ strict: true, strictTypes: false }).compile(schema);

interface Node {
  readonly [key: string]: Node | undefined;
}

const shown = shownFiles();

test("every pipeline file that we show is right by the JSON Schema", () => {
  assert.ok(shown.length > 40, `${shown.length} files`);
  for (const { where, file } of shown) assert.ok(isRight(file), `${where}: ${JSON.stringify(isRight.errors)}`);
});

test("an editor flags what the checks refuse by its shape, and nothing else", () => {
  let flagged = 0;
  const compare = (wrong: object, what: string): void => {
    const { success } = pipelineFileShape.safeParse(wrong);
    assert.equal(isRight(wrong), success, what);
    if (!success) flagged += 1;
  };
  for (const { where, file } of shown) {
    for (const path of mappingsIn(file))
      compare(changed(file, [...path, "unknwon_key"], "x"), `${where}: ${path.join(".")}`);
    for (const path of valuesIn(file)) {
      if (OTHERWISE.test(path.join("."))) continue;
      for (const value of [true, 5, -1, 1.5, "x", "", null, [], ["x"], [{}], {}, { type: "bearer" }]) {
        compare(changed(file, path, value), `${where}: ${path.join(".")} is ${JSON.stringify(value)}`);
      }
    }
  }
  assert.ok(flagged > 2000, `${flagged} faults`);
});

/** Texts whose form is told by the checks, and hints that are free for dlt, of which an editor knows the usual ones. */
const OTHERWISE = /\.(window|per)$|\.columns\.[^.]+\.[^.]+$/;

/** Paths of all mappings in a value. */
function mappingsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.entries(value).flatMap(([key, item]) => mappingsIn(item, [...path, key]));
  return Array.isArray(value) ? inside : [path, ...inside];
}

/** Paths of everything in a value but itself. */
function valuesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, item]) => valuesIn(item, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function changed(file: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(file);
  const place = path.slice(0, -1).reduce<object>((at, step) => Reflect.get(at, step) as object, copy);
  Reflect.set(place, path.at(-1) ?? "", value);
  return copy;
}

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
  assert.ok(isRight(file({})));
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
  for (const one of wrong) assert.equal(isRight(one), false, JSON.stringify(one));
});

test("every key below source has a description for the editor to show", () => {
  const plain: string[] = [];
  let seen = 0;
  const known = new Set<Node>();
  const walk = (value: Node, path: string): void => {
    if (known.has(value)) return;
    known.add(value);
    const reference = value.$ref as unknown as string | undefined;
    if (reference !== undefined) walk(target(reference), path);
    for (const [key, property] of Object.entries(value.properties ?? {})) {
      seen += 1;
      if (property !== undefined && !isDescribed(property)) plain.push(`${path}.${key}`);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "object" && inner !== null) walk(inner, key === "properties" ? path : `${path}.${key}`);
    }
  };
  const source = schema.properties?.source;
  assert.ok(source !== undefined);
  walk(source, "source");
  assert.deepEqual(plain, []);
  assert.ok(seen > 150, `${seen} keys`);
});

test("an editor offers the words of texts that may be others too", () => {
  const text = JSON.stringify(schema);
  assert.match(text, /"enum":\["ignore","stop","retry","fail"\]/);
  assert.match(text, /"enum":\["date","datetime","unix_seconds","unix_millis","string","int"\]/);
  assert.match(text, /"enum":\["text","double","bool",/);
});

function target(reference: string): Node {
  const found = schema.definitions?.[reference.replace("#/definitions/", "")];
  assert.ok(found !== undefined, reference);
  return found;
}

/** A description of its own, or of what it refers to. */
function isDescribed(node: Node): boolean {
  if (node.description !== undefined) return true;
  const reference = node.$ref as unknown as string | undefined;
  if (reference !== undefined) return isDescribed(target(reference));
  const all = node.allOf as unknown as readonly Node[] | undefined;
  return all?.length === 1 && all[0] !== undefined && isDescribed(all[0]);
}
