import assert from "node:assert/strict";
import { test } from "node:test";
import { createByteBudget, createChannel, createTaskPool } from "../../../src/core/concurrency.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test("a pool runs so many tasks at a time and holds back who adds", async () => {
  const pool = createTaskPool(2);
  let running = 0;
  let most = 0;
  for (let index = 0; index < 6; index += 1) {
    await pool.add(async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(5);
      running -= 1;
    });
  }
  await pool.idle();
  assert.equal(most, 2);
  assert.equal(running, 0);
});

test("the first failure of a pool is what add and idle reject with", async () => {
  const pool = createTaskPool(1);
  await pool.add(async () => {
    throw new Error("first");
  });
  await assert.rejects(pool.idle(), /first/);
  await assert.rejects(
    pool.add(async () => undefined),
    /first/,
  );
});

test("a budget lets through until it is used up, and again when bytes come back", async () => {
  const budget = createByteBudget(10);
  await budget.ready();
  budget.take(25);
  let passed = false;
  const ready = budget.ready().then(() => {
    passed = true;
  });
  budget.give(10);
  await wait(1);
  assert.equal(passed, false);
  budget.give(10);
  await ready;
  assert.equal(budget.used, 5);
});

test("waiting for a budget ends with the signal", async () => {
  const budget = createByteBudget(1);
  budget.take(1);
  const controller = new AbortController();
  const ready = budget.ready(controller.signal);
  controller.abort(new Error("stop"));
  await assert.rejects(ready, /stop/);
});

test("a channel gives values in order, then its error", async () => {
  const channel = createChannel<number>();
  const first = channel.pull();
  channel.push(1);
  channel.push(2);
  channel.close({ error: new Error("end") });
  channel.push(3);
  assert.deepEqual(await first, { value: 1, done: false });
  assert.deepEqual(await channel.pull(), { value: 2, done: false });
  await assert.rejects(channel.pull(), /end/);
});

test("a closed channel is done", async () => {
  const channel = createChannel<number>();
  channel.close();
  assert.deepEqual(await channel.pull(), { value: undefined, done: true });
});
