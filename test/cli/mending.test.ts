/** Commands that mend a pipeline: sync, drop, drop-pending-packages. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, onlyObject, shopFile, sluice, startShop } from "./support.ts";

const ORDERS = `[{"id":1,"at":"2026-01-01T00:00:00Z","lines":[{"n":1},{"n":2}]}]`;
const LATER = `[{"id":2,"at":"2026-01-03T00:00:00Z","lines":[{"n":3}]}]`;

const RESOURCES = [
  { name: "orders", primary_key: "id", endpoint: { params: { since: { type: "incremental", cursor_path: "at" } } } },
  { name: "states", write_disposition: "replace" },
];

function shop(t: Parameters<typeof folder>[0]) {
  return startShop(t, { "/orders": ORDERS, "/states": `[{"code":"x"}]` }, RESOURCES);
}

async function contents(database: TestDatabase): Promise<unknown> {
  const [tables] = await database.query(
    "SELECT string_agg(relname, ' ' ORDER BY relname) AS t FROM pg_class WHERE relnamespace = 'shop_data'::regnamespace AND relkind = 'r'",
  );
  const loads = await database.query("SELECT * FROM shop_data._dlt_loads ORDER BY load_id");
  const states = await database.query("SELECT * FROM shop_data._dlt_pipeline_state ORDER BY _dlt_load_id");
  const versions = await database.query("SELECT * FROM shop_data._dlt_version ORDER BY inserted_at");
  return { tables: tables?.t, loads, states, versions };
}

/** Load ids of the packages in a folder. */
async function waitingIn(packages: string): Promise<readonly string[]> {
  const names = await readdir(packages);
  const texts = await Promise.all(names.map((name) => readFile(join(packages, name, "manifest.json"), "utf8")));
  return texts.map((text) => JSON.parse(text).loadId);
}

test("drop: shows first, drops in one transaction, and the next run loads anew", async (t) => {
  const { database, api, cwd, url, succeed } = await shop(t);
  await succeed("run", "shop.json", ...url);
  const before = await contents(database);

  const usage = assertFailed(await sluice(["drop", "shop", ...url, "--json"], { cwd }), "E_INPUT", 2);
  assert.equal(usage.message, "nothing is named that should be dropped");
  const nobody = assertFailed(
    await sluice(["drop", "shop", "nobody", ...url, "--yes", "--json"], { cwd }),
    "E_INPUT",
    2,
  );
  assert.equal(nobody.message, "nobody: not in schema shop");
  assert.equal(nobody.hint, "Of the resources those with tables are orders, states.");
  for (const wrong of [["re:("], ["--state-paths", "a["], ["orders", "--schema", "other"]]) {
    assertFailed(await sluice(["drop", "shop", ...wrong, ...url, "--yes", "--json"], { cwd }), "E_INPUT", 2);
  }
  assertFailed(await sluice(["drop", "other", "orders", ...url, "--yes", "--json"], { cwd }), "E_INPUT", 2);
  assertFailed(await sluice(["drop", "shop", "orders", "--yes", "--json"], { cwd }), "E_INPUT", 2);

  // Without --yes, and nobody to ask.
  const shown = await succeed("drop", "shop", "orders", ...url);
  assert.match(shown.stdout, /^From dataset shop_data in 127\.0\.0\.1:\d+\/\w+, schema shop:\n {2}resources: orders\n/);
  assert.match(
    shown.stdout,
    /^ {2}tables to drop: orders__lines, orders\n {2}of them with data: orders__lines, orders$/m,
  );
  assert.match(shown.stdout, /^ {2}state of resources to reset: orders\n {2}other state to remove: none$/m);
  assert.match(shown.stdout, /\nNothing was changed; --yes drops it\.\n$/);
  const dry = onlyObject(await succeed("drop", "shop", "orders", ...url, "--json"));
  assert.deepEqual([dry.dropped, dry.load_id], [false, null]);
  assert.deepEqual(await contents(database), before);

  // Another run has the pipeline; somebody's view stands upon a table.
  const other = await database.connect();
  const { hash64 } = await import("../../src/destination/postgres/advisory-lock.ts");
  await other.query("SELECT pg_advisory_lock($1::bigint)", [hash64("shop_data", "shop")]);
  const busy = await sluice(["drop", "shop", "orders", ...url, "--yes", "--lock-wait", "1", "--json"], { cwd });
  assert.equal(busy.code, 6, busy.stderr);
  assert.equal(onlyObject(busy).code, "E_LOCKED");
  await other.query("SELECT pg_advisory_unlock_all()");
  await database.query("CREATE VIEW public.seen AS SELECT id FROM shop_data.orders");
  assertFailed(await sluice(["drop", "shop", "orders", ...url, "--yes", "--json"], { cwd }), "E_DEST_DATA", 4);
  assert.deepEqual(await contents(database), before);
  await database.query("DROP VIEW public.seen");

  const done = onlyObject(await succeed("drop", "shop", "orders", ...url, "--yes", "--json"));
  assert.equal(done.dropped, true);
  const after = (await contents(database)) as { tables: string; loads: { load_id: string }[]; states: unknown[] };
  assert.equal(after.tables, "_dlt_loads _dlt_pipeline_state _dlt_version states");
  assert.equal(after.loads.at(-1)?.load_id, done.load_id);
  assert.equal(after.states.length, 2);
  const info = onlyObject(await succeed("info", "shop", ...url, "--json"));
  assert.deepEqual([info.cursors, info.state_load_id, info.state_version], [{}, done.load_id, 2]);

  const again = await succeed("drop", "shop", "--state-only", "--drop-all", ...url, "--yes");
  assert.match(again.stdout, /\nThere is nothing to drop\.\n$/);
  await succeed("run", "shop.json", ...url);
  assert.deepEqual(await database.query("SELECT id FROM shop_data.orders"), [{ id: "1" }]);
  assert.ok(!api.asked.at(-1)?.includes("2026-01-01") && !api.asked.at(-2)?.includes("2026-01-01"), "from the start");
});

