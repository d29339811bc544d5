import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { OUTPUTS } from "../../src/config/outputs.ts";
import { type SampleGitlab, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { testDatabase } from "../support/postgres.ts";
import { type ActionResult, runAction } from "../support/runner.ts";

let gitlab: SampleGitlab;
before(async () => {
  gitlab = await startSampleGitlab({ world: { projects: 3, issuesPerProject: 300, users: 10 } });
});
after(() => gitlab.stop());

function inputsFor(url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { "base-url": gitlab.url, token: gitlab.token, endpoints: "projects", "connection-string": url, ...more };
}

/** What every failure has: exit status, outputs, `<code>: <one line>`, summary; and no stack unless it is a bug. */
async function assertFailed(run: ActionResult, code: string, exit: number, retryable = false): Promise<void> {
  assert.equal(run.outputs["error-code"], code, run.log);
  assert.equal(run.code, exit, run.log);
  assert.equal(run.outputs.status, code === "E_CANCELLED" ? "cancelled" : "failed");
  assert.equal(run.outputs.retryable, String(retryable));
  assert.deepEqual(Object.keys(run.outputs).sort(), Object.keys(OUTPUTS).sort());
  const errors = run.annotations.filter((one) => one.level === "error");
  assert.match(errors.at(-1)?.message ?? "", new RegExp(`^${code}: [^\\n]+$`));
  assert.match(run.summary, new RegExp(`\\*\\*${code}\\*\\*`));
  assert.doesNotMatch(run.log, /^\s+at .*:\d+:\d+/m);
  assert.equal(run.stderr, "");
  assert.equal(JSON.parse(await readFile(run.outputs["trace-path"] ?? "", "utf8")).failure.code, code);
}

test("a missing connection string says what to add, before any request", async () => {
  gitlab.reset();
  const run = await runAction({ inputs: inputsFor("") });
  await assertFailed(run, "E_INPUT", 2);
  assert.match(run.log, /input connection-string: .*connection-string: \$\{\{ secrets\.\w+ \}\}/);
  assert.equal(gitlab.log().length, 0);
});

test("an input that does not exist is an error, with the nearest name", async () => {
  const run = await runAction({ inputs: inputsFor("postgresql://u@127.0.0.1/x", { "max-table-nestin": "1" }) });
  await assertFailed(run, "E_INPUT", 2);
  assert.match(run.log, /input max-table-nestin.*did you mean "max-table-nesting"\?/);
});

test("all faults of a pipeline file at once, each annotated at its place", async () => {
  const file = [
    "pipeline: shop",
    "source:",
    "  name: shop",
    "  client:",
    "    base_url: http://127.0.0.1:9",
    "  resources:",
    "    - name: orders",
    "      endpoint:",
    "        pathh: orders",
    "    - name: lines",
    "      max_table_nesting: many",
  ].join("\n");
  const inputs = { source: "shop.yml", "connection-string": "postgresql://u:pass-word@127.0.0.1/x" };
  const run = await runAction({ inputs, files: { "shop.yml": file } });
  await assertFailed(run, "E_CONFIG", 2);
  assert.match(run.log, /^E_CONFIG: shop\.yml:9: .*pathh/m);
  assert.match(run.log, /^shop\.yml:11: .*max_table_nesting/m);
  const inFile = run.annotations.filter((one) => one.properties.file !== undefined);
  assert.deepEqual(
    inFile.map(({ level, properties }) => [level, properties]),
    [
      ["error", { title: "E_CONFIG", file: "shop.yml", line: "9", col: "9" }],
      ["error", { title: "E_CONFIG", file: "shop.yml", line: "11", col: "7" }],
    ],
  );
  assert.match(
    inFile[0]?.message ?? "",
    /^source\.resources\[0\]\.endpoint\.pathh: unknown key "pathh".*\nCorrect what is named/,
  );
  assert.match(inFile[1]?.message ?? "", /^source\.resources\[1\]\.max_table_nesting: [^\n]*$/);
  assert.equal(run.annotations.length, 3, "and the failure itself, which setFailed prints");
});

test("a wrong token: exit 3 after one request", async (t) => {
  const database = await testDatabase(t);
  gitlab.reset();
  const run = await runAction({ inputs: inputsFor(database.url, { token: "glpat-nobody-has-this" }) });
  await assertFailed(run, "E_SOURCE_AUTH", 3);
  assert.equal(gitlab.log().length, 1);
  assert.doesNotMatch(run.stdout.replace(/^::add-mask::.*$/gm, ""), /nobody-has-this/);
  const schemas = await database.query("SELECT 1 AS one FROM pg_namespace WHERE nspname = 'gitlab_data'");
  assert.equal(schemas.length, 0, "nothing was written");
});

test("a wrong password: exit 4, the message names host, port, user and database but no password", async (t) => {
  const database = await testDatabase(t);
  const role = `${database.name}_role`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'right-one'`);
  const run = await runAction({ inputs: inputsFor(database.urlFor(role, "wrong-one")) });
  await database.query(`DROP ROLE ${role}`);
  await assertFailed(run, "E_DEST_AUTH", 4);
  const line = run.annotations.at(-1)?.message ?? "";
  for (const part of [String(database.port), role, database.name]) assert.ok(line.includes(part), line);
  assert.doesNotMatch(run.stdout.replace(/^::add-mask::.*$/gm, ""), /wrong-one/);
});

test("an unknown host: exit 5, worth another try", async () => {
  const url = "postgresql://loader:pass-word@no-such-host.invalid:5432/x";
  const run = await runAction({ inputs: inputsFor(url, { "connect-wait": "0" }) });
  await assertFailed(run, "E_DEST_UNAVAILABLE", 5, true);
  assert.match(run.log, /no-such-host\.invalid/);
});

test("a pull request from a fork stops before any request", async () => {
  gitlab.reset();
  const repo = (name: string, fork: boolean) => ({ repo: { full_name: name, fork } });
  const payload = { pull_request: { head: repo("them/data", true), base: repo("octo/data", false) } };
  const inputs = { "base-url": gitlab.url, token: "", "connection-string": "" };
  const run = await runAction({ inputs, event: { name: "pull_request", payload } });
  await assertFailed(run, "E_INPUT", 2);
  assert.match(run.annotations.at(-1)?.message ?? "", /^E_INPUT: no credentials in this event/);
  assert.equal(gitlab.log().length, 0);
});

test("with skip-without-credentials it is neutral: exit 0, skipped, no request, a warning; other mistakes still fail", async () => {
  gitlab.reset();
  const repo = (name: string, fork: boolean) => ({ repo: { full_name: name, fork } });
  const payload = { pull_request: { head: repo("them/data", true), base: repo("octo/data", false) } };
  const inputs = {
    "base-url": gitlab.url,
    token: "",
    "connection-string": "",
    "pipeline-name": "mine",
    "skip-without-credentials": "true",
  };
  const event = { name: "pull_request", payload };
  const run = await runAction({ inputs, event });
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(Object.keys(run.outputs).sort(), Object.keys(OUTPUTS).sort());
  assert.equal(run.outputs.status, "skipped");
  assert.equal(run.outputs["error-code"], "");
  assert.deepEqual(
    run.annotations.map(({ level, properties }) => [level, properties.title]),
    [["warning", "W_NO_CREDENTIALS"]],
  );
  assert.match(
    run.annotations[0]?.message ?? "",
    /pull_request: GitHub passes no secrets to a pull request from a fork$/,
  );
  assert.match(run.summary, /^## .* mine: skipped\n/);
  assert.equal(gitlab.log().length, 0);
  // On a push the same inputs are a mistake; so is a misspelt input in a fork's pull request.
  await assertFailed(await runAction({ inputs }), "E_INPUT", 2);
  const misspelt = await runAction({ inputs: { ...inputs, "log-levell": "debug" }, event });
  await assertFailed(misspelt, "E_INPUT", 2);
});

for (const [signal, exit] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} during extraction: exit ${exit} at once, the destination untouched`, async (t) => {
    const database = await testDatabase(t);
    // A server of its own: answers to a run that was stopped arrive in the log late.
    const slow = await startSampleGitlab({ world: { projects: 3, users: 10 }, server: { latency: 400 } });
    t.after(() => slow.stop());
    let sentAt = 0;
    const run = await runAction({
      inputs: inputsFor(database.url, { endpoints: "issues", "base-url": slow.url }),
      onStart: (child) => {
        const poll = setInterval(() => {
          if (slow.log().length < 2) return;
          clearInterval(poll);
          sentAt = performance.now();
          child.kill(signal);
        }, 20);
        child.on("close", () => {
          clearInterval(poll);
          sentAt = performance.now() - sentAt;
        });
      },
    });
    await assertFailed(run, "E_CANCELLED", exit, true);
    assert.ok(sentAt < 2000, `${sentAt} ms`);
    const schemas = await database.query("SELECT 1 AS one FROM pg_namespace WHERE nspname = 'gitlab_data'");
    assert.equal(schemas.length, 0);
  });
}
