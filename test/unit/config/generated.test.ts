import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { generatedFiles } from "../../../scripts/generate-docs.ts";
import { cliOptions } from "../../../src/config/cli-options.ts";
import { OUTPUTS } from "../../../src/config/outputs.ts";
import { fileKeyOf, SETTING_NAMES } from "../../../src/config/settings.ts";
import { ERROR_CODES, WARNING_CODES } from "../../../src/core/error-codes.ts";

const ROOT = join(import.meta.dirname, "../../..");
const readme = await readFile(join(ROOT, "README.md"), "utf8").catch(() => undefined);
const files = generatedFiles(readme);

for (const [path, expected] of files) {
  test(`${path} is what the declarations say (else: node scripts/generate-docs.ts)`, async () => {
    assert.equal(await readFile(join(ROOT, path), "utf8"), expected);
  });
}

const actionShape = z.strictObject({
  name: z.string(),
  author: z.string(),
  description: z.string().max(125),
  branding: z.strictObject({ icon: z.string(), color: z.string() }),
  inputs: z.record(z.string(), z.strictObject({ description: z.string(), required: z.literal(false) })),
  outputs: z.record(z.string(), z.strictObject({ description: z.string() })),
  runs: z.strictObject({
    using: z.literal("node24"),
    main: z.literal("dist/main/index.js"),
    post: z.literal("dist/post/index.js"),
    "post-if": z.literal("always()"),
  }),
});

test("action.yml has every setting and every output, and no expression that the runner would evaluate", () => {
  const text = files.get("action.yml") ?? "";
  const action = actionShape.parse(parse(text));
  assert.deepEqual(Object.keys(action.inputs), SETTING_NAMES);
  assert.deepEqual(Object.keys(action.outputs), Object.keys(OUTPUTS));
  assert.doesNotMatch(text, /\$\{\{/);
});

test("the JSON Schema knows every key of a file and refuses others", () => {
  const text = files.get("schema/pipeline.schema.json") ?? "";
  const schema = z
    .object({ properties: z.record(z.string(), z.unknown()), additionalProperties: z.literal(false) })
    .parse(JSON.parse(text));
  const keys = SETTING_NAMES.map(fileKeyOf).filter((key) => key !== undefined);
  assert.deepEqual(Object.keys(schema.properties), [...keys, "source"]);
  for (const key of ["page_param", "include_from_parent", "start_param", "data_selector"]) {
    assert.ok(text.includes(`"${key}"`), key);
  }
});

test("docs/errors.md names every code with its exit status", () => {
  const text = files.get("docs/errors.md") ?? "";
  for (const [code, { exit }] of Object.entries(ERROR_CODES)) assert.ok(text.includes(`\`${code}\` | ${exit} |`), code);
  for (const code of Object.keys(WARNING_CODES)) assert.ok(text.includes(`\`${code}\` |`), code);
});

test("the command line has a flag for every setting but the source, its argument, and what is about GitHub", () => {
  const options = cliOptions();
  assert.deepEqual(
    options.map(({ name }) => name),
    SETTING_NAMES.filter((name) => !["source", "cache", "skip-without-credentials", "allow-pr-writes"].includes(name)),
  );
  assert.deepEqual(options.find(({ name }) => name === "endpoints")?.aliases, ["--resources <text>"]);
  assert.equal(options.find(({ name }) => name === "allow-insecure-http")?.flags, "--allow-insecure-http [true|false]");
  assert.deepEqual(
    cliOptions(["token", "limit"]).map(({ flags }) => flags),
    ["--token <text>", "--limit <text>"],
  );
});
