import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { type SampleGitlab, startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { runJob, runPost } from "../support/action-job.ts";
import { type CacheFault, type CacheService, cacheService } from "../support/cache-service.ts";
import { testDatabase } from "../support/postgres.ts";

let gitlab: SampleGitlab;
before(async () => {
  gitlab = await startSampleGitlab({ world: { projects: 3, issuesPerProject: 20, users: 5 } });
});
after(() => gitlab.stop());

function inputsFor(url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    "base-url": gitlab.url,
    token: gitlab.token,
    endpoints: "projects, issues",
    "connection-string": url,
    "dataset-name": "data",
    ...more,
  };
}

test("miss, exact hit, prefix hit, another pipeline, a database that went back in time", async (t) => {
  const database = await testDatabase(t);
  const cache = await cacheService(t);
  const environment = cache.environment("v2");
  const job = (more = {}) => runJob({ inputs: inputsFor(database.url, more), environment });

  gitlab.setDay(1);
  const miss = await job();
  assert.equal(miss.main.code, 0, miss.main.log);
  assert.equal(miss.main.outputs["cache-hit"], "none");
  assert.equal(miss.main.outputs.warnings, "[]");
  assert.equal(miss.post.code, 0);
  assert.equal(miss.post.stdout.trim(), "State version 1 cached.");
  assert.equal(cache.entries.length, 1);
  assert.ok(cache.entries[0]?.complete);
  const [stored] = await database.query("SELECT version, version_hash, _dlt_load_id FROM data._dlt_pipeline_state");
  const hash = Buffer.from(stored?.version_hash ?? "", "base64").toString("base64url");
  const prefix = (cache.entries[0]?.key ?? "").split("-").slice(0, 4).join("-");
  assert.match(prefix, /^sluice-1-[0-9a-f]{16}-gitlab_pipeline$/);
  assert.equal(cache.entries[0]?.key, `${prefix}-${stored?._dlt_load_id}-1-${hash}`);

  // Nothing has changed: nothing to save, and nothing is unpacked.
  const exact = await job();
  assert.equal(exact.main.outputs["cache-hit"], "exact");
  assert.equal(exact.main.outputs.warnings, "[]");
  assert.equal(exact.post.stdout, "");
  assert.equal(cache.entries.length, 1);

  const other = await job({ "pipeline-name": "gitlab_pipeline-2" });
  assert.equal(other.main.outputs["cache-hit"], "none");
  const elsewhere = await job({ "dataset-name": "data_2" });
  assert.equal(elsewhere.main.outputs["cache-hit"], "none");
  assert.deepEqual([...other.warnings("W_STATE_REWOUND"), ...elsewhere.warnings("W_STATE_REWOUND")], []);

  // Another machine without the cache went on meanwhile: the entry is older than the database.
  gitlab.setDay(2);
  const uncached = await job({ cache: "false" });
  assert.equal(uncached.main.outputs["cache-hit"], "none");
  assert.equal(uncached.post.stdout, "");
  const older = await job();
  assert.equal(older.main.outputs["cache-hit"], "prefix");
  assert.equal(older.main.outputs.warnings, "[]");
  assert.equal(older.post.stdout.trim(), "State version 2 cached.");

  // The database is restored from a backup of before day 2.
  await database.query(
    "DELETE FROM data._dlt_loads WHERE load_id IN (SELECT _dlt_load_id FROM data._dlt_pipeline_state WHERE version = 2)",
  );
  await database.query("DELETE FROM data._dlt_pipeline_state WHERE version = 2");
  const rewound = await job();
  assert.equal(rewound.main.code, 0);
  assert.equal(rewound.main.outputs["cache-hit"], "prefix");
  const [warning = ""] = rewound.warnings("W_STATE_REWOUND");
  assert.match(
    warning,
    /data: version 2 was seen after load \d+\.\d+, the database has version 1$/,
    rewound.main.stdout,
  );
  assert.match(rewound.main.summary, /W_STATE_REWOUND/);

  // The run after that finds what that run left; then the dataset is gone.
  assert.equal((await job()).main.outputs.warnings, "[]");
  await database.query("DROP SCHEMA data CASCADE");
  const gone = await job();
  assert.equal(gone.main.outputs["first-run"], "true");
  assert.match(gone.warnings("W_STATE_REWOUND")[0] ?? "", /the database has none$/);
  assert.deepEqual(cache.downloads, []);
});

