/** The cache is no more than a hint: whatever becomes of it between runs, the same rows end in the database. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type SampleGitlab, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { type JobResult, runJob } from "../support/action-job.ts";
import { type CacheService, cacheService } from "../support/cache-service.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

let gitlab: SampleGitlab;
before(async () => {
  gitlab = await startSampleGitlab({ world: { projects: 3, issuesPerProject: 25, users: 5, branchesPerProject: 4 } });
});
after(() => gitlab.stop());

/** What happens to the cache after each run. */
const FATES: Readonly<Record<string, (cache: CacheService) => void>> = {
  kept: () => {},
  lost: (cache) => {
    cache.entries.length = 0;
  },
  "swapped for the oldest": (cache) => {
    cache.entries.splice(1);
  },
  "full of lies": (cache) => {
    cache.claim = cache.entries[0]?.key.replace(/-\d+-(?=[\w-]{43}$)/, "-999-");
  },
};

interface Lane {
  readonly fate: (cache: CacheService) => void;
  readonly cache: CacheService;
  readonly database: TestDatabase;
}

test("kept, lost, swapped or forged: the tables are the same after every run", async (t) => {
  const lanes: Lane[] = [];
  for (const fate of Object.values(FATES)) {
    lanes.push({ fate, cache: await cacheService(t), database: await testDatabase(t) });
  }
  /** One run in each lane, side by side; returns the jobs in the order of the fates. */
  const step = async (day: 1 | 2, environment: Readonly<Record<string, string>> = {}): Promise<JobResult[]> => {
    gitlab.setDay(day);
    const jobs = await Promise.all(
      lanes.map(async ({ cache, database, fate }) => {
        const job = await runJob({
          inputs: {
            "base-url": gitlab.url,
            token: gitlab.token,
            endpoints: "projects, issues, branches",
            "connection-string": database.url,
            "dataset-name": "data",
          },
          environment: { ...cache.environment("v2"), ...environment },
        });
        fate(cache);
        return job;
      }),
    );
    const [kept, ...others] = await Promise.all(lanes.map(({ database }) => contents(database)));
    for (const other of others) assert.deepEqual(other, kept);
    return jobs;
  };

  for (const job of await step(1)) assert.equal(job.main.code, 0, job.main.log);
  // The machine dies in the middle of the load; nothing is recorded, nothing saved.
  for (const job of await step(2, { SLUICE_FAULT: "load:before-commit:kill" })) {
    assert.equal(job.main.signal, "SIGKILL");
    assert.equal(job.post.stdout, "");
  }
  for (const job of await step(2)) assert.equal(job.main.code, 0, job.main.log);
  for (const { database } of lanes) {
    const [rows] = await database.query("SELECT count(*) AS n, count(DISTINCT id) AS keys FROM data.issues");
    assert.ok(Number(rows?.n) > 50);
    assert.equal(rows?.n, rows?.keys, "nothing twice");
    // Back to the state before day 2, as after the restore of a backup.
    await database.query(
      "DELETE FROM data._dlt_loads WHERE load_id IN (SELECT _dlt_load_id FROM data._dlt_pipeline_state WHERE version = 2)",
    );
    await database.query("DELETE FROM data._dlt_pipeline_state WHERE version = 2");
  }
  const rewound = await step(2);
  assert.deepEqual(
    rewound.map((job) => job.main.outputs["cache-hit"]),
    ["prefix", "none", "exact", "prefix"],
  );
  assert.deepEqual(
    rewound.map((job) => job.warnings("W_STATE_REWOUND").length),
    [1, 0, 0, 1],
  );
});

/** All rows of all tables of the dataset, sorted, without ids and times that every run makes anew. */
async function contents({ query }: TestDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await query(
    "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY column_name) AS columns FROM information_schema.columns " +
      "WHERE table_schema = 'data' AND table_name NOT LIKE '\\_dlt%' AND column_name NOT LIKE '\\_dlt%' GROUP BY table_name",
  );
  const found: Record<string, readonly string[]> = {};
  for (const { table_name: table, columns } of tables) {
    const rows = await query(`SELECT t::text AS row FROM (SELECT ${columns} FROM data."${table}") AS t ORDER BY 1`);
    found[table ?? ""] = rows.map(({ row }) => row ?? "");
  }
  const state = await query("SELECT version, version_hash FROM data._dlt_pipeline_state ORDER BY version");
  found["pipeline state"] = state.map(({ version, version_hash }) => `${version} ${version_hash}`);
  assert.ok(tables.length > 3);
  return found;
}
