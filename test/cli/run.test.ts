import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type SampleGitlab, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { SMALL_WORLD } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { folder, jsonApi, onlyObject, shopFile, sluice } from "./support.ts";

let gitlab: SampleGitlab;
before(async () => {
  gitlab = await startSampleGitlab({ world: SMALL_WORLD });
});
after(() => gitlab.stop());

test("run: a load, a second day, and a third run without news", async (t) => {
  const database = await testDatabase(t);
  const cwd = await folder(t);
  const count = async (table: string) =>
    Number((await database.query(`SELECT count(*) AS n FROM gitlab_data.${table}`))[0]?.n);
  const args = [
    "run",
    "gitlab",
    "--base-url",
    gitlab.url,
    "--token",
    gitlab.token,
    "--connection-string",
    database.url,
  ];

  gitlab.setDay(1);
  const first = await sluice(args, { cwd });
  assert.equal(first.code, 0, first.stderr);
  const dayOne = gitlab.expectedRows();
  for (const table of ["projects", "issues", "merge_requests", "pipelines", "jobs", "commits", "branches"]) {
    assert.equal(await count(table), dayOne[table], table);
  }
  // The load info as dlt prints it, then rows, changes and warnings.
  const loadId = (await database.query("SELECT load_id FROM gitlab_data._dlt_loads"))[0]?.load_id;
  const lines = first.stdout.split("\n");
  assert.match(lines[0] ?? "", /^Pipeline gitlab_pipeline load step finished in [\d.]+ seconds$/);
  assert.deepEqual(lines.slice(1, 4), [
    "1 load package(s) were loaded to destination postgres and into dataset gitlab_data",
    `The postgres destination used postgresql://127.0.0.1:${database.port}/${database.name} location to store data`,
    `Load package ${loadId} is LOADED and contains no failed jobs`,
  ]);
  const issues = lines.find((line) => line.startsWith("- issues "));
  assert.match(issues ?? "", new RegExp(`^- issues +${dayOne.issues} row\\(s\\)  merge$`));
  assert.ok(lines.includes("Schema changes:"));
  // One project hides its issues (403), one is gone (404).
  assert.match(first.stdout, /W_PARENT_SKIPPED issues: .* \(status 40[34], status 40[34], 2 times\)\.$/m);
  assert.match(first.stderr, /^extract finished in [\d.]+ s$/m);
  assert.match(first.stderr, new RegExp(`^issues: ${dayOne.issues} records in \\d+ requests, [\\d.]+ s$`, "m"));
  assert.doesNotMatch(first.stdout + first.stderr, /glpat-|postgres:[^/]*@/);

  gitlab.setDay(2);
  gitlab.reset();
  const second = onlyObject(await sluice([...args, "--json"], { cwd }));
  assert.equal(second.ok, true);
  const jobs = jobsOf(second);
  const dayTwo = gitlab.expectedRows();
  assert.ok((jobs.get("issues") ?? 0) > 0 && (jobs.get("issues") ?? 0) < (dayTwo.issues ?? 0) / 2);
  // Each issue stands as the source has it now; what was deleted there is not seen by a cursor and stays.
  const stored = await database.query(
    "SELECT id, to_char(updated_at, 'YYYY-MM-DDThh24:MI:SS.MS') AS at FROM gitlab_data.issues",
  );
  const table = new Map(stored.map(({ id, at }) => [id, `${at}Z`]));
  const source = await issuesOf(gitlab);
  assert.equal(source.size, dayTwo.issues);
  for (const [id, updatedAt] of source) assert.equal(table.get(id), updatedAt, id);
  assert.ok(table.size >= source.size && table.size - source.size < 5);
  assert.ok(gitlab.log().some(({ url }) => /issues\?.*updated_after=/.test(url)));
  const [loads] = await database.query("SELECT count(*) AS n, min(status) AS status FROM gitlab_data._dlt_loads");
  assert.deepEqual(loads, { n: "2", status: "0" });

  // Where every selected resource has a cursor, a run without news loads nothing.
  const endpoints = ["--endpoints", "issues,merge_requests,pipelines"];
  const third = await sluice([...args, ...endpoints, "--json"], { cwd });
  assert.equal(third.code, 0, third.stderr);
  const info = onlyObject(third);
  assert.deepEqual([info.ok, info.loads_ids, info.row_counts], [true, [], {}]);
  const fourth = await sluice([...args, ...endpoints, "--progress", "none"], { cwd });
  assert.match(fourth.stdout, /^No new data\.$/m);
  assert.equal(fourth.stderr, "");
  assert.equal((await database.query("SELECT 1 AS one FROM gitlab_data._dlt_loads")).length, 2);

  // The work folder holds the trace for its user alone, and no package.
  const work = join(cwd, ".sluice", "pipelines", "gitlab_pipeline");
  assert.deepEqual(await readdir(join(work, "packages")), []);
  assert.equal((await stat(join(work, "trace.json"))).mode & 0o077, 0);
  assert.doesNotMatch(await readFile(join(work, "trace.json"), "utf8"), /glpat-/);
});

