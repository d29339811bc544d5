import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import pg from "pg";
import { compareDays } from "../../../../src/edge/demo/compare-days.ts";
import { type DemoOptions, type DemoSettings, runDemo } from "../../../../src/edge/demo/run-demo.ts";
import type { Trace } from "../../../../src/pipeline/trace.ts";

function trace(changes: Partial<Trace> = {}): Trace {
  return {
    format: 1,
    runId: "r",
    version: "0",
    pipeline: "gitlab_pipeline",
    dataset: "gitlab_data",
    schemaName: "gitlab",
    destination: "embedded",
    destinationName: "127.0.0.1:1/sluice",
    status: "loaded",
    startedAt: "2026-01-01T00:00:00Z",
    endedAt: "2026-01-01T00:00:01Z",
    firstRun: true,
    stateSource: "new",
    steps: [],
    resources: [],
    packages: [],
    warnings: [],
    settings: [],
    ...changes,
  };
}

/** A run that reads the issues of one project and keeps their number in the database. */
async function loadSome(settings: DemoSettings): Promise<Trace> {
  const { baseUrl, token, connectionString, signal } = settings;
  const url = `${baseUrl}/api/v4/projects/100/issues?per_page=100&updated_after=2026-01-01T00:00:00Z`;
  const response = await fetch(url, { headers: { "PRIVATE-TOKEN": token.reveal() }, signal });
  const issues: unknown[] = JSON.parse(await response.text());
  const client = new pg.Client({ connectionString: connectionString.reveal() });
  await client.connect();
  await client.query("CREATE TABLE IF NOT EXISTS seen (n integer)");
  await client.query("INSERT INTO seen VALUES ($1)", [issues.length]);
  const { rows } = await client.query<{ n: number }>("SELECT n FROM seen");
  await client.end();
  return trace({ runId: rows.map(({ n }) => n).join() });
}

function demo(t: TestContext, changes: Partial<DemoOptions> = {}) {
  const workFolder = mkdtempSync(join(tmpdir(), "sluice-demo-"));
  t.after(() => rmSync(workFolder, { recursive: true, force: true }));
  const said: string[] = [];
  const options: DemoOptions = {
    workFolder,
    signal: new AbortController().signal,
    runPipelineOnce: loadSome,
    renderLoadInfo: ({ runId }) => `load info of ${runId}`,
    say: (text) => said.push(text),
    keepCommand: "sluice demo --keep",
    world: { projects: 8, issuesPerProject: 90 },
    ...changes,
  };
  return { options, said, workFolder };
}

/** Where the demo's servers were, to see that they are gone. */
function watch(run: DemoOptions["runPipelineOnce"]) {
  const seen: DemoSettings[] = [];
  return {
    seen,
    run: (settings: DemoSettings) => {
      seen.push(settings);
      return run(settings);
    },
  };
}

async function assertGone(settings: DemoSettings | undefined): Promise<void> {
  assert.ok(settings !== undefined);
  await assert.rejects(fetch(settings.baseUrl));
  await assert.rejects(new pg.Client({ connectionString: settings.connectionString.reveal() }).connect(), {
    code: "ECONNREFUSED",
  });
}

test("the demo runs day 1 and day 2 against one database and leaves nothing behind", async (t) => {
  const { seen, run } = watch(loadSome);
  const { options, said, workFolder } = demo(t, { runPipelineOnce: run });
  const { traces } = await runDemo(options);
  // Nothing of day 1 is newer than its end; day 2 has new and changed issues.
  const counts = traces[1]?.runId.split(",").map(Number) ?? [];
  assert.equal(counts.length, 2);
  assert.equal(counts[0], 0);
  assert.ok((counts[1] ?? 0) > 0);
  assert.match(said.join("\n"), /Day 1.*load info of 0\n.*Day 2.*load info of 0,\d+\n.*sluice demo --keep/s);
  assert.equal(existsSync(join(workFolder, "demo")), false);
  await assertGone(seen[1]);
});

test("Ctrl-C in the middle of a run ends the demo with its reason, and still cleans up", async (t) => {
  const controller = new AbortController();
  const reason = new Error("stopped");
  const { seen, run } = watch(async (settings) => {
    controller.abort(reason);
    return loadSome(settings).catch(() => trace({ status: "cancelled" }));
  });
  const { options, workFolder } = demo(t, { runPipelineOnce: run, signal: controller.signal });
  await assert.rejects(runDemo(options), reason);
  assert.equal(seen.length, 1);
  assert.equal(existsSync(join(workFolder, "demo")), false);
  await assertGone(seen[0]);
});

test("a run that fails ends the demo with its trace", async (t) => {
  const { options, workFolder } = demo(t, { runPipelineOnce: async () => trace({ status: "failed" }) });
  const { traces } = await runDemo(options);
  assert.deepEqual(
    traces.map(({ status }) => status),
    ["failed"],
  );
  assert.equal(existsSync(join(workFolder, "demo")), false);
});

test("kept, the database answers with the password of the named file until Ctrl-C", async (t) => {
  const controller = new AbortController();
  const { seen, run } = watch(loadSome);
  const secrets: string[] = [];
  let looked: Promise<void> | undefined;
  const { options, said } = demo(t, {
    runPipelineOnce: run,
    signal: controller.signal,
    keep: true,
    onSecret: (value) => secrets.push(value),
  });
  const { say } = options;
  const running = runDemo({
    ...options,
    say: (text) => {
      say(text);
      if (!/psql/.test(text)) return;
      looked = loadSome(seen[0] ?? assert.fail()).then(() => controller.abort());
    },
  });
  await running;
  await looked;
  assert.equal(secrets.length, 1);
  assert.ok(!said.join("\n").includes(secrets[0] ?? ""));
  await assertGone(seen[0]);
});

test("the comparison shows rows, requests, new columns and skipped projects", () => {
  const table = (name: string, rows: number) => ({
    table: name,
    writeDisposition: "merge",
    rows,
    bytes: 0,
    files: 1,
  });
  const loaded = (tables: [string, number][], columns: string[]) => ({
    loadId: "1",
    state: "loaded" as const,
    startedAt: "",
    endedAt: "",
    schemaVersionHash: "",
    tables: tables.map(([name, rows]) => table(name, rows)),
    changes: columns.map((column) => ({ table: "issues", change: "column_added" as const, column, type: "text" })),
  });
  const resource = {
    resource: "issues",
    endpoint: "GET /projects/{id}/issues",
    requests: 1,
    retries: 0,
    rateLimitWaitSeconds: 0,
    bytes: 0,
    pages: 1,
    records: 1,
    skipped: { "403": 1, "404": 2 },
    seconds: 0,
  };
  const first = trace({
    packages: [
      loaded(
        [
          ["issues", 2250],
          ["issues__labels", 3000],
          ["_dlt_pipeline_state", 1],
        ],
        [],
      ),
    ],
  });
  const second = trace({ packages: [loaded([["issues", 87]], ["start_date"])], resources: [resource] });
  assert.equal(
    compareDays({ trace: first, requests: 1204 }, { trace: second, requests: 96 }),
    [
      "rows loaded      day 1  day 2",
      "issues           2,250     87",
      "(nested tables)  3,000      0",
      "requests         1,204     96",
      "",
      "1 new column came with day 2: issues.start_date.",
      "Projects that cannot be read were skipped: issues (1 with 403, 2 with 404).",
      "Cursors live in the database, one for each project; `_dlt_pipeline_state` holds them, as dlt does.",
    ].join("\n"),
  );
});
