/** What is wrong is said once, plainly, with the exit status of its class; nothing is written, and nothing blocks. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SMALL_WORLD, sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { assertFailed, type Ended, folder, jsonApi, onlyObject, schemasOf, shopFile, sluice } from "./support.ts";

test("a pipeline file: all faults at once, with file, line and key path, before any request", async (t) => {
  const api = await jsonApi(t, {});
  const lines = [
    "pipeline: shop",
    "source:",
    "  name: shop",
    "  client:",
    `    base_url: ${api.url}`,
    "    paginatr: { type: single_page }",
    "  resources:",
    "    - name: orders",
    "      write_disposition: merg",
    "      max_table_nesting: many",
    "    - name: items",
    '      endpoint: "orders/{resources.ordrs.id}/items"',
    "    - name: a",
    '      endpoint: "a/{resources.b.id}"',
    "    - name: b",
    '      endpoint: "b/{resources.a.id}"',
    "datset: x",
  ];
  const cwd = await folder(t, { "shop.yaml": lines.join("\n") });
  const commands = [
    ["run", "shop.yaml", "--json"],
    ["check", "shop.yaml", "--json"],
    ["extract", "shop.yaml", "--out", "out", "--json"],
  ];
  const all = await Promise.all(commands.map((args) => sluice(args, { cwd })));
  for (const ended of all) {
    const { message } = assertFailed(ended, "E_CONFIG", 2);
    const faults = message.split("\n").map((line) => line.replace(/^shop\.yaml:(\d+): ([\w.[\]]+): .*$/, "$1 $2"));
    assert.deepEqual(
      faults.sort((x, y) => Number.parseInt(x, 10) - Number.parseInt(y, 10)),
      [
        "6 source.client.paginatr",
        "9 source.resources[0].write_disposition",
        "10 source.resources[0].max_table_nesting",
        "12 source.resources[1].endpoint",
        "14 source.resources[2].endpoint",
        "17 datset",
      ],
    );
    assert.match(message, /paginatr.*did you mean "paginator"/);
    assert.match(message, /"merg".*did you mean "merge"/);
    assert.match(message, /parent "ordrs", which does not exist; did you mean "orders"/);
    assert.match(message, /parents of each other: "a" -> "b" -> "a"/);
  }
  assert.deepEqual(api.asked, []);
  assert.deepEqual(await readdir(cwd), ["shop.yaml"], "no work folder, no output folder");
});

test("flags: unknown ones, wrong values and too many arguments are exit 2", async (t) => {
  const cwd = await folder(t);
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["run", "--tokn", "x"], /^unknown option '--tokn'$/],
    [["runn"], /^unknown command 'runn'$/],
    [["run", "gitlab", "gitlab"], /too many arguments/],
    [["run", "none.yaml"], /"none\.yaml" does not exist; built in: gitlab$/],
    [["run", "gitlab", "--token", "x", "--limit", "none"], /limit/],
    [["run", "gitlab"], /^token: required for the source gitlab, and not set$/],
    [["run", "gitlab", "--token", "x", "--connection-string", "mysql://u@h/d"], /connection.string/],
    [["info"], /^no pipeline has run in /],
    [["normalize", "x.jsonl"], /^required option '--out <dir>' not specified$/],
  ];
  const all = await Promise.all(cases.map(([args]) => sluice([...args, "--json"], { cwd })));
  for (const [index, [args, message]] of cases.entries()) {
    const ended = all[index];
    assert.ok(ended !== undefined);
    assert.match(assertFailed(ended, "E_INPUT", 2).message, message, args.join(" "));
  }
  assert.match(String(onlyObject(all[0] as Ended).hint), /^Did you mean --token\? /);
});

test("a wrong token: exit 3 after one request, whatever number of resources starts side by side", async (t) => {
  const gitlab = await sampleGitlab(t, { world: SMALL_WORLD });
  const database = await testDatabase(t);
  const cwd = await folder(t);
  // Slow answers, so that all who start side by side would have sent their first request by then.
  gitlab.set({ latency: "100" });
  for (const token of ["glpat-nobody-has-this", "glpat-fixture-expired"]) {
    gitlab.reset();
    const args = ["run", "gitlab", "--base-url", gitlab.url, "--token", token, "--connection-string", database.url];
    const ended = await sluice([...args, "--json"], { cwd });
    const { message, resource } = assertFailed(ended, "E_SOURCE_AUTH", 3);
    assert.match(message, /^GET http:\S+\/api\/v4\/\S+ answered 401$/);
    assert.equal(typeof resource, "string");
    assert.equal(gitlab.log().length, 1);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes(token));
  }
  assert.deepEqual(await schemasOf(database), []);
});

test("a wrong password and a missing database: exit 4, with host, port, user and database, without the password", async (t) => {
  const gitlab = await sampleGitlab(t, { world: SMALL_WORLD });
  const database = await testDatabase(t);
  const role = `${database.name}_role`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right-one'`);
  const cwd = await folder(t);
  const run = (url: string) =>
    sluice(["run", "gitlab", "--base-url", gitlab.url, "--token", gitlab.token, "--connection-string", url, "--json"], {
      cwd,
    });
  const wrong = await run(database.urlFor(role, "wrong-one"));
  const missing = await run(`${database.url}_none`);
  await database.query(`DROP ROLE ${role}`);
  const { message } = assertFailed(wrong, "E_DEST_AUTH", 4);
  for (const part of [String(database.port), role, database.name]) assert.ok(message.includes(part), message);
  assert.ok(!`${wrong.stdout}${wrong.stderr}`.includes("wrong-one"));
  assert.match(assertFailed(missing, "E_DEST_AUTH", 4).message, /there is no database sluice_test_\w+_none$/);
  assert.equal(gitlab.log().length, 0, "the source is not asked for rows that have nowhere to go");
});

test("a missing privilege: exit 4 with the GRANT and nothing written; check tells it too", async (t) => {
  const api = await jsonApi(t, { "/orders": `[{"id":1}]` });
  const database = await testDatabase(t);
  const role = `${database.name}_poor`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'few-rights'`);
  await database.query(`REVOKE ALL ON DATABASE ${database.name} FROM PUBLIC`);
  await database.query(`GRANT CONNECT ON DATABASE ${database.name} TO ${role}`);
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders"]) });
  const url = ["--connection-string", database.urlFor(role, "few-rights"), "--json"];
  try {
    const run = await sluice(["run", "shop.json", ...url], { cwd });
    const failure = assertFailed(run, "E_DEST_PERMISSION", 4);
    const grant = new RegExp(`GRANT CREATE.* ON DATABASE "?${database.name}"? TO "?${role}"?`);
    assert.match(`${failure.message} ${failure.hint}`, grant);
    assert.deepEqual(await schemasOf(database), []);
    const check = await sluice(["check", "shop.json", ...url], { cwd });
    const found = assertFailed(check, "E_DEST_PERMISSION", 4);
    assert.match(String(found.hint), grant);
    // What the hint says is enough.
    for (const one of String(found.hint).match(/GRANT [^;.]+/g) ?? []) await database.query(one);
    const again = await sluice(["run", "shop.json", ...url], { cwd });
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await database.query("SELECT count(*) AS n FROM shop_data.orders"), [{ n: "1" }]);
  } finally {
    await database.query(`DROP OWNED BY ${role} CASCADE`);
    await database.query(`DROP ROLE ${role}`);
  }
});

test("an unknown host, and one that refuses: exit 5, worth another try", async (t) => {
  const cwd = await folder(t, { "shop.json": shopFile("http://127.0.0.1:9", ["orders"]) });
  const run = (url: string) =>
    sluice(["run", "shop.json", "--connection-string", url, "--connect-wait", "1", "--json"], { cwd });
  const unknown = await run("postgresql://loader:pass-word@no-such-host.invalid:5432/x");
  const refused = await run("postgresql://loader:pass-word@127.0.0.1:9/x");
  assert.match(assertFailed(unknown, "E_DEST_UNAVAILABLE", 5).message, /no-such-host\.invalid/);
  assert.match(assertFailed(refused, "E_DEST_UNAVAILABLE", 5).message, /127\.0\.0\.1:9/);
  assert.doesNotMatch(unknown.stdout + unknown.stderr + refused.stdout + refused.stderr, /pass-word/);
});

test("HTML or truncated JSON: asked once more, then exit 3 with URL, status and byte offset", async (t) => {
  const database = await testDatabase(t);
  const cut = `[{"id":1,"name":"é`;
  const api = await jsonApi(t, {
    "/cut": (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end(cut),
    "/html": (_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
    "/once": (_request, response) => {
      const first = api.asked.filter((target) => target === "/once").length === 1;
      response.writeHead(200, { "content-type": "application/json" }).end(first ? cut : `[{"id":1,"name":"é"}]`);
    },
  });
  const cwd = await folder(t);
  const run = async (name: string) => {
    await writeFile(join(cwd, `${name}.json`), shopFile(api.url, [{ name: "orders", endpoint: { path: name } }]));
    return sluice(["run", `${name}.json`, "--connection-string", database.url, "--json"], { cwd });
  };
  const truncated = assertFailed(await run("cut"), "E_SOURCE_BODY", 3);
  const { url, status, offset } = truncated.context as Record<string, unknown>;
  assert.deepEqual({ url, status, offset }, { url: `${api.url}/cut`, status: 200, offset: Buffer.byteLength(cut) });
  assert.match(truncated.message, new RegExp(`/cut answered 200 .*byte ${offset}\\b`));
  assert.equal(truncated.resource, "orders");
  const html = assertFailed(await run("html"), "E_SOURCE_BODY", 3);
  assert.match(html.message, /\/html answered 200 \(text\/html\) .*sign-in page.*byte 0\b/);
  assert.deepEqual(api.asked, ["/cut", "/cut", "/html", "/html"]);
  assert.deepEqual(await schemasOf(database), []);
  assert.equal((await run("once")).code, 0);
});
