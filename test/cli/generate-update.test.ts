/** `sluice generate --update`: what the user changed stays, what is new in the document comes in, and it is shown. */
import assert from "node:assert/strict";
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { assertFailed, folder, onlyObject, sluice } from "./support.ts";

const operation = (tag: string) => ({
  tags: [tag],
  responses: {
    200: {
      description: "ok",
      content: {
        "application/json": {
          schema: { type: "array", items: { type: "object", properties: { id: { type: "integer" } } } },
        },
      },
    },
  },
});
const api = (paths: Record<string, string>) =>
  JSON.stringify({
    openapi: "3.0.0",
    info: { title: "Shop", version: "1" },
    servers: [{ url: "https://shop.example.com" }],
    components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
    paths: Object.fromEntries(Object.entries(paths).map(([path, tag]) => [path, { get: operation(tag) }])),
  });

const FIRST = api({ "/orders": "shop", "/lines": "shop", "/users": "people" });
const SECOND = api({ "/orders": "shop", "/items": "shop", "/users": "people", "/roles": "people" });

async function project(t: Parameters<typeof folder>[0], ...flags: string[]) {
  const cwd = await folder(t, { "api.json": FIRST });
  const run = (...args: string[]) => sluice(["generate", ...args], { cwd });
  const made = await run("shop", "--path", "api.json", ...flags);
  assert.equal(made.code, 0, made.stderr);
  const file = join(cwd, "shop_pipeline", "shop_pipeline.yaml");
  const names = async () =>
    parse(await readFile(file, "utf8")).source.resources.map(({ name }: { name: string }) => name);
  return { cwd, run, file, names, at: join(cwd, "shop_pipeline") };
}

test("edits stay, new endpoints come in, those that are gone are named; the diff stands before", async (t) => {
  const { cwd, run, file, names, at } = await project(t, "--global-limit", "3");
  const [orders, lines, users] = [...(await names())].sort((a, b) => "olu".indexOf(a[0]) - "olu".indexOf(b[0]));
  const edited = (await readFile(file, "utf8"))
    .replace("limit: 3", "limit: 9")
    .replace(new RegExp(`( +)- name: ${orders}\\n`), "$&$1  parallelized: true # ours\n");
  await writeFile(file, edited);
  await writeFile(join(at, ".dlt/secrets.toml"), "mine = true\n");
  await rm(join(at, "README.md"));
  await writeFile(join(cwd, "api.json"), SECOND);
  if (process.platform !== "win32") await chmod(file, 0o600);
  const updated = await run("shop", "--update", "--json");
  assert.equal(updated.code, 0, updated.stderr);
  if (process.platform !== "win32") assert.equal((await stat(file)).mode & 0o777, 0o600, "the mode stays");
  const facts = onlyObject(updated);
  assert.equal(facts.updated, true);
  assert.deepEqual([facts.removed, facts.kept, facts.left_out, facts.files], [[lines], [], [], ["README.md"]]);
  const added = facts.added as string[];
  assert.equal(added.length, 2);
  assert.deepEqual((await names()).sort(), [orders, lines, users, ...added].sort());
  const text = await readFile(file, "utf8");
  assert.match(text, /^limit: 9 /m);
  assert.match(text, /^ +parallelized: true # ours$/m);
  assert.equal(await readFile(join(at, ".dlt/secrets.toml"), "utf8"), "mine = true\n");

  // Once more: nothing is left to do, and no file is touched but what remembers.
  const before = (await stat(file)).mtimeMs;
  const again = await run("shop", "--update");
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /^nothing has changed$/m);
  assert.equal((await stat(file)).mtimeMs, before);
});

test("for people: a diff, then what was done; a resource that was taken out stays out", async (t) => {
  const { cwd, run, file, names } = await project(t);
  const text = await readFile(file, "utf8");
  const [, second = ""] = await names();
  const from = text.indexOf(`    - name: ${second}\n`);
  const end = text.indexOf("    - name:", from + 1);
  await writeFile(file, text.slice(0, from) + (end < 0 ? "" : text.slice(end)));
  await writeFile(join(cwd, "api.json"), SECOND.replace("https://shop", "https://new"));
  const updated = await run("shop", "--update");
  assert.equal(updated.code, 0, updated.stderr);
  const [diff = "", said = ""] = updated.stdout.split(/^(?=shop_pipeline is up to date)/m);
  assert.match(diff, /^\+ +- name: \S*items$/m);
  assert.match(diff, /^\+ +path: \/items$|^\+.*path: \/items/m);
  assert.match(said, /^added: .*items/m);
  assert.match(said, /^(?:taken out by you, stays out|no longer in the document): /m);
  assert.ok(!(await names()).includes(second));
});

test("a choice is repeated: new endpoints of a chosen tag come in, others do not", async (t) => {
  const { cwd, run, names } = await project(t, "--endpoints", "tag:people");
  assert.equal((await names()).length, 1);
  await writeFile(join(cwd, "api.json"), SECOND);
  const facts = onlyObject(await run("shop", "--update", "--json"));
  assert.equal((facts.added as string[]).length, 1);
  assert.equal((await names()).length, 2);
});

