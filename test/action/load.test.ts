import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { OUTPUTS } from "../../src/config/outputs.ts";
import { type SampleGitlab, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { testDatabase } from "../support/postgres.ts";
import { runAction } from "../support/runner.ts";

let gitlab: SampleGitlab;
before(async () => {
  gitlab = await startSampleGitlab({ world: { projects: 4, issuesPerProject: 60, branchesPerProject: 5, users: 10 } });
});
after(() => gitlab.stop());

function inputsFor(url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    source: "gitlab",
    "base-url": gitlab.url,
    token: gitlab.token,
    endpoints: "projects\nissues\nbranches",
    "connection-string": url,
    "dataset-name": "gitlab_data",
    ...more,
  };
}

test("a load, then an incremental one, as a workflow sees them", async (t) => {
  const database = await testDatabase(t);
  gitlab.setDay(1);
  gitlab.reset();
  const first = await runAction({ inputs: inputsFor(database.url) });
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.equal(first.stderr, "");

  const expected = gitlab.expectedRows();
  const count = async (table: string) =>
    Number((await database.query(`SELECT count(*) AS n FROM gitlab_data.${table}`))[0]?.n);
  for (const table of ["projects", "issues", "branches"]) assert.equal(await count(table), expected[table], table);

  // Outputs: all declared ones, and their values are those of the database.
  assert.deepEqual(Object.keys(first.outputs).sort(), Object.keys(OUTPUTS).sort());
  const { outputs } = first;
  assert.equal(outputs.status, "loaded");
  assert.equal(outputs["error-code"], "");
  assert.equal(outputs.retryable, "false");
  assert.equal(outputs["pipeline-name"], "gitlab_pipeline");
  assert.equal(outputs["dataset-name"], "gitlab_data");
  assert.match(outputs.destination ?? "", new RegExp(`^[\\w.]+:${database.port}/${database.name}$`));
  assert.equal(outputs["first-run"], "true");
  const rowCounts = JSON.parse(outputs["row-counts"] ?? "");
  assert.equal(rowCounts.issues, expected.issues);
  const total = Object.values<number>(rowCounts).reduce((sum, rows) => sum + rows, 0);
  assert.equal(outputs["rows-loaded"], String(total));
  const loads = await database.query("SELECT load_id, status FROM gitlab_data._dlt_loads");
  assert.deepEqual(
    loads.map((row) => row.load_id),
    JSON.parse(outputs["load-ids"] ?? ""),
  );
  assert.equal(Number(outputs.requests), gitlab.log().length);
  assert.ok(Number(outputs["bytes-received"]) > 1000);
  assert.deepEqual(Object.keys(JSON.parse(outputs.durations ?? "")).sort(), ["extract", "load", "normalize", "sync"]);
  assert.equal(outputs["schema-changed"], "true");

  // Files below RUNNER_TEMP.
  for (const name of ["load-info-path", "trace-path", "summary-path"]) {
    assert.ok(outputs[name]?.startsWith(first.temporary), name);
  }
  assert.equal(JSON.parse(await readFile(outputs["trace-path"] ?? "", "utf8")).status, "loaded");
  assert.deepEqual(
    JSON.parse(await readFile(outputs["load-info-path"] ?? "", "utf8")),
    JSON.parse(outputs["load-info"] ?? ""),
  );

  // Summary and log.
  assert.match(first.summary, /^## ✅ gitlab_pipeline: [\d,]+ rows in \d+ tables loaded/);
  assert.match(first.summary, new RegExp(`\\| \`issues\` \\| ${expected.issues} \\| merge \\|`));
  assert.match(first.log, /^Pipeline gitlab_pipeline load step finished in .* seconds?$/m);
  assert.match(first.log, /^Load package \d+\.\d+ is LOADED and contains no failed jobs$/m);
  assert.ok(
    first.groups.some((title) => /^extract finished in [\d.]+ s$/.test(title)),
    first.groups.join(),
  );
  assert.ok(
    first.groups.some((title) => /^load finished in [\d.]+ s$/.test(title)),
    first.groups.join(),
  );

  // Nothing changed: nothing to load twice.
  const again = await runAction({ inputs: inputsFor(database.url) });
  assert.equal(again.code, 0, again.stdout);
  assert.equal(await count("issues"), expected.issues);

  // Day 2 on a fresh runner: only what changed is asked for.
  gitlab.setDay(2);
  gitlab.reset();
  const second = await runAction({ inputs: inputsFor(database.url) });
  assert.equal(second.code, 0, second.stdout);
  assert.equal(second.outputs["first-run"], "false");
  assert.equal(second.outputs["state-source"], "destination");
  const changed = JSON.parse(second.outputs["row-counts"] ?? "").issues;
  assert.ok(changed > 0 && changed < (expected.issues ?? 0) / 2, `${changed} issues`);
  assert.ok(gitlab.log().some((entry) => /issues\?.*updated_after=/.test(entry.url)));
  const keys = await database.query("SELECT count(*) - count(DISTINCT id) AS twice FROM gitlab_data.issues");
  assert.equal(keys[0]?.twice, "0");
});

test("the token and the password are in nothing that the Action writes", async (t) => {
  const database = await testDatabase(t);
  gitlab.setDay(1);
  const role = `${database.name}_canary`;
  const password = 'ca@n/a%ry+ "w\\o$r&d';
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await database.query(`GRANT CREATE, CONNECT, TEMPORARY ON DATABASE ${database.name} TO ${role}`);
  const run = await runAction({ inputs: inputsFor(database.urlFor(role, password), { endpoints: "branches" }) });
  await database.query(`DROP OWNED BY ${role} CASCADE`);
  await database.query(`DROP ROLE ${role}`);
  assert.equal(run.code, 0, run.log);
  const files = ["load-info-path", "trace-path", "summary-path"].map((name) =>
    readFile(run.outputs[name] ?? "", "utf8"),
  );
  // The masks themselves are commands to the runner, not text; `log` is without them but before masking here.
  const unmasked = run.stdout.replace(/^::add-mask::.*$/gm, "");
  for (const text of [unmasked, run.stderr, run.summary, JSON.stringify(run.outputs), ...(await Promise.all(files))]) {
    for (const secret of [gitlab.token, password, encodeURIComponent(password)]) assert.ok(!text.includes(secret));
  }
  assert.ok(run.masks.includes(gitlab.token) && run.masks.includes(password));
  assert.ok(run.stdout.startsWith("::add-mask::"), "masks come before anything else");
});

test("a pull request writes to a dataset of its own; with allow-pr-writes to the configured one", async (t) => {
  const database = await testDatabase(t);
  const event = { name: "pull_request", payload: { pull_request: { number: 12 } } };
  const inputs = inputsFor(database.url, { endpoints: "projects" });
  const own = await runAction({ inputs, event });
  assert.equal(own.code, 0, own.stdout + own.stderr);
  assert.equal(own.outputs["dataset-name"], "gitlab_data_pr12");
  assert.match(own.log, /pull request writes to the dataset gitlab_data_pr12 \(allow-pr-writes/);
  const datasets = () =>
    database.query("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'gitlab_data%' ORDER BY 1");
  assert.deepEqual(await datasets(), [{ name: "gitlab_data_pr12" }]);
  const shared = await runAction({ inputs: { ...inputs, "allow-pr-writes": "true" }, event });
  assert.equal(shared.outputs["dataset-name"], "gitlab_data", shared.stdout);
  assert.deepEqual(await datasets(), [{ name: "gitlab_data" }, { name: "gitlab_data_pr12" }]);
});
