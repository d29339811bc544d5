/** Fault matrix 4.1: signals, a full or read-only disk, a damaged package, memory, bugs; the command line as a process. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { assertFailed, folder, jsonApi, onlyObject, schemasOf, shopFile, sluice } from "../cli/support.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import type { Cleanup } from "./harness.ts";

const run = promisify(execFile);
const ORDERS = `[{"id":1,"lines":[{"n":1}]},{"id":2,"lines":[{"n":2}]}]`;

async function shop(t: Cleanup, body = ORDERS) {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": body });
  const cwd = await folder(t, {
    "shop.json": shopFile(api.url, [{ name: "orders", primary_key: "id", write_disposition: "merge" }]),
  });
  const args = ["run", "shop.json", "--connection-string", database.url, "--json"];
  const packages = join(cwd, ".sluice", "pipelines", "shop", "packages");
  return { database, api, cwd, args, packages };
}

const count = async (database: TestDatabase) =>
  Number((await database.query("SELECT count(*) AS n FROM shop_data.orders"))[0]?.n);

/** Resolves when a session of ours does what the condition says. */
async function untilSession(database: TestDatabase, condition: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const found = await database.query(
      `SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sluice%' AND ${condition}`,
    );
    if (found.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no session with ${condition}`);
}

test("8: SIGINT and a second one while normalize hangs: out at once, untouched", async (t) => {
  const { database, cwd, args } = await shop(t);
  let at = 0;
  const ended = await sluice(args, {
    cwd,
    environment: { SLUICE_FAULT: "normalize:file:1:stall" },
    onStart: (child) => void signalWhenStalled(child, cwd, () => (at = performance.now())),
  });
  assert.ok(at > 0 && performance.now() - at < 5000);
  assert.equal(ended.signal, null);
  assert.equal(ended.code, 130, ended.stderr);
  assert.deepEqual(await schemasOf(database), []);
});

/** A fault that stalls never returns, as a hung disk would: the second signal ends the process. */
async function signalWhenStalled(child: { kill(s: NodeJS.Signals): boolean }, cwd: string, sent: () => void) {
  const work = join(cwd, ".sluice", "pipelines", "shop", "packages");
  for (let tries = 0; tries < 500; tries++) {
    const [name] = await readdir(work).catch(() => []);
    if (name !== undefined && (await readdir(join(work, name))).length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  sent();
  child.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGINT");
}

test("9: SIGINT while the load waits for a lock: cancelled and rolled back in under 5 s, before GitHub's SIGTERM", async (t) => {
  const { database, cwd, args } = await shop(t);
  assert.equal((await sluice(args, { cwd })).code, 0);
  const holder = await database.connect();
  await holder.query("BEGIN");
  await holder.query("LOCK TABLE shop_data.orders IN ACCESS EXCLUSIVE MODE");
  let at = 0;
  const ended = await sluice(args, {
    cwd,
    onStart: (child) =>
      void untilSession(database, "wait_event_type = 'Lock'").then(() => {
        at = performance.now();
        child.kill("SIGINT");
      }),
  });
  const seconds = (performance.now() - at) / 1000;
  await holder.query("ROLLBACK");
  assert.ok(at > 0 && seconds < 5, `${seconds} s`);
  assert.deepEqual([ended.code, onlyObject(ended).code], [130, "E_CANCELLED"], ended.stderr);
  assert.equal(await count(database), 2);
  const left = await database.query(
    "SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  assert.equal(left.length, 0, "no lock is left");
  assert.equal((await sluice(args, { cwd })).code, 0);
});

test("10: a second SIGINT leaves at once, and the server rolls back", async (t) => {
  const { database, cwd, args } = await shop(t);
  let at = 0;
  const ended = await sluice(args, {
    cwd,
    environment: { SLUICE_FAULT: "load:before-commit:stall" },
    onStart: (child) =>
      void untilSession(
        database,
        "state = 'idle in transaction' AND backend_xid IS NOT NULL AND clock_timestamp() - state_change > interval '300 ms'",
      ).then(async () => {
        child.kill("SIGINT");
        await new Promise((resolve) => setTimeout(resolve, 100));
        at = performance.now();
        child.kill("SIGINT");
      }),
  });
  assert.ok(at > 0 && performance.now() - at < 1500);
  assert.deepEqual([ended.code, ended.signal], [130, null]);
  for (let tries = 0; tries < 100 && (await schemasOf(database)).length > 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(await schemasOf(database), []);
  const again = await sluice(args, { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(await count(database), 2);
});

test("11: a work folder that may not be written: path in the message, exit 7, untouched", async (t) => {
  const { database, cwd, args } = await shop(t);
  await writeFile(join(cwd, "file"), "");
  const ended = await sluice([...args, "--working-directory", "file/below"], { cwd });
  assert.match(assertFailed(ended, "E_LIMIT", 7).message, /file\/below/);
  assert.deepEqual(await schemasOf(database), []);
});

test("11: a full disk: path and bytes in the message, no partial files, untouched, and the next run goes on", async (t) => {
  const mounted = await smallDisk(t);
  if (mounted === undefined) return t.skip("SKIPPED: no tmpfs can be mounted here (needs root)");
  const body = JSON.stringify(Array.from({ length: 3000 }, (_, id) => ({ id, text: "x".repeat(1000) })));
  const { database, cwd, args } = await shop(t, body);
  const ended = await sluice([...args, "--working-directory", mounted], { cwd });
  const { message, context } = assertFailed(ended, "E_LIMIT", 7);
  assert.match(message, /the work directory cannot take \d+ bytes more of \S+: the disk is full/);
  assert.ok(Number((context as Record<string, unknown>).bytes) > 0);
  assert.deepEqual(await schemasOf(database), []);
  assert.deepEqual(await readdir(join(mounted, "pipelines", "shop", "packages")), []);
  const { bavail, bsize } = await statfs(mounted);
  assert.ok(bavail * bsize > 900_000, "the space is free again");
  const elsewhere = await sluice(args, { cwd });
  assert.equal(elsewhere.code, 0, elsewhere.stderr);
  assert.equal(await count(database), 3000);
});

/** A file system of 1 MiB. */
async function smallDisk(t: Cleanup): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const path = await mkdtemp(join(tmpdir(), "sluice-disk-"));
  const disk = join(path, "disk");
  await mkdir(disk);
  let mounted = false;
  t.after(async () => {
    if (mounted) await run("umount", [disk]);
    await rm(path, { recursive: true, force: true });
  });
  try {
    await run("mount", ["-t", "tmpfs", "-o", "size=1m", "none", disk]);
    mounted = true;
  } catch {
    return undefined;
  }
  return disk;
}

test("12: one byte of a pending package changed, or cut: dropped with a warning, the rows are extracted again", async (t) => {
  for (const damage of ["changed", "cut"] as const) {
    const { database, cwd, args, packages } = await shop(t);
    const died = await sluice(args, { cwd, environment: { SLUICE_FAULT: "load:before-begin:kill" } });
    assert.equal(died.signal, "SIGKILL");
    const [name = ""] = await readdir(packages);
    const file = (await readdir(join(packages, name))).find((one) => one.endsWith("orders.copy")) ?? "";
    const bytes = await readFile(join(packages, name, file));
    if (damage === "changed") bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(join(packages, name, file), damage === "cut" ? bytes.subarray(0, -3) : bytes);
    const next = await sluice(args, { cwd });
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stdout, /W_PACKAGE_CORRUPT/);
    const ids = await database.query("SELECT id FROM shop_data.orders ORDER BY 1");
    assert.deepEqual(ids, [{ id: "1" }, { id: "2" }]);
    assert.deepEqual(await readdir(packages), []);
  }
});

test("13: 200 MiB of JSON: the peak stays below 320 MiB", async (t) => {
  if (process.platform !== "linux") return t.skip("SKIPPED: the peak is read from /proc");
  const database = await testDatabase(t);
  const pages = 200;
  const page = (number: number) =>
    JSON.stringify(
      Array.from({ length: 2000 }, (_, i) => ({
        id: number * 2000 + i,
        text: `${i}`.padEnd(500, "x"),
        tags: ["a", "b"],
      })),
    );
  const api = await jsonApi(t, {
    "/orders": (request, response) => {
      const number = Number(new URL(request.url ?? "", "http://x").searchParams.get("page"));
      response.writeHead(200, { "content-type": "application/json" }).end(number < pages ? page(number) : "[]");
    },
  });
  const cwd = await folder(t, {
    "shop.json": shopFile(api.url, ["orders"], {
      client: { base_url: api.url, paginator: { type: "page_number", base_page: 0, total_path: null } },
    }),
  });
  let peak = 0;
  let watch: NodeJS.Timeout | undefined;
  const ended = await sluice(["run", "shop.json", "--connection-string", database.url, "--json"], {
    cwd,
    onStart: (child) => {
      watch = setInterval(() => {
        readFile(`/proc/${child.pid}/status`, "utf8").then(
          (text) => {
            peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0));
          },
          () => {},
        );
      }, 50);
    },
  });
  clearInterval(watch);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(await count(database), pages * 2000);
  t.diagnostic(`peak ${Math.round(peak / 1024)} MiB for ${Math.round((pages * 2000 * 560) / 1024 / 1024)} MiB of JSON`);
  assert.ok(peak > 0 && peak < 320 * 1024, `${peak} kB`);
});

test("14: a bug in the middle of a COPY: E_INTERNAL, exit 1, rolled back, no hang, and the next run goes on", async (t) => {
  const { database, cwd, args, packages } = await shop(t);
  const ended = await sluice(args, { cwd, environment: { SLUICE_FAULT: "load:copy:1:throw" } });
  assert.deepEqual([ended.code, ended.signal, onlyObject(ended).code], [1, null, "E_INTERNAL"], ended.stderr);
  assert.deepEqual(await schemasOf(database), []);
  assert.deepEqual(await readdir(packages), []);
  const next = await sluice(args, { cwd });
  assert.equal(next.code, 0, next.stderr);
  assert.equal(await count(database), 2);
});
