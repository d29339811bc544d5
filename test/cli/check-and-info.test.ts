import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SMALL_WORLD, sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, onlyObject, schemasOf, shopFile, sluice } from "./support.ts";

test("check: tells source, database, privileges and the tree of resources, and loads nothing", async (t) => {
  const gitlab = await sampleGitlab(t, { world: SMALL_WORLD });
  const database = await testDatabase(t);
  const cwd = await folder(t);
  const args = ["check", "gitlab", "--base-url", gitlab.url, "--token", gitlab.token, "--endpoints", "users,issues"];
  const ended = await sluice([...args, "--connection-string", database.url], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout.split("\n");
  assert.equal(lines[0], "pipeline gitlab_pipeline -> dataset gitlab_data");
  assert.match(lines[1] ?? "", /^2 of \d+ resources selected:$/);
  // What is not selected stands in brackets, children below their parents.
  const projects = lines.findIndex((line) => /^ {2}\(projects\) {2}GET /.test(line));
  assert.match(lines[projects + 1] ?? "", /^ {6}not loaded, asked only for its children$/);
  assert.match(ended.stdout, /^ {4}issues {2}GET projects\/\{resources\.projects\.id\}\/issues {2}merge$/m);
  assert.match(ended.stdout, /^ {8}table issues, primary key id, cursor updated_at$/m);
  assert.match(ended.stdout, /^ {2}users {2}GET users/m);
  assert.match(ended.stdout, /^source: \w+ answered 200 with \d+ record\(s\)$/m);
  const where = `destination: 127\\.0\\.0\\.1:${database.port}/${database.name}, PostgreSQL \\d+(\\.\\d+)?, role \\w+, `;
  assert.match(ended.stdout, new RegExp(`^${where}not encrypted, dataset is new$`, "m"));
  assert.match(ended.stdout, /^ {2}ok {6}create/m);
  assert.match(ended.stdout, /one writer at a time/);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes("glpat-"));
  // Hardly more requests than the one page takes, and no table.
  assert.ok(gitlab.log().length <= 3, `${gitlab.log().length} requests`);
  assert.deepEqual(await schemasOf(database), []);
  assert.deepEqual(await readdir(cwd), []);
});

test("check --offline: neither a request nor a connection", async (t) => {
  const api = await jsonApi(t, {});
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders", { name: "lines", selected: false }]) });
  const url = "postgresql://nobody:secret-word@no-such-host.invalid/x";
  const ended = await sluice(["check", "shop.json", "--offline", "--connection-string", url, "--json"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const { ok, pipeline, dataset, resources, source, destination } = onlyObject(ended);
  assert.deepEqual(
    { ok, pipeline, dataset, source, destination },
    {
      ok: true,
      pipeline: "shop",
      dataset: "shop_data",
      source: undefined,
      destination: undefined,
    },
  );
  const told = (resources as Record<string, unknown>[]).map(({ name, selected, endpoint, table }) => [
    name,
    selected,
    endpoint,
    table,
  ]);
  assert.deepEqual(told, [
    ["orders", true, "GET orders", "orders"],
    ["lines", false, "GET lines", "lines"],
  ]);
  assert.deepEqual(api.asked, []);
});

test("check: several failures are one object, with the exit of the first that no retry mends", async (t) => {
  const gitlab = await sampleGitlab(t, { world: SMALL_WORLD });
  const cwd = await folder(t);
  const args = ["check", "gitlab", "--base-url", gitlab.url, "--token", "nobody-has-this", "--connect-wait", "0"];
  const ended = await sluice([...args, "--connection-string", "postgresql://u@127.0.0.1:9/x", "--json"], { cwd });
  const { failures } = assertFailed(ended, "E_SOURCE_AUTH", 3);
  const codes = (failures as { code: string }[]).map(({ code }) => code);
  assert.deepEqual(codes, ["E_SOURCE_AUTH", "E_DEST_UNAVAILABLE"]);
  assert.match(ended.stderr, /^E_DEST_UNAVAILABLE: .*127\.0\.0\.1:9/m);
});

test("info: before a run, with a package that waits, and after the run that loads it", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1,"at":"2024-01-02T00:00:00Z","lines":[{"n":1}]}]` });
  const since = { since: { type: "incremental", cursor_path: "at" } };
  const orders = { name: "orders", primary_key: "id", endpoint: { params: since } };
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [orders]) });
  const url = ["--connection-string", database.url];
  const info = async (...more: string[]) => {
    const ended = await sluice(["info", ...more], { cwd });
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  };

  assertFailed(await sluice(["info", "--json"], { cwd }), "E_INPUT", 2);
  assertFailed(await sluice(["info", "shop", "--json"], { cwd }), "E_INPUT", 2);
  const nothing = (await info("shop", "--dataset-name", "shop_data", ...url)).stdout;
  assert.match(nothing, /^dataset shop_data \(not there yet\) in 127\.0\.0\.1:/m);
  assert.match(nothing, /^no state of this pipeline in the destination$/m);

  // A run that dies at the last moment leaves its package; the next one loads it and extracts from there.
  const environment = { SLUICE_FAULT: "load:before-commit:kill" };
  const killed = await sluice(["run", "shop.json", ...url], { cwd, environment });
  assert.equal(killed.signal, "SIGKILL", killed.stderr);
  assert.deepEqual(await schemasOf(database), []);
  const waiting = onlyObject(await info("shop", "--dataset-name", "shop_data", ...url, "--json"));
  assert.deepEqual([waiting.pending_packages, waiting.state_version, waiting.last_run], [1, null, null]);

  const run = await sluice(["run", "shop.json", ...url], { cwd });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(await database.query("SELECT id FROM shop_data.orders"), [{ id: "1" }]);
  const [load] = await database.query("SELECT load_id FROM shop_data._dlt_loads");

  const text = (await info(...url)).stdout;
  assert.match(text, /^pipeline shop\ndataset shop_data in 127\.0\.0\.1:\d+\/sluice_test_\w+\n/);
  assert.match(text, new RegExp(`^last run here: loaded at \\S+, load ${load?.load_id?.replace(".", "\\.")}$`, "m"));
  assert.match(text, new RegExp(`^state version 1, stored by load ${load?.load_id?.replace(".", "\\.")}$`, "m"));
  assert.match(text, /^ {2}cursor orders\.at: 2024-01-02T00:00:00Z$/m);
  assert.match(text, /^schema shop version \d+ \(.{44}\), 2 table\(s\):\n {2}orders\n {2}orders__lines$/m);
  assert.match(text, /^pending packages: 0$/m);
  const facts = onlyObject(await info("shop", ...url, "--json"));
  assert.deepEqual(facts.cursors, { "orders.at": { last_value: "2024-01-02T00:00:00Z" } });
  const [version] = await database.query("SELECT version_hash, version FROM shop_data._dlt_version");
  assert.deepEqual(facts.schemas, [
    {
      name: "shop",
      version: Number(version?.version),
      version_hash: version?.version_hash,
      tables: ["orders", "orders__lines"],
    },
  ]);
  // Without the connection string it says what it cannot know.
  assert.match((await info()).stdout, /give --connection-string to read them from the destination$/m);
  assert.deepEqual(await readdir(join(cwd, ".sluice", "pipelines")), ["shop"]);
});
