import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Checkout, checkoutAround, loadModules } from "../../../../src/edge/shared/load-modules.ts";
import type { SourceFunctions } from "../../../../src/extract/functions.ts";
import { failure } from "../../../support/failure.ts";
import { load } from "../../config/support/load.ts";

const STEPS = `
export const good = (record) => record.n > 1;
export const label = (record) => ({ ...record, label: record.name + "!" });
export const text = "no function";
`;

/** A checkout with a pipeline file in \`flows/\` and modules around it. */
async function repository(t: TestContext): Promise<{ readonly top: string; readonly root: string }> {
  const top = await realpath(await mkdtemp(join(tmpdir(), "sluice-modules-")));
  t.after(() => rm(top, { recursive: true, force: true }));
  const root = join(top, "repository");
  await mkdir(join(root, ".git"), { recursive: true });
  await mkdir(join(root, "flows", "inner"), { recursive: true });
  await writeFile(join(root, "flows", "steps.mjs"), STEPS);
  await writeFile(join(root, "flows", "inner", "more.js"), "export function twice(value) { return value * 2; }\n");
  await writeFile(join(root, "flows", "package.json"), '{"type": "module"}');
  await writeFile(join(root, "flows", "broken.mjs"), "export const = 1;");
  await writeFile(join(root, "flows", "steps.json"), "{}");
  await writeFile(join(root, "outside.mjs"), STEPS);
  await writeFile(join(top, "beyond.mjs"), STEPS);
  await symlink(join(top, "beyond.mjs"), join(root, "flows", "link.mjs"));
  await symlink(join(root, "outside.mjs"), join(root, "flows", "inside-link.mjs"));
  return { top, root };
}

function run(checkout: Checkout, reference: string, allow = "true"): Promise<SourceFunctions> {
  const text = `
source:
  client: {base_url: "https://h"}
  resources:
    - name: r
      processing_steps:
        - filter: {module: ${JSON.stringify(reference)}}
`;
  const file = "flows/a.yaml";
  return loadModules(load({ file, files: { [file]: text }, flags: { "allow-modules": allow } }), checkout);
}

test("a function of a module below the pipeline file is loaded where that is allowed", async (t) => {
  const { root } = await repository(t);
  const functions = await run({ folder: root, root }, "./steps.mjs#good");
  assert.deepEqual(Object.keys(functions), ["module:./steps.mjs#good"]);
  assert.equal(functions["module:./steps.mjs#good"]?.({ n: 2 }), true);
  assert.equal((await run({ folder: root, root }, "inner/more.js#twice"))["module:inner/more.js#twice"]?.(4), 8);
  // A link that stays inside is as good as its target.
  assert.equal(
    (await run({ folder: root, root }, "./inside-link.mjs#good"))["module:./inside-link.mjs#good"]?.({ n: 1 }),
    false,
  );
});

test("nothing is loaded unless it is allowed, and never for files of a fork", async (t) => {
  const { root } = await repository(t);
  const marked = join(root, "flows", "marks.mjs");
  await writeFile(marked, "globalThis.sluiceWasLoaded = true; export const f = (x) => x;");
  const off = await failure(run({ folder: root, root }, "./marks.mjs#f", "false"));
  assert.equal(off.code, "E_CONFIG");
  assert.equal(
    off.message,
    'flows/a.yaml:7: source.resources[0].processing_steps[0].filter.module: "./marks.mjs#f" is not loaded: JavaScript of the repository is off; set allow-modules to true if you trust all who may change it',
  );
  const refused = await failure(run({ folder: root, root, refused: "it is a fork" }, "./marks.mjs#f"));
  assert.match(refused.message, /"\.\/marks\.mjs#f" is not loaded: it is a fork$/);
  assert.equal("sluiceWasLoaded" in globalThis, false);
});

test("a pipeline file cannot allow it itself", () => {
  const text = 'allow_modules: true\nsource:\n  client: {base_url: "https://h"}\n  resources: [a]\n';
  assert.throws(() => load({ file: "a.yaml", files: { "a.yaml": text } }), /unknown key "allow_modules"/);
});

test("paths that lead elsewhere, and modules that lack what is asked for", async (t) => {
  const { root, top } = await repository(t);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["../outside.mjs#good", /is no path below the folder/],
    ["./inner/../steps.mjs#good", /is no path below the folder/],
    [`${top}/beyond.mjs#good`, /is no path below the folder/],
    ["file:///etc/x.mjs#good", /is no path below the folder/],
    ["data:text/javascript,export const f=1#f", /is no path below the folder/],
    ["node:fs#readFileSync", /is no path below the folder/],
    ["inner\\\\..\\\\steps.mjs#good", /is no path below the folder/],
    ["fs#readFileSync", /is no \.mjs or \.js file/],
    ["./steps.json#good", /is no \.mjs or \.js file/],
    ["./link.mjs#good", /leads out of the repository/],
    ["./nowhere.mjs#good", /does not exist/],
    ["./broken.mjs#good", /cannot be loaded: /],
    ["./steps.mjs#bad", /has no function "bad"; it exports good, label$/],
    ["./steps.mjs#text", /has no function "text"/],
    ["./steps.mjs#toString", /has no function "toString"/],
  ];
  for (const [reference, message] of cases) {
    const error = await failure(run({ folder: root, root }, reference));
    assert.equal(error.code, "E_CONFIG", reference);
    assert.match(error.message, message, reference);
  }
});

test("the checkout is found from a folder in it", async (t) => {
  const { root, top } = await repository(t);
  assert.deepEqual(checkoutAround(join(root, "flows", "inner")), { folder: join(root, "flows", "inner"), root });
  assert.equal(checkoutAround(top).root === root, false);
});
