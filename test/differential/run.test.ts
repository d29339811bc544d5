/** `npm run differential`: what it prints and how it exits. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";

const script = join(import.meta.dirname, "run.ts");

function run(args: readonly string[], environment: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test("--help explains it; wrong input ends with what is wrong", async () => {
  const help = await run(["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: npm run differential -- --source FILE/);
  for (const [args, message] of [
    [[], /--source is missing/],
    [["--source", "nowhere.yaml"], /there is no file nowhere\.yaml/],
    [["--source", "gitlab", "--sample", "huge"], /--sample huge: expected small, full or nasty/],
    [["--source", "gitlab", "--runs", "0"], /--runs 0: expected a number from 1/],
    [["--source", "gitlab", "--turns", "sluice,airbyte"], /--turns sluice,airbyte: expected sluice and dlt/],
    [["--sauce", "x"], /--sauce/],
  ] as const) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, message);
  }
});

test("without Python dlt it says loudly that nothing was compared", async () => {
  const { code, stderr } = await run(["--source", "gitlab"], {
    SLUICE_DLT_PYTHON: join(tmpdir(), "no-such-python"),
    SLUICE_REQUIRE_DLT: "",
  });
  assert.equal(code, 2);
  assert.match(stderr, /SKIPPED: no Python dlt/);
  assert.match(stderr, /NOT RUN, nothing was compared/);
});

test("exit 0 when equal, 1 with a readable list when not, 2 for a pipeline file that is none", {
  skip: skipWithoutDlt(),
}, async (t) => {
  let answers = 0;
  let moving = false;
  const server = createServer((_, response) => {
    answers++;
    response.setHeader("content-type", "application/json");
    response.end(`[{"id":1,"n":${moving ? answers : 7},"l":[1]}]`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const folder = await mkdtemp(join(tmpdir(), "sluice-run-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "pipeline.yaml");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(file, `source:\n  client: { base_url: "${url}", paginator: single_page }\n  resources: [t]\n`);

  const equal = await run(["--source", file]);
  assert.equal(equal.stdout, "differential: 0 differences, 5 tables, 2 rows\n", equal.stderr);
  assert.equal(equal.code, 0);
  assert.equal(answers, 2);

  moving = true;
  const other = await run(["--source", file]);
  assert.equal(other.code, 1, other.stderr);
  assert.match(other.stdout, /^row of t only in the first: \{.*"n":"4"/m);
  assert.match(other.stdout, /^row of t only in the second: \{.*"n":"3"/m);
  assert.match(other.stdout, /^differential: \d+ differences, 5 tables, 2 rows$/m);

  await writeFile(file, `source:\n  client: { base_url: "${url}" }\n  resorces: [t]\n`);
  const broken = await run(["--source", file]);
  assert.equal(broken.code, 2);
  assert.match(broken.stderr, /resorces/);
});
