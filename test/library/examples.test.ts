/** Code in doc comments is code: every `@example` runs, and what stands behind `//` is what comes out. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { folder, jsonApi } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";

const SRC = join(import.meta.dirname, "..", "..", "src");

interface Example {
  readonly file: string;
  /** The exported item that it belongs to. */
  readonly item: string;
  readonly code: string;
}

async function examples(): Promise<readonly Example[]> {
  const found: Example[] = [];
  for (const entry of await readdir(SRC, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, "utf8");
    for (const [, comment = "", item = ""] of text.matchAll(
      /\/\*\*(.*?)\*\/\s*export (?:async )?(?:function|const|class) (\w+)/gs,
    )) {
      const [, block] = comment.split(/^ \* @example\n/m);
      if (block === undefined) continue;
      // An example ends at an empty line or at the next tag.
      const code = (block.split(/^ \*(?:$| @)/m)[0] ?? "").replace(/^ \* ?/gm, "");
      found.push({ file, item, code });
    }
  }
  return found;
}

/** `expression; // value` -> a comparison of both. */
function withChecks(code: string): string {
  return code.replace(/^([^=\n]+); \/\/ (.+)$/gm, "assert.deepEqual($1, $2);");
}

test("the examples of doc comments run", async (t) => {
  const all = await examples();
  assert.ok(all.length >= 3, `${all.length} examples`);
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1}]`, "/posts": `[{"id":1}]` });
  const place = await folder(t);
  const before = { url: process.env.DATABASE_URL, directory: process.cwd() };
  t.after(async () => {
    process.chdir(before.directory);
    if (before.url === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before.url;
  });
  // The work folder of an example is below the folder that it runs in.
  process.chdir(place);
  process.env.DATABASE_URL = database.url;
  const printed: string[] = [];
  t.mock.method(console, "log", (text: string) => printed.push(text));
  for (const [index, { file, item, code }] of all.entries()) {
    const door = pathToFileURL(join(SRC, "index.ts")).href;
    const library: Record<string, unknown> = await import(door);
    const names = Object.keys(library);
    const own = item in library ? "" : `import { ${item} } from ${JSON.stringify(pathToFileURL(file).href)};\n`;
    const text = `import assert from "node:assert/strict";\nimport { ${names.join(", ")} } from ${JSON.stringify(door)};\n${own}${withChecks(code).replaceAll("https://api.example.com", api.url)}`;
    const script = join(place, `example-${index}.ts`);
    await writeFile(script, text);
    await assert.doesNotReject(import(pathToFileURL(script).href), `${item} in ${file}:\n${code}`);
  }
  assert.match(printed.join("\n"), /^Pipeline shop load step finished in /m);
  assert.deepEqual(await database.query("SELECT id FROM shop_dataset.orders"), [{ id: "1" }]);
});