test("the same over protocol v1 of the service, which GitHub Enterprise Server speaks", async (t) => {
  const database = await testDatabase(t);
  const cache = await cacheService(t);
  const environment = cache.environment("v1");
  const job = () => runJob({ inputs: inputsFor(database.url), environment });
  gitlab.setDay(1);
  const miss = await job();
  assert.equal(miss.main.outputs["cache-hit"], "none");
  assert.equal(miss.post.stdout.trim(), "State version 1 cached.");
  assert.ok(cache.entries[0]?.complete);
  const exact = await job();
  assert.equal(exact.main.outputs["cache-hit"], "exact");
  assert.equal(exact.main.outputs.warnings, "[]");

  gitlab.setDay(2);
  cache.fault = "read-only";
  const denied = await job();
  assert.equal(denied.main.code, 0);
  assert.match(denied.warnings("W_CACHE_IGNORED")[0] ?? "", /cache write denied: the token may only read/);
  cache.fault = undefined;
  await database.query("DROP SCHEMA data CASCADE");
  const gone = await job();
  assert.equal(gone.main.outputs["cache-hit"], "prefix");
  assert.match(gone.warnings("W_STATE_REWOUND")[0] ?? "", /the database has none$/);
  assert.ok(cache.requests.length > 0 && cache.requests.every((request) => request.includes("/_apis/artifactcache/")));
});

