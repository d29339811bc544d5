/** Fault matrix row 9: signals with GitHub's timing, to the command line and to the bundled Action. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { folder, jsonApi, onlyObject, schemasOf, shopFile, sluice } from "../cli/support.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { type ActionResult, runAction } from "../support/runner.ts";
import { startWireProxy } from "../support/wire-proxy.ts";
import type { Cleanup } from "./harness.ts";
import { assertSound } from "./oracle.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Orders 1 to 3 under append, by a cursor that the source obeys: a run that loads them twice leaves six. */
async function shop(t: Cleanup) {
  const database = await testDatabase(t);
  const proxy = await startWireProxy(database.port);
  t.after(() => proxy.close());
  const url = new URL(database.url);
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const api = await jsonApi(t, {
    "/orders": (request, response) => {
      const since = Number(new URL(request.url ?? "", "http://x").searchParams.get("since"));
      const rows = [1, 2, 3].filter((id) => id > since).map((id) => ({ id, lines: [{ n: id }] }));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
    },
  });
  const file = shopFile(api.url, [
    {
      name: "orders",
      endpoint: { path: "orders", params: { since: { type: "incremental", cursor_path: "id", initial_value: 0 } } },
    },
  ]);
  return { database, proxy, url: url.href, api, file };
}

async function assertOnce(database: TestDatabase): Promise<void> {
  const ids = await database.query("SELECT id FROM shop_data.orders ORDER BY 1");
  assert.deepEqual(
    ids.map(({ id }) => id),
    ["1", "2", "3"],
  );
  assert.equal(await assertSound(database, "shop_data"), 1, "loads");
}

for (const answer of ["comes after two seconds", "never comes"] as const) {
  test(`9: SIGINT while COMMIT is under way, its answer ${answer}: waited for, committed once`, async (t) => {
    const { database, proxy, url, file } = await shop(t);
    const cwd = await folder(t, { "shop.json": file });
    const args = ["run", "shop.json", "--json", "--connection-string"];
    const commit = proxy.hold("COMMIT\0");
    let at = 0;
    const ended = await sluice([...args, url], {
      cwd,
      onStart: (child) =>
        void commit.held.then(async () => {
          at = performance.now();
          child.kill("SIGINT");
          if (answer === "never comes") return;
          await sleep(2000);
          commit.release();
        }),
    });
    const seconds = (performance.now() - at) / 1000;
    const [from, to] = answer === "never comes" ? [5.9, 7.4] : [1.9, 4];
    assert.ok(at > 0 && seconds > from && seconds < to, `${seconds} s`);
    const failure = onlyObject(ended);
    assert.deepEqual([ended.code, ended.signal, failure.code], [130, null, "E_CANCELLED"], ended.stderr);
    await assertOnce(database);

    const pipeline = join(cwd, ".sluice", "pipelines", "shop");
    const trace = JSON.parse(await readFile(join(pipeline, "trace.json"), "utf8"));
    assert.equal(trace.status, "cancelled");
    const [{ loadId, state }] = trace.packages;
    if (answer === "never comes") {
      // Nobody knows; the next run finds out.
      assert.equal(state, "normalized");
      assert.equal((await readdir(join(pipeline, "packages"))).length, 1);
    } else {
      assert.equal(state, "loaded");
      assert.equal(failure.message, `the run was stopped by SIGINT; load ${loadId} is committed`);
      assert.deepEqual(await readdir(join(pipeline, "packages")), []);
    }
    const next = await sluice([...args, database.url], { cwd });
    assert.equal(next.code, 0, next.stderr);
    await assertOnce(database);
    assert.deepEqual(await readdir(join(pipeline, "packages")), []);
  });
}

/** What the runner sends when a job is cancelled. Gives the time of the first signal. */
async function cancelAsGithub(child: ChildProcess): Promise<number> {
  const at = performance.now();
  child.kill("SIGINT");
  const running = () => child.exitCode === null && child.signalCode === null;
  for (const [signal, wait] of [
    ["SIGTERM", 7500],
    ["SIGKILL", 2500],
  ] as const) {
    const until = performance.now() + wait;
    while (running() && performance.now() < until) await sleep(20);
    if (!running()) return at;
    child.kill(signal);
  }
  return at;
}

interface Cancelled {
  readonly run: ActionResult;
  /** From SIGINT to the end. */
  readonly seconds: number;
}

/** A run of the Action that is cancelled when `ready` resolves. */
async function cancelled(url: string, file: string, ready: () => Promise<unknown>): Promise<Cancelled> {
  let cancelling: Promise<number> | undefined;
  const run = await runAction({
    inputs: { source: "shop.json", "connection-string": url },
    files: { "shop.json": file },
    onStart: (child) => {
      cancelling = ready().then(() => cancelAsGithub(child));
    },
  });
  const ended = performance.now();
  const seconds = (ended - ((await cancelling) ?? 0)) / 1000;
  assert.deepEqual([run.code, run.signal], [130, null], run.stdout + run.stderr);
  assert.deepEqual([run.outputs.status, run.outputs["error-code"]], ["cancelled", "E_CANCELLED"]);
  assert.ok(seconds < 7.5, `out ${seconds} s after SIGINT: SIGTERM came first`);
  return { run, seconds };
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(`never: ${what}`);
}

test("9: the Action cancelled by GitHub while the source does not answer: out before SIGTERM, untouched", async (t) => {
  const { database, url, api, file } = await shop(t);
  api.answers["/orders"] = () => {};
  const { seconds } = await cancelled(url, file, () => until("a request", () => api.asked.length > 0));
  assert.ok(seconds < 5, `${seconds} s`);
  assert.deepEqual(await schemasOf(database), []);
});

test("9: the Action cancelled by GitHub while its load waits for a lock: rolled back before SIGTERM, untouched", async (t) => {
  const { database, url, api, file } = await shop(t);
  const files = { "shop.json": file };
  assert.equal((await runAction({ inputs: { source: "shop.json", "connection-string": url }, files })).code, 0);
  api.answers["/orders"] = JSON.stringify([4, 5].map((id) => ({ id, lines: [] })));
  const holder = await database.connect();
  await holder.query("BEGIN; LOCK TABLE shop_data.orders IN ACCESS EXCLUSIVE MODE");
  const { seconds } = await cancelled(url, file, () =>
    until("a wait for the lock", async () => {
      const waiting = await database.query(
        "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return waiting.length > 0;
    }),
  );
  await holder.query("ROLLBACK");
  assert.ok(seconds < 5, `${seconds} s`);
  await assertOnce(database);
});

test("9: the Action cancelled by GitHub while COMMIT has no answer: out before SIGTERM, the next run loads nothing twice", async (t) => {
  const { database, proxy, url, file } = await shop(t);
  const commit = proxy.hold("COMMIT\0");
  const { seconds } = await cancelled(url, file, () => commit.held);
  assert.ok(seconds > 5.9, `the answer was waited for: ${seconds} s`);
  await assertOnce(database);
  // On another runner, with an empty disk.
  const inputs = { source: "shop.json", "connection-string": url };
  const next = await runAction({ inputs, files: { "shop.json": file } });
  assert.equal(next.code, 0, next.stdout);
  await assertOnce(database);
});