test("another choice: what is not chosen any more is told from what is gone from the document", async (t) => {
  const { cwd, run, names } = await project(t);
  await writeFile(join(cwd, "api.json"), SECOND);
  const facts = onlyObject(await run("shop", "--update", "--endpoints", "tag:people", "--json"));
  assert.deepEqual([facts.removed, facts.not_chosen], [["lines"], ["orders"]]);
  assert.deepEqual((await names()).sort(), ["lines", "orders", "roles", "users"]);
  const again = await run("shop", "--update", "--endpoints", "/users");
  assert.match(again.stdout, /^no longer chosen: roles; they stay in the file/m);
  assert.doesNotMatch(again.stdout, /no longer in the document/);
});

test("--config: names, methods and placeholders as dlt-init-openapi takes them; an update keeps to them", async (t) => {
  const config = `include_methods: [get, post]
required_parameter_default_value: CHANGE_ME
project_folder_suffix: _project
pipeline_file_suffix: _load.py
dataset_name_suffix: _raw
`;
  const document = JSON.parse(FIRST);
  document.paths["/orders/{id}"] = { post: operation("shop") };
  document.paths["/lines/{line}/{part}"] = { get: operation("shop") };
  const cwd = await folder(t, { "c.yml": config, "wrong.yml": "spec_url: x\n", "api.json": JSON.stringify(document) });
  const run = (...args: string[]) => sluice(["generate", ...args, "--json"], { cwd });
  const facts = onlyObject(await run("shop", "--path", "api.json", "--config", "c.yml"));
  assert.deepEqual(
    [facts.folder, facts.pipeline_file, facts.dataset],
    [join(cwd, "shop_project"), "shop_load.yaml", "shop_raw"],
  );
  assert.equal((facts.resources as string[]).length, 5);
  assert.deepEqual(facts.fill_in, [{ resource: "lines_by_part", key: "part" }]);
  const file = join(cwd, "shop_project", "shop_load.yaml");
  assert.match(await readFile(file, "utf8"), /part: CHANGE_ME # TODO/);
  document.paths["/roles"] = { get: operation("people") };
  await writeFile(join(cwd, "api.json"), JSON.stringify(document));
  await rm(join(cwd, "shop_project", "README.md"));
  const updated = onlyObject(await run("--update", "--output-path", "shop_project"));
  assert.deepEqual([updated.added, updated.changed, updated.files], [["roles"], [], ["README.md"]]);
  assert.match(await readFile(join(cwd, "shop_project", "README.md"), "utf8"), /sluice run shop_load\.yaml/);
  assert.match(await readFile(file, "utf8"), /^dataset: shop_raw$/m);
  assert.deepEqual(onlyObject(await run("shop", "--update", "--config", "c.yml")).updated, false);

  const wrong = await run("x", "--path", "api.json", "--config", "wrong.yml");
  assert.equal(
    assertFailed(wrong, "E_CONFIG", 2).message,
    "wrong.yml:1: spec_url: is given as --url; take it out of the file",
  );
  const gone = await run("x", "--path", "api.json", "--config", "gone.yml");
  assert.match(assertFailed(gone, "E_INPUT", 2).message, /^--config: gone\.yml does not exist$/);
});

test("in the project folder no NAME is needed; without the baseline only new endpoints are added", async (t) => {
  const { cwd, file, at, names } = await project(t);
  await rm(join(at, ".generate", "shop_pipeline.yaml"));
  const mine = (await readFile(file, "utf8")).replaceAll("data_selector: $", "data_selector: mine");
  await writeFile(file, mine);
  await writeFile(join(cwd, "api.json"), SECOND);
  const updated = await sluice(["generate", "--update", "--json"], { cwd: at });
  assert.equal(updated.code, 0, updated.stderr);
  const facts = onlyObject(updated);
  assert.deepEqual([facts.changed, (facts.added as string[]).length], [[], 2]);
  assert.equal((await names()).length, 5);
  assert.equal((await readFile(file, "utf8")).match(/data_selector: mine/g)?.length, 3);
});

test("a pipeline file of JSON is merged too", async (t) => {
  const { cwd, run, at } = await project(t, "--format", "json");
  const file = join(at, "shop_pipeline.json");
  const mine = JSON.parse(await readFile(file, "utf8"));
  mine.dataset = "ours";
  await writeFile(file, JSON.stringify(mine));
  await writeFile(join(cwd, "api.json"), SECOND);
  const facts = onlyObject(await run("shop", "--update", "--json"));
  assert.equal((facts.added as string[]).length, 2);
  const merged = JSON.parse(await readFile(file, "utf8"));
  assert.deepEqual([merged.dataset, merged.source.resources.length], ["ours", 5]);
});

test("a broken pipeline file or broken settings: refused, nothing is written", async (t) => {
  const { cwd, run, file, at } = await project(t);
  await writeFile(join(cwd, "api.json"), SECOND);
  await writeFile(file, "source: [");
  const baseline = await readFile(join(at, ".generate", "shop_pipeline.yaml"), "utf8");
  assert.match(
    assertFailed(await run("shop", "--update", "--json"), "E_INPUT", 2).message,
    /cannot be merged: not valid YAML/,
  );
  assert.equal(await readFile(file, "utf8"), "source: [");
  assert.equal(await readFile(join(at, ".generate", "shop_pipeline.yaml"), "utf8"), baseline);
  for (const text of [
    "{",
    "[]",
    '{"name":"shop","document":{"path":"a"},"mode":"better","pipeline_file":"../x.yaml"}',
  ]) {
    await writeFile(join(at, ".generate", "settings.json"), text);
    assert.match(assertFailed(await run("shop", "--update", "--json"), "E_INPUT", 2).message, /cannot be read$/);
  }
});