test("no secret and no row data is in an entry, and no input goes to the process that talks to the cache", async (t) => {
  const database = await testDatabase(t);
  const cache = await cacheService(t);
  gitlab.setDay(1);
  const role = `${database.name}_cache`;
  const password = "ca@n/a%ry+ &é";
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await database.query(`GRANT CREATE, CONNECT, TEMPORARY ON DATABASE ${database.name} TO ${role}`);
  const inputs = inputsFor(database.urlFor(role, password), { endpoints: "*" });
  // `@actions/cache` asks for zstd's version; this one tells what its process was given.
  const folder = await mkdtemp(join(tmpdir(), "sluice-zstd-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "zstd"), `#!/bin/sh\nenv >> ${folder}/seen\nexit 1\n`, { mode: 0o755 });
  const job = await runJob({
    inputs,
    environment: {
      ...cache.environment("v2"),
      PATH: `${folder}:${process.env.PATH}`,
      SOURCES__OTHER__TOKEN: "other-token-1234",
      PGPASSWORD: "another-password",
    },
  });
  const seen = await readFile(join(folder, "seen"), "utf8");
  assert.match(seen, /^ACTIONS_RESULTS_URL=/m);
  for (const text of ["INPUT_", gitlab.token, password, "other-token-1234", "another-password"]) {
    assert.ok(!seen.includes(text), text);
  }
  const texts = await database.query("SELECT title AS text FROM data.issues UNION SELECT name FROM data.projects");
  await database.query(`DROP OWNED BY ${role} CASCADE`);
  await database.query(`DROP ROLE ${role}`);
  assert.equal(job.main.code, 0, job.main.log);
  assert.equal(cache.entries.length, 1);
  const [entry] = cache.entries;
  assert.ok(entry !== undefined);
  const archive = decompress(entry.bytes).toString("latin1");
  assert.match(archive, /"pipeline": "gitlab_pipeline"/);
  assert.ok(entry.bytes.length < 1000, `${entry.bytes.length} bytes`);
  assert.ok(texts.length > 20);
  const forbidden = [gitlab.token, password, encodeURIComponent(password), role, database.name, "127.0.0.1"];
  for (const text of [...forbidden, ...texts.map((row) => row.text ?? "")]) {
    assert.ok(!archive.includes(Buffer.from(text).toString("latin1")), text);
    assert.ok(!entry.key.includes(text), text);
  }
});

describe("a cache that cannot be used is one warning and changes nothing", () => {
  // What the run says and, where the run goes on to save, that nothing is said twice.
  const cases: readonly [CacheFault | "down", RegExp][] = [
    ["down", /ECONNREFUSED|Network Error/],
    ["error", /no answer in time: .*500/],
    ["unavailable", /no answer in time: .*503/],
    ["garbage", /JSON/],
    ["stall", /no answer in time/],
    ["write-only", /cache read denied: not for this event/],
    ["read-only", /could not be saved.*cache write denied: the token may only read/],
    ["quota", /could not be saved/],
  ];
  for (const [fault, expected] of cases) {
    test(fault, async (t) => {
      const database = await testDatabase(t);
      const cache = await cacheService(t);
      gitlab.setDay(1);
      if (fault === "down") await cache.close();
      else cache.fault = fault;
      const job = await runJob({ inputs: inputsFor(database.url), environment: cache.environment("v2") });
      assert.equal(job.main.code, 0, job.main.log);
      assert.equal(job.post.code, 0, job.post.log);
      assert.equal(job.main.outputs.status, "loaded");
      assert.equal(job.main.outputs["cache-hit"], "none");
      const all = [...job.main.annotations, ...job.post.annotations].filter(({ level }) => level !== "notice");
      assert.deepEqual(
        all.map(({ level, properties }) => `${level} ${properties.title}`),
        ["warning W_CACHE_IGNORED"],
        job.main.stdout + job.post.stdout,
      );
      assert.match(all[0]?.message ?? "", expected);
      assert.ok(!/[?&]sig=/.test(job.main.stdout + job.post.stdout));
      // The client of the cache alone would ask a failing service for half a minute, in each of the two.
      assert.ok(job.main.seconds < 20 && job.post.seconds < 20, `${job.main.seconds} s, ${job.post.seconds} s`);
      const [row] = await database.query("SELECT count(*) AS n FROM data.issues");
      assert.equal(Number(row?.n), gitlab.expectedRows().issues);
    });
  }

  test("an entry of that key exists already", async (t) => {
    const database = await testDatabase(t);
    const cache = await cacheService(t);
    const request = { inputs: inputsFor(database.url), environment: cache.environment("v2") };
    const first = await runJob(request);
    // The runner repeats a `post` step only by mistake; the key is taken then.
    const again = await runPost(first.main, request);
    assert.equal(again.code, 0);
    assert.equal(again.annotations.length, 1);
    assert.match(again.annotations[0]?.message ?? "", /another job may be creating this cache/);
    assert.equal(cache.entries.length, 1);
  });

  test("a runner without a cache service, or with one that is switched off, is no reason for a warning", async (t) => {
    const database = await testDatabase(t);
    const cache = await cacheService(t);
    for (const [more, environment] of [
      [{}, {}],
      [{ cache: "false" }, cache.environment("v2")],
    ] as const) {
      const job = await runJob({ inputs: inputsFor(database.url, more), environment });
      assert.equal(job.main.outputs.warnings, "[]");
      assert.equal(job.post.stdout + job.post.stderr, "");
    }
    assert.deepEqual(cache.requests, []);
  });

  test("a run that failed saves nothing and does not wait for the cache", async (t) => {
    const database = await testDatabase(t);
    const cache = await cacheService(t);
    cache.fault = "stall";
    const job = await runJob({
      inputs: inputsFor(database.url, { token: "wrong-token-1" }),
      environment: cache.environment("v2"),
    });
    assert.equal(job.main.code, 3);
    assert.equal(job.main.state, "");
    assert.equal(job.post.code, 0);
    assert.equal(job.post.stdout + job.post.stderr, "");
    const refused = await runJob({
      inputs: inputsFor("postgresql://nobody@127.0.0.1:1/none", { "connect-wait": "0" }),
      environment: cache.environment("v2"),
    });
    assert.equal(refused.main.code, 5);
    assert.equal(refused.warnings("W_CACHE_IGNORED").length, 0);
    assert.ok(refused.main.seconds < 4, `${refused.main.seconds} s`);
  });
});

describe("hostile", () => {
  test("a key of another making is ignored, told once and harmless", async (t) => {
    const database = await testDatabase(t);
    const cache = await cacheService(t);
    const environment = cache.environment("v2");
    const job = () => runJob({ inputs: inputsFor(database.url), environment });
    await job();
    const [{ key = "" } = {}] = cache.entries;
    for (const claim of [
      key.replace("gitlab_pipeline", "other_pipeline"),
      `${key}\n::error::pwned`,
      "x".repeat(100_000),
    ]) {
      cache.claim = claim;
      const { main, warnings } = await job();
      assert.equal(main.code, 0);
      assert.equal(main.outputs["cache-hit"], "none");
      assert.deepEqual(warnings("W_CACHE_IGNORED").length, 1, claim.slice(0, 80));
      assert.ok(!main.stdout.includes("pwned") && main.annotations.every(({ level }) => level !== "error"));
      assert.ok(main.stdout.length < 50_000);
    }
    // A key of the right form that lies costs a wrong warning, never a row.
    cache.claim = key.replace(/-1-(?=[\w-]{43}$)/, "-999-");
    const lied = await job();
    assert.equal(lied.main.code, 0);
    assert.match(lied.warnings("W_STATE_REWOUND")[0] ?? "", /version 999 was seen/);
  });

  test("an archive that would write elsewhere, or none at all, is never unpacked", async (t) => {
    const database = await testDatabase(t);
    const cache = await cacheService(t);
    const environment = cache.environment("v2");
    await runJob({ inputs: inputsFor(database.url), environment });
    const [entry] = cache.entries;
    assert.ok(entry !== undefined);
    const folder = await mkdtemp(join(tmpdir(), "sluice-hostile-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const target = join(folder, "written");
    await writeFile(target, "pwned");
    await promisify(execFile)("tar", ["-czPf", join(folder, "evil.tgz"), target]);
    await writeFile(target, "as it was");
    for (const bytes of [await readFile(join(folder, "evil.tgz")), Buffer.from("no archive")]) {
      entry.bytes = bytes;
      const job = await runJob({ inputs: inputsFor(database.url), environment });
      assert.equal(job.main.code, 0);
      assert.equal(job.main.outputs["cache-hit"], "exact");
      assert.equal(await readFile(target, "utf8"), "as it was");
    }
    assert.deepEqual(cache.downloads, []);
  });
});

function decompress(bytes: CacheService["entries"][number]["bytes"]): Buffer {
  return bytes[0] === 0x1f ? gunzipSync(bytes) : zstdDecompressSync(bytes);
}