/** `updated_at` by id of the issues that can be read today. */
async function issuesOf({ url, token }: SampleGitlab): Promise<ReadonlyMap<string, string>> {
  const get = async (path: string): Promise<{ id: number; updated_at: string }[]> => {
    const response = await fetch(`${url}/api/v4/${path}`, { headers: { "private-token": token } });
    return response.ok ? ((await response.json()) as { id: number; updated_at: string }[]) : [];
  };
  const issues = new Map<string, string>();
  for (const { id: project } of await get("projects?per_page=100&membership=true")) {
    for (const { id, updated_at } of await get(`projects/${project}/issues?per_page=100&scope=all`)) {
      issues.set(String(id), updated_at);
    }
  }
  return issues;
}

/** Rows by table of the jobs of `--json`. */
function jobsOf(info: Record<string, unknown>): ReadonlyMap<string, number> {
  const packages = info.load_packages as { jobs: { table_name: string; rows: number }[] }[];
  return new Map(packages.flatMap(({ jobs }) => jobs.map((job) => [job.table_name, job.rows] as const)));
}

test("run: a pipeline file with its settings, from another folder and from the environment", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1,"total":1.0},{"id":2,"total":2.5}]` });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [{ name: "orders", primary_key: "id" }]) });
  await mkdir(join(cwd, "sub"));
  const ended = await sluice(["run", "../shop.json", "--working-directory", "work", "--progress", "none"], {
    cwd: join(cwd, "sub"),
    environment: { DESTINATION__POSTGRES__CREDENTIALS: database.url },
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(await database.query("SELECT id, total FROM shop_data.orders ORDER BY id"), [
    { id: "1", total: "1" },
    { id: "2", total: "2.5" },
  ]);
  assert.deepEqual(await readdir(join(cwd, "sub", "work", "pipelines")), ["shop"]);
});

test("run: a reader that goes away early does not end the load", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1}]` });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders"]) });
  const ended = await sluice(["run", "shop.json", "--connection-string", database.url], {
    cwd,
    onStart: (child) => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
  });
  assert.equal(ended.code, 0);
  assert.deepEqual(await database.query("SELECT count(*) AS n FROM shop_data.orders"), [{ n: "1" }]);
});

for (const [signal, exit] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`run: ${signal} ends it within two seconds with exit ${exit}, and nothing is written`, async (t) => {
    const database = await testDatabase(t);
    let began = 0;
    // An answer that never ends.
    const api = await jsonApi(t, {
      "/orders": (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("[");
        began = performance.now();
        stop?.();
      },
    });
    let stop: (() => void) | undefined;
    const cwd = await folder(t, { "shop.json": shopFile(api.url, ["orders"]) });
    const ended = await sluice(["run", "shop.json", "--connection-string", database.url, "--json"], {
      cwd,
      onStart: (child) => {
        stop = () => void child.kill(signal);
      },
    });
    assert.ok(performance.now() - began < 2000);
    assert.deepEqual([ended.code, ended.signal], [exit, null], ended.stderr);
    const { ok, code, retryable } = onlyObject(ended);
    assert.deepEqual({ ok, code, retryable }, { ok: false, code: "E_CANCELLED", retryable: true });
    const schemas = await database.query("SELECT 1 AS one FROM pg_namespace WHERE nspname = 'shop_data'");
    assert.equal(schemas.length, 0);
  });
}
