/** What a source or its data says is shown by the command line, and obeyed by no terminal. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { HOSTILE_NAME, MOVES } from "../unit/report/sample-trace.ts";
import { folder, jsonApi, onlyObject, shopFile, sluice } from "./support.ts";

test("a body that is no JSON, and warnings of hostile text: text and JSON hold it written out", async (t) => {
  const cwd = await folder(t);
  const name = HOSTILE_NAME.toWellFormed();
  const api = await jsonApi(t, {
    "/t": (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`\u001b[31m ${name}`);
    },
  });
  await writeFile(join(cwd, "shop.json"), shopFile(api.url, [{ name, endpoint: { path: "t" } }]));
  await writeFile(join(cwd, "t.jsonl"), JSON.stringify({ "a\u001b[31m\u202e": 1, "A\u001b[31m\u202e": 2 }));
  for (const [args, code] of [
    [["extract", "shop.json", "--out", "records"], 3],
    [["normalize", "t.jsonl", "--out", "tables"], 0],
  ] as const) {
    for (const json of [[], ["--json"]]) {
      const ended = await sluice([...args, ...json], { cwd });
      assert.equal(ended.code, code, ended.stderr);
      for (const text of [ended.stdout, ended.stderr]) assert.doesNotMatch(text, MOVES, JSON.stringify(text));
      assert.ok(!ended.stderr.includes("\r"));
      if (json.length > 0) {
        const text = JSON.stringify(onlyObject(ended));
        assert.ok(text.includes(code === 0 ? "W_NAME_COLLISION" : "E_SOURCE_BODY"), text);
      }
      assert.match(ended.stderr, /\\x1b\[31m|\\u001b\[31m/);
    }
  }
});