test("drop that is killed has changed nothing, or is done", async (t) => {
  const { database, cwd, url, succeed } = await shop(t);
  await succeed("run", "shop.json", ...url);
  const before = await contents(database);
  const die = async (point: string) => {
    const environment = { SLUICE_FAULT: `${point}:kill` };
    const ended = await sluice(["drop", "shop", "orders", ...url, "--yes"], { cwd, environment });
    assert.equal(ended.signal, "SIGKILL", ended.stderr);
  };
  for (const point of ["load:after-state", "load:before-commit"]) {
    await die(point);
    assert.deepEqual(await contents(database), before, point);
  }
  await die("load:after-commit");
  const { tables, loads } = (await contents(database)) as { tables: string; loads: unknown[] };
  assert.deepEqual([tables, loads.length], ["_dlt_loads _dlt_pipeline_state _dlt_version states", 2]);
  assertFailed(await sluice(["drop", "shop", "orders", ...url, "--yes", "--json"], { cwd }), "E_INPUT", 2);
  await succeed("run", "shop.json", ...url);
  assert.deepEqual(await database.query("SELECT id FROM shop_data.orders"), [{ id: "1" }]);
});

test("a package that waits: shown, keeps drop away, and is given up on demand", async (t) => {
  const { database, api, cwd, url, succeed, packages } = await shop(t);
  await succeed("run", "shop.json", ...url);
  api.answers["/orders"] = LATER;
  const killed = await sluice(["run", "shop.json", ...url], {
    cwd,
    environment: { SLUICE_FAULT: "load:before-commit:kill" },
  });
  assert.equal(killed.signal, "SIGKILL");
  const [waiting] = await waitingIn(packages);

  const local = onlyObject(await succeed("load-package", "shop", "--json"));
  assert.deepEqual([local.load_id, local.state], [waiting, "pending"]);
  const schema = onlyObject(await succeed("schema", "--json"));
  assert.equal(schema.name, "shop");
  assert.ok("orders__lines" in (schema.schema as { tables: object }).tables);
  const refused = await sluice(["drop", "shop", "orders", ...url, "--yes", "--json"], { cwd });
  assert.match(String(assertFailed(refused, "E_INPUT", 2).hint), /sluice drop-pending-packages shop/);

  // It goes on from what is in the destination, so a sync keeps it.
  const kept = onlyObject(await succeed("sync", ...url, "--json"));
  assert.deepEqual([kept.packages_kept, kept.packages_removed, kept.state_version], [[waiting], [], 1]);

  const dry = await succeed("drop-pending-packages");
  assert.equal(dry.stdout, `load package ${waiting} with 3 row(s)\nNothing was changed; --yes removes them.\n`);
  assert.deepEqual(await waitingIn(packages), [waiting]);
  const dropped = onlyObject(await succeed("drop-pending-packages", "shop", "--yes", "--json"));
  assert.deepEqual(dropped.dropped, [waiting]);
  assert.deepEqual(await readdir(packages), []);
  assert.match((await succeed("drop-pending-packages")).stdout, /^no packages of pipeline shop wait here\n$/);
  assert.deepEqual(await database.query("SELECT id FROM shop_data.orders"), [{ id: "1" }]);

  await succeed("run", "shop.json", ...url);
  assert.deepEqual(await database.query("SELECT id FROM shop_data.orders ORDER BY id"), [{ id: "1" }, { id: "2" }]);
});

