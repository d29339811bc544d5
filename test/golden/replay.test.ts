import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

function run(args: readonly string[], env: Record<string, string>) {
  return spawnSync(process.execPath, [join(import.meta.dirname, "run.ts"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
}

test("the runner tells failing, compressed, unbuilt and unreadable files apart", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "cases-"));
  t.after(() => rm(folder, { recursive: true }));
  const iso = {
    vectors: [
      ["2024-01-02T03:04:05Z", "timestamp", "2024-01-02T03:04:05+00:00"],
      ["2024", null, null],
    ],
  };
  await writeFile(join(folder, "iso_strings.json.gz"), gzipSync(JSON.stringify(iso)));
  await writeFile(join(folder, "unbuilt.json"), JSON.stringify({ vectors: [1, 2, 3] }));
  await writeFile(join(folder, "naming.json"), JSON.stringify({ vectors: [], fragments: [], shorten: [] }));
  const bad = run(["interop"], { INTEROP_CASES: folder });
  assert.equal(bad.status, 1, bad.stderr);
  assert.match(bad.stdout, /^FAIL interop\/iso_strings "2024": kind: expected null, got "date"/m);
  assert.match(bad.stdout, /^interop: 1 passed, 1 failed, 3 not yet, 0 not applicable\n$/m);

  await writeFile(join(folder, "broken.json"), "{");
  assert.match(run(["interop"], { INTEROP_CASES: folder }).stdout, /^FAIL interop\/broken \(file\): JsonSyntaxError/m);
});

test("an unknown set and a folder without cases exit with 2", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "cases-"));
  t.after(() => rm(folder, { recursive: true }));
  const unknown = run(["interp"], {});
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /unknown set interp; known: interop, rest-api, openapi/);
  assert.equal(run(["interop"], { INTEROP_CASES: folder }).status, 2);
  assert.equal(run(["interop"], { INTEROP_CASES: join(folder, "absent") }).status, 2);
});
