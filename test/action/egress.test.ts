/** Fault matrix 91: a runner that reaches nothing but the source and the destination. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { testDatabase } from "../support/postgres.ts";
import { type ActionRequest, runAction } from "../support/runner.ts";

const HOOK = pathToFileURL(join(import.meta.dirname, "..", "support", "record-connections.mjs")).href;

/** A run in which only these may be connected to, and what it looked up or connected to. */
async function confined(t: TestContext, request: ActionRequest, allowed: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "sluice-egress-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "connections");
  await writeFile(file, "");
  const run = await runAction({
    ...request,
    environment: {
      ...request.environment,
      NODE_OPTIONS: `--import=${HOOK}`,
      SLUICE_TEST_CONNECTIONS: file,
      SLUICE_TEST_ALLOWED: allowed.join(","),
    },
  });
  return { run, met: new Set((await readFile(file, "utf8")).split("\n").filter((line) => line !== "")) };
}

test("with every other name and address blocked a load works, and asks for none of them", async (t) => {
  const database = await testDatabase(t);
  const gitlab = await startSampleGitlab({ world: { projects: 3, users: 10 } });
  t.after(() => gitlab.stop());
  const source = new URL(gitlab.url).host;
  const destination = `${new URL(database.url).hostname}:${database.port}`;
  const inputs = {
    "base-url": gitlab.url,
    token: gitlab.token,
    endpoints: "projects",
    "connection-string": database.url,
  };
  const { run, met } = await confined(t, { inputs }, [source, destination]);
  assert.equal(run.code, 0, run.log);
  assert.equal(run.outputs.status, "loaded");
  assert.deepEqual([...met].sort(), [source, destination].sort());
  // Without the source it fails, still without asking anybody else: the hook sees what it is to see.
  const blocked = await confined(t, { inputs: { ...inputs, "max-attempts": "1" } }, [destination]);
  assert.equal(blocked.run.code, 5, blocked.run.log);
  assert.deepEqual([...blocked.met].sort(), [source, destination].sort());
});

test("a run that fails before it begins connects to nobody", async (t) => {
  const { run, met } = await confined(t, { inputs: { "connection-strin": "x" } }, []);
  assert.equal(run.code, 2, run.log);
  assert.deepEqual([...met], []);
});
