/** Fault matrix 90: GitHub's limits in a real run with hundreds of tables. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { testDatabase } from "../support/postgres.ts";
import { runAction } from "../support/runner.ts";

const TABLES = 400;

/** Each resource has one record of 30 columns, with a null item for a warning each. */
async function pipelineOf(t: TestContext, tables: number): Promise<string> {
  const columns = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`a_column_with_a_longer_name_${at}`, at]));
  const body = JSON.stringify([columns, null]);
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return JSON.stringify({
    pipeline: "many",
    source: {
      name: "many",
      client: { base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paginator: "single_page" },
      resources: Array.from({ length: tables }, (_, at) => ({ name: `resource_${at}`, endpoint: { path: `r/${at}` } })),
    },
  });
}

test("400 tables: annotations fold, summary and outputs stay within the limits, the step is green", async (t) => {
  const database = await testDatabase(t);
  const files = { "many.json": await pipelineOf(t, TABLES) };
  const inputs = { source: "many.json", "connection-string": database.url };
  const run = await runAction({ inputs, files });
  assert.equal(run.code, 0, run.log);
  assert.equal(Object.keys(JSON.parse(run.outputs["row-counts"] ?? "")).length, TABLES);
  const levels = (level: string) => run.annotations.filter((one) => one.level === level);
  assert.equal(levels("error").length, 0);
  assert.equal(levels("warning").length, 1, "one code");
  assert.match(levels("warning")[0]?.message ?? "", /400 times: .*, and 395 more$/);
  assert.equal(levels("notice").length, 10);
  assert.equal(levels("notice")[9]?.message, "The job summary also tells schema changes of 391 more tables.");
  assert.equal(levels("notice")[0]?.properties.file, "many.json");
  assert.ok(Buffer.byteLength(run.summary) < 900 * 1024);
  assert.equal(run.summary.match(/^\| `resource_\d+` \| 1 \| append \| new table, 32 columns \|$/gm)?.length, TABLES);
  assert.equal(JSON.parse(run.outputs["schema-changes"] ?? "").length, TABLES);
  // 12 800 columns are more than an output may hold.
  const path = run.outputs["load-info-path"] ?? "";
  assert.deepEqual(JSON.parse(run.outputs["load-info"] ?? ""), { truncated: true, path });
  assert.equal(JSON.parse(await readFile(path, "utf8")).load_packages[0].tables.length, TABLES);
  t.diagnostic(`${run.seconds.toFixed(1)} s, summary ${Buffer.byteLength(run.summary)} bytes`);
});

test("a step that has nearly used up its megabyte keeps what it has, and the run stays green", async (t) => {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), "sluice-summary-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = { "many.json": await pipelineOf(t, 20) };
  const inputs = { source: "many.json", "connection-string": database.url };
  for (const [size, appended] of [
    [990_000, true],
    [999_990, false],
    [1_048_570, false],
  ] as const) {
    const path = join(folder, String(size));
    const before = "x".repeat(size - 1);
    await writeFile(path, `${before}\n`);
    const run = await runAction({ inputs, files, environment: { GITHUB_STEP_SUMMARY: path } });
    assert.equal(run.code, 0, run.log);
    const text = await readFile(path, "utf8");
    assert.ok(text.startsWith(before) && Buffer.byteLength(text) <= 1_048_576, String(text.length));
    assert.equal(text.length > size, appended);
    if (appended) assert.match(text, /\n> Left out, because the summary would be over its/);
    else assert.match(run.log, /the job summary could not be written: this step has used up GitHub's 1 MiB/);
    assert.match(await readFile(run.outputs["summary-path"] ?? "", "utf8"), /^## /);
  }
});
