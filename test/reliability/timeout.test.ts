/** The setting `timeout`: out before its end, the destination untouched or the load complete. The command line as a process. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertFailed, folder, jsonApi, onlyObject, schemasOf, shopFile, sluice } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";
import { runAction } from "../support/runner.ts";
import { startWireProxy } from "../support/wire-proxy.ts";
import type { Cleanup } from "./harness.ts";

const ORDERS = JSON.stringify([1, 2, 3].map((id) => ({ id, lines: [{ n: id }] })));

async function shop(t: Cleanup) {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": ORDERS });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [{ name: "orders", write_disposition: "append" }]) });
  const run = async (timeout: number | undefined, url = database.url) => {
    const limit = timeout === undefined ? [] : ["--timeout", String(timeout)];
    const begin = performance.now();
    const ended = await sluice(["run", "shop.json", "--json", "--connection-string", url, ...limit], { cwd });
    return { ended, seconds: (performance.now() - begin) / 1000 };
  };
  const ids = async () =>
    (await database.query("SELECT id FROM shop_data.orders ORDER BY 1")).map(({ id }) => Number(id));
  return { database, api, run, ids, packages: () => readdir(join(cwd, ".sluice", "pipelines", "shop", "packages")) };
}

test("a source that does not answer: E_TIMEOUT before the time is up, untouched, nothing left behind", async (t) => {
  const { database, api, run, ids, packages } = await shop(t);
  api.answers["/orders"] = () => {};
  const { ended, seconds } = await run(8);
  assert.ok(seconds > 5.5 && seconds < 12, `${seconds} s`);
  const { message } = assertFailed(ended, "E_TIMEOUT", 5);
  assert.match(message, /timeout of 8 s/);
  assert.deepEqual(await schemasOf(database), []);
  assert.deepEqual(await packages(), []);
  api.answers["/orders"] = ORDERS;
  assert.equal((await run(60)).ended.code, 0);
  assert.deepEqual(await ids(), [1, 2, 3]);
});

test("during the load: rolled back before the time is up; the next run loads what was extracted", async (t) => {
  const { database, api, run, ids } = await shop(t);
  assert.equal((await run(undefined)).ended.code, 0);
  const holder = await database.connect();
  await holder.query("BEGIN; LOCK TABLE shop_data.orders IN ACCESS EXCLUSIVE MODE");
  api.answers["/orders"] = JSON.stringify([{ id: 4, lines: [] }]);
  const { ended, seconds } = await run(8);
  await holder.query("ROLLBACK");
  assert.ok(seconds > 5.5 && seconds < 12, `${seconds} s`);
  assertFailed(ended, "E_TIMEOUT", 5);
  assert.deepEqual(await ids(), [1, 2, 3]);
  // The server notices a moment later that the client has gone.
  const sessions = () => database.query("SELECT 1 AS one FROM pg_stat_activity WHERE application_name LIKE 'sluice%'");
  for (let tries = 0; tries < 100 && (await sessions()).length > 0; tries += 1) await sleep(50);
  assert.deepEqual(await sessions(), [], "no session is left");
  api.answers["/orders"] = "[]";
  assert.equal((await run(undefined)).ended.code, 0);
  assert.deepEqual(await ids(), [1, 2, 3, 4]);
});

test("while COMMIT is under way: its answer is waited for, and the run has loaded", async (t) => {
  const { database, run, ids } = await shop(t);
  const proxy = await startWireProxy(database.port);
  t.after(() => proxy.close());
  const url = new URL(database.url);
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const commit = proxy.hold("COMMIT\0");
  void commit.held.then(() => setTimeout(commit.release, 6500));
  const { ended, seconds } = await run(7, url.href);
  assert.ok(seconds > 6.5, `${seconds} s: the time was up meanwhile`);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(onlyObject(ended).ok, true);
  assert.deepEqual(await ids(), [1, 2, 3]);
});

test("37: a wait that the source asks for beyond what is left fails at once; a shorter one is waited for", async (t) => {
  const { api, run, ids } = await shop(t);
  let asked = 0;
  const limited = (wait: number) => {
    api.answers["/orders"] = (_, response) => {
      asked += 1;
      if (asked > 1) response.writeHead(200, { "content-type": "application/json" }).end(ORDERS);
      else response.writeHead(429, { "retry-after": String(wait) }).end();
    };
  };
  limited(60);
  const { ended, seconds } = await run(30);
  assert.ok(seconds < 30, `${seconds} s`);
  const { message } = assertFailed(ended, "E_SOURCE_RATE_LIMIT", 5);
  assert.match(message, /asks to wait 60 s, more than the \d+ s that are left of the timeout/);
  assert.equal(asked, 1);
  asked = 0;
  limited(2);
  assert.equal((await run(30)).ended.code, 0);
  assert.deepEqual(await ids(), [1, 2, 3]);
});

test("the Action: outputs, exit 5 and the destination untouched before the time is up", async (t) => {
  const { database, api } = await shop(t);
  api.answers["/orders"] = () => {};
  const begin = performance.now();
  const run = await runAction({
    inputs: { source: "shop.json", "connection-string": database.url, timeout: "8" },
    files: { "shop.json": shopFile(api.url, ["orders"]) },
  });
  const seconds = (performance.now() - begin) / 1000;
  assert.ok(seconds > 5.5 && seconds < 12, `${seconds} s`);
  assert.equal(run.code, 5, run.stdout);
  const { status, retryable, "error-code": code } = run.outputs;
  assert.deepEqual([status, code, retryable], ["failed", "E_TIMEOUT", "true"]);
  assert.deepEqual(await schemasOf(database), []);
});
