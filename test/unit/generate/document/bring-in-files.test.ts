/** A document in several files becomes one tree: references are rewritten, cycles end, what may not be asked stays out. */
import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../../src/core/errors.ts";
import { isJsonObject, keysOf } from "../../../../src/core/json.ts";
import { bringInFiles, type FileSource } from "../../../../src/generate/document/bring-in-files.ts";
import { readApiDocument } from "../../../../src/generate/document/read-document.ts";

function filesIn(texts: Readonly<Record<string, string>>): FileSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    start: "/api/main.yaml",
    locate: (from, reference) => {
      const target = posix.resolve(posix.dirname(from), reference);
      return target.startsWith("/api/") ? { location: target } : { refused: "it leads out" };
    },
    read: async (location) => {
      asked.push(location);
      const text = texts[location];
      return text === undefined ? { refused: "it is not there" } : { text, name: location };
    },
  };
}

const main = (text: string) =>
  readApiDocument(`openapi: 3.0.0\n${text}`, { name: "main.yaml" }, { mode: "better", allowOpenapi2: false });

test("files, parts of files, files of files and a way back", async () => {
  const files = filesIn({
    "/api/schemas/User.yaml":
      "properties:\n  boss: {$ref: '#'}\n  role: {$ref: './more.json#/defs/a~1b'}\n  api: {$ref: '../main.yaml#/info'}\n",
    "/api/schemas/more.json": '{"defs":{"a/b":{"type":"string","next":{"$ref":"User.yaml"}}}}',
  });
  const whole = await bringInFiles(
    main(
      "info: {title: x}\na: {$ref: schemas/User.yaml}\nb: {$ref: './schemas/more.json#/defs/a~1b'}\nc: {$ref: '#/info'}\n",
    ),
    files,
  );
  const at = (reference: string) => {
    const value = whole.resolve(reference);
    assert.ok(isJsonObject(value), reference);
    return value;
  };
  const user = at(String(at("#/a").$ref));
  assert.match(String(at("#/a").$ref), /^#\/components\/x-files\/\d+\/User$/);
  const { boss, role, api } = user.properties as Record<string, { $ref: string }>;
  assert.equal(at(boss?.$ref ?? ""), user);
  assert.equal(at(role?.$ref ?? ""), at(String(at("#/b").$ref)));
  assert.equal(at(String((at(role?.$ref ?? "").next as { $ref: string }).$ref)), user);
  assert.deepEqual(at(api?.$ref ?? ""), { title: "x" });
  assert.equal(at("#/c").$ref, "#/info");
  assert.deepEqual(files.asked, ["/api/schemas/User.yaml", "/api/schemas/more.json"]);
});

test("what may not be asked and what is not there stays as it is; the order of keys stays", async () => {
  const document = main(
    "a: {$ref: ../../etc/passwd}\nb: {$ref: gone.yaml#/x}\nr: {default: 1, 200: {$ref: there.yaml}}\ncomponents: {schemas: {A: {}}}\n",
  );
  const files = filesIn({ "/api/there.yaml": "type: object" });
  const whole = await bringInFiles(document, files);
  assert.deepEqual(whole.root.a, { $ref: "../../etc/passwd" });
  assert.deepEqual(whole.root.b, { $ref: "gone.yaml#/x" });
  assert.deepEqual(files.asked, ["/api/gone.yaml", "/api/there.yaml"]);
  assert.ok(isJsonObject(whole.root.r));
  assert.deepEqual(keysOf(whole.root.r), ["default", "200"]);
  assert.ok(whole.resolve("#/components/schemas/A"));
  assert.deepEqual(["../../etc/passwd", "gone.yaml#/x", "#/components/schemas/B"].map(whole.refused), [
    "it leads out",
    "it is not there",
    undefined,
  ]);
  const alone = await bringInFiles(main("a: {$ref: ../x.yaml}\n"), files);
  assert.equal(alone.refused("../x.yaml"), "it leads out");
});

test("a document of one file is the very document", async () => {
  const document = main("a: {$ref: '#/b'}\nb: {}\n");
  assert.equal(await bringInFiles(document, filesIn({})), document);
});

test("a file that is no YAML is an error at its own place", async () => {
  await assert.rejects(
    bringInFiles(main("a: {$ref: bad.yaml}\n"), filesIn({ "/api/bad.yaml": "a:\n\tb" })),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^\/api\/bad\.yaml:2:1: not valid YAML/);
      return true;
    },
  );
});

test("endless files are refused", async () => {
  const files: FileSource = {
    start: "/0",
    locate: (_from, reference) => ({ location: reference }),
    read: async (location) => ({ text: `{"$ref":"${location}x"}`, name: "x" }),
  };
  await assert.rejects(bringInFiles(main("a: {$ref: y}\n"), files), /more than 1000 files/);
});