test("sync: a package that was made from another state is removed, and a new machine sees what there is", async (t) => {
  const { database, api, cwd, url, succeed, packages } = await shop(t);
  const nothing = await succeed("sync", "shop", "--dataset-name", "shop_data", ...url);
  assert.match(nothing.stdout, /^no state of this pipeline in the destination: the next run begins from nothing$/m);
  assert.deepEqual(await readdir(join(cwd, ".sluice", "pipelines")), []);

  await succeed("run", "shop.json", ...url);
  api.answers["/orders"] = LATER;
  const environment = { SLUICE_FAULT: "load:before-commit:kill" };
  assert.equal((await sluice(["run", "shop.json", ...url], { cwd, environment })).signal, "SIGKILL");
  const [stale] = await waitingIn(packages);
  // Meanwhile another machine has loaded the same.
  await succeed("run", "shop.json", ...url, "--working-directory", "elsewhere");

  const synced = await succeed("sync", ...url);
  assert.match(synced.stderr, new RegExp(`W_PACKAGE_DROPPED.*${stale}`));
  const [state] = await database.query(
    "SELECT version, version_hash FROM shop_data._dlt_pipeline_state ORDER BY version DESC",
  );
  assert.ok(synced.stdout.includes(`\nstate version ${state?.version} (${state?.version_hash})\n`), synced.stdout);
  assert.match(synced.stdout, new RegExp(`^load package ${stale} removed$`, "m"));
  assert.deepEqual(await readdir(packages), []);

  await database.query("UPDATE shop_data._dlt_pipeline_state SET state = 'broken'");
  assertFailed(await sluice(["sync", ...url, "--json"], { cwd }), "E_STATE_UNREADABLE", 4);
  assertFailed(await sluice(["drop", "shop", "orders", ...url, "--yes", "--json"], { cwd }), "E_STATE_UNREADABLE", 4);
});

test("a pipeline that ran into the embedded database is found there without a connection string", async (t) => {
  const api = await jsonApi(t, { "/orders": ORDERS, "/states": `[{"code":"x"}]` });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, RESOURCES) });
  const succeed = async (...args: string[]) => {
    const ended = await sluice([...args, "--json"], { cwd });
    assert.equal(ended.code, 0, ended.stderr);
    return onlyObject(ended);
  };
  await succeed("run", "shop.json");
  const { load_id, tables } = await succeed("load-package");
  assert.deepEqual(tables, [
    { table: "orders", rows: 1, rows_now: 1 },
    { table: "orders__lines", rows: 2, rows_now: 2 },
    { table: "states", rows: 1, rows_now: 1 },
  ]);
  const before = await succeed("sync");
  assert.deepEqual([before.state_load_id, before.state_version], [load_id, 1]);
  const dropped = await succeed("drop", "shop", "--drop-all", "--yes");
  assert.deepEqual(dropped.tables, ["states", "orders__lines", "orders"]);
  const { schema } = await succeed("schema");
  assert.deepEqual(Object.keys((schema as { tables: object }).tables).sort(), [
    "_dlt_loads",
    "_dlt_pipeline_state",
    "_dlt_version",
  ]);
  // The drop is a load too: without rows, and with nothing to compare its schema with.
  const newest = await succeed("load-package", "shop", String(dropped.load_id));
  assert.deepEqual([newest.state, newest.tables, newest.schema_changes], ["loaded", [], null]);
});

const noTerminal = spawnSync("script", ["--version"]).status !== 0 && "no `script` to make a terminal";

test("drop asks on a terminal, and only yes is yes", { skip: noTerminal }, async (t) => {
  const { database, cwd, url, succeed } = await shop(t);
  await succeed("run", "shop.json", ...url);
  const before = await contents(database);
  const entry = join(import.meta.dirname, "..", "..", "src", "edge", "cli", "index.ts");
  const command = [process.execPath, entry, "drop", "shop", "states", ...url].map((word) => `'${word}'`).join(" ");
  const answer = async (text: string) => {
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      const asked = shown.includes("[y/N]");
      shown += part;
      if (!asked && shown.includes("[y/N]")) child.stdin.write(`${text}\n`);
    });
    await once(child, "close");
    return shown;
  };
  assert.match(await answer("n"), /Drop this\? \[y\/N\][\s\S]*Nothing was changed/);
  assert.deepEqual(await contents(database), before);
  assert.match(await answer("yes"), /Dropped, as load \d+\.\d+\./);
  assert.match(String(((await contents(database)) as { tables: string }).tables), /^(?!.*\bstates\b)/);
});
