/** Fault matrix 4.2: a server that dies, comes late, is full, or stands behind a transaction pooler. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { type FaultHandler, installFaultHandler } from "../../src/core/fault-point.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/destination/postgres/embedded/start.ts";
import { type PostgresSettings, pipeline, postgres, restApi, SluiceError } from "../../src/index.ts";
import { folder, jsonApi } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";
import { type Cleanup, harness } from "./harness.ts";
import { assertSound } from "./oracle.ts";
import { PAIRS_PER_ROUND, twoWriters } from "./two-writers.ts";

const ROWS = JSON.stringify(Array.from({ length: 200 }, (_, id) => ({ id, l: [{ n: id }] })));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function faults(t: Cleanup, handler: FaultHandler): void {
  installFaultHandler(handler);
  t.after(async () => installFaultHandler(undefined));
}

/** A server of its own that a test may stop in immediate mode and start again on the same port. */
async function ownServer(t: Cleanup, settings: Readonly<Record<string, string>> = {}) {
  const path = await mkdtemp(join(tmpdir(), "sluice-own-"));
  const port = await freePort();
  // Commits must survive the end of the server's processes, not that of the machine.
  const fast = { fsync: "off", full_page_writes: "off", ...settings };
  const started: EmbeddedPostgres[] = [];
  const start = async () => {
    const server = await startEmbeddedPostgres({ folder: path, port, password: "own-server", settings: fast });
    started.push(server);
    return server;
  };
  t.after(async () => {
    for (const server of started) await server.stop();
    await rm(path, { recursive: true, force: true });
  });
  return {
    start,
    port,
    /** What `pg_ctl stop -m immediate` does. */
    async kill() {
      const pid = Number(readFileSync(join(path, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0]);
      process.kill(pid, "SIGQUIT");
      for (let tries = 0; tries < 500; tries++) {
        try {
          process.kill(pid, 0);
        } catch {
          return;
        }
        await sleep(20);
      }
      throw new Error("the server does not end");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function shop(t: Cleanup) {
  const api = await jsonApi(t, { "/t": ROWS });
  const work = await folder(t);
  const resources = [{ name: "t", primary_key: "id", write_disposition: "merge" as const }];
  return (url: string, settings: PostgresSettings = {}) =>
    pipeline({ name: "p", dataset: "d", destination: postgres(url, settings), workingDirectory: work })
      .run(restApi({ name: "s", config: { client: { base_url: api.url, paginator: "single_page" }, resources } }))
      .then(
        (info) => ({ info, error: undefined }),
        (error: unknown) => {
          assert.ok(error instanceof SluiceError, String(error));
          return { info: undefined, error };
        },
      );
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test("15, 16: the server stopped in the middle of a COPY: retried when it is back, exit 5 with the package kept when not", async (t) => {
  const own = await ownServer(t);
  const { connectionString: url } = await own.start();
  const run = await shop(t);
  let restart: Promise<unknown> | undefined;
  let back = true;
  let armed = true;
  faults(t, async (name) => {
    if (name !== "load:copy:1" || !armed) return;
    armed = false;
    await own.kill();
    if (back) restart = sleep(1000).then(own.start);
  });
  const healed = await run(url);
  assert.equal(healed.error, undefined, healed.error?.message);
  await restart;
  const counts = `SELECT (SELECT count(*) FROM d.t)::int AS t, (SELECT count(*) FROM d.t__l)::int AS l, (SELECT count(*) FROM d._dlt_loads)::int AS loads`;
  assert.deepEqual(await query(url, counts), [{ t: 200, l: 200, loads: 1 }]);

  [back, armed] = [false, true];
  const dead = await run(url, { connectWait: 500, maxAttempts: 2 });
  assert.equal(dead.error?.code, "E_DEST_UNAVAILABLE", dead.error?.message);
  assert.equal(dead.error?.retryable, true);
  await own.start();
  assert.deepEqual(await query(url, counts), [{ t: 200, l: 200, loads: 1 }], "untouched");
  assert.equal((await run(url)).error, undefined);
  const [after] = await query(url, counts);
  assert.deepEqual([after?.t, after?.l], [200, 200]);
});

test("17: a server that is up two seconds late is waited for", async (t) => {
  const own = await ownServer(t);
  const { connectionString: url, stop } = await own.start();
  await stop();
  const run = await shop(t);
  const late = sleep(2000).then(own.start);
  const started = performance.now();
  const { error } = await run(url, { connectWait: 30_000 });
  await late;
  assert.equal(error, undefined, error?.message);
  assert.ok(performance.now() - started > 1900);
});

test("22: a deadlock is retried and the rows are there once", async (t) => {
  const { load, database } = await harness(t);
  const merge = { primary_key: "id", write_disposition: "merge" };
  assert.equal((await load(ROWS, merge)).error, undefined);
  const other = await database.connect();
  await other.query("SET deadlock_timeout = '10s'");
  await other.query("BEGIN; LOCK TABLE d.t__l IN ROW EXCLUSIVE MODE");
  let cycle: Promise<unknown> | undefined;
  let times = 0;
  faults(t, async (name) => {
    // The load has the lock of the pipeline and asks for the tables next, the root table first.
    if (name === "load:after-lock" && ++times === 1) {
      cycle = (async () => {
        for (let tries = 0; tries < 200; tries++) {
          const waiting = await database.query(
            "SELECT 1 AS one FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
          );
          if (waiting.length > 0) break;
          await sleep(20);
        }
        await other.query("LOCK TABLE d.t IN ROW EXCLUSIVE MODE");
        await other.query("COMMIT");
      })();
    }
  });
  const { error } = await load(ROWS, merge);
  await cycle;
  assert.equal(error, undefined, error?.message);
  assert.ok(times >= 2, `one attempt only: no deadlock happened`);
  assert.equal((await database.query("SELECT count(*) AS n FROM d.t"))[0]?.n, "200");
  await assertSound(database, "d");
});

test("22: a serialization failure is retried and the rows are there once", async (t) => {
  const { load, database } = await harness(t);
  assert.equal((await load(`[{"id":1}]`)).error, undefined);
  // The first two inserts fail; a sequence counts on through the rollback.
  await database.query("CREATE SEQUENCE d.tries");
  await database.query(
    `CREATE FUNCTION d.conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF nextval('d.tries') <= 2 THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF;
       RETURN NULL; END $$`,
  );
  await database.query("CREATE TRIGGER conflict AFTER INSERT ON d.t FOR EACH STATEMENT EXECUTE FUNCTION d.conflict()");
  const { error } = await load(`[{"id":2}]`);
  assert.equal(error, undefined, error?.message);
  assert.equal((await database.query("SELECT last_value FROM d.tries"))[0]?.last_value, "3");
  assert.deepEqual(await database.query("SELECT id FROM d.t ORDER BY 1"), [{ id: "1" }, { id: "2" }]);
  await assertSound(database, "d");
});

test("24: too many connections: retried until one is free, else exit 5", async (t) => {
  const own = await ownServer(t, {
    max_connections: "6",
    superuser_reserved_connections: "0",
    reserved_connections: "0",
  });
  const { connectionString: url } = await own.start();
  const run = await shop(t);
  const held: pg.Client[] = [];
  const fill = async () => {
    for (let at = 0; at < 12; at++) {
      const client = new pg.Client({ connectionString: url });
      client.on("error", () => {});
      try {
        await client.connect();
        held.push(client);
      } catch {
        return;
      }
    }
  };
  const free = async () => {
    for (const client of held.splice(0)) await client.end();
  };
  t.after(free);
  await fill();
  assert.ok(held.length > 0 && held.length <= 6);
  const refused = await run(url, { connectWait: 1000, maxAttempts: 2 });
  assert.equal(refused.error?.code, "E_DEST_UNAVAILABLE", refused.error?.message);
  setTimeout(() => void free(), 1500);
  const waited = await run(url, { connectWait: 20_000 });
  assert.equal(waited.error, undefined, waited.error?.message);
});

test("24: a full disk of the server is not retried, rolled back, and blocks no later run", async (t) => {
  const { load, database, schemas } = await harness(t);
  // The state 53100 as a full tablespace raises it, from a rule of the table.
  assert.equal((await load(`[{"id":1}]`)).error, undefined);
  await database.query(
    `CREATE FUNCTION d.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
  );
  await database.query("CREATE TRIGGER full_disk BEFORE INSERT ON d.t FOR EACH ROW EXECUTE FUNCTION d.full()");
  let begins = 0;
  faults(t, async (name) => {
    if (name === "load:before-begin") begins++;
  });
  const { error } = await load(`[{"id":2}]`);
  assert.equal(error?.code, "E_DEST_FULL", error?.message);
  assert.equal(begins, 1);
  await database.query("DROP TRIGGER full_disk ON d.t");
  assert.equal((await load(`[{"id":3}]`)).error, undefined);
  assert.deepEqual(await database.query("SELECT id FROM d.t ORDER BY 1"), [{ id: "1" }, { id: "3" }]);
  assert.deepEqual(await schemas(), ["d"]);
});

test("27: through PgBouncer in transaction mode: append, replace and merge, twice", async (t) => {
  const program = (process.env.PATH ?? "")
    .split(delimiter)
    .concat("/usr/sbin")
    .map((path) => join(path, "pgbouncer"))
    .find((path) => existsSync(path));
  if (program === undefined) return t.skip("SKIPPED: no pgbouncer (apt-get install pgbouncer)");
  const database = await testDatabase(t);
  const pooler = await startPooler(t, program, database.url);
  const run = async (disposition: "append" | "replace" | "merge") => {
    const { load, rows, database: own } = await harness(t, { url: (db) => `${pooler}/${db.name}?sslmode=disable` });
    for (const round of [1, 2]) {
      const { error } = await load(`[{"id":1,"l":[{"n":1}]},{"id":2,"new_${round}":1}]`, {
        primary_key: "id",
        write_disposition: disposition,
      });
      assert.equal(error, undefined, `${disposition} ${round}: ${error?.message}`);
    }
    assert.equal((await rows("t")).length, disposition === "append" ? 4 : 2);
    await assertSound(own, "d");
  };
  for (const disposition of ["append", "replace", "merge"] as const) await run(disposition);
});

/** PgBouncer with two server connections for everybody; it refuses to run as root. Gives URL without database. */
async function startPooler(t: Cleanup, program: string, url: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "sluice-pool-"));
  await chmod(path, 0o777);
  const target = new URL(url);
  const port = await freePort();
  const config = [
    "[databases]",
    `* = host=${target.hostname} port=${target.port || "5432"} user=${target.username} password=${decodeURIComponent(target.password)}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    "pool_mode = transaction",
    "default_pool_size = 2",
  ];
  await writeFile(join(path, "pgbouncer.ini"), config.join("\n"), { mode: 0o644 });
  const asRoot = process.getuid?.() === 0;
  const child = spawn(program, [...(asRoot ? ["-u", "nobody"] : []), join(path, "pgbouncer.ini")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  t.after(async () => {
    child.kill("SIGKILL");
    await rm(path, { recursive: true, force: true });
  });
  const pooler = `postgresql://${target.username}:any@127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(log);
    try {
      await query(`${pooler}${target.pathname}`, "SELECT 1");
      return pooler;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(log);
}

test("28: two runs of a pipeline, or of two with the same tables, meet at each point: rows as one after the other", async (t) => {
  const database = await testDatabase(t);
  const result = await twoWriters({ database, folder: await folder(t), rounds: 3 });
  assert.deepEqual(
    result.failures.map(({ name, failure }) => `${name}: ${failure}`),
    [],
  );
  assert.equal(result.right, 3 * PAIRS_PER_ROUND);
  t.diagnostic(`ends: ${JSON.stringify(result.endings)}`);
});

test("33: a column dropped behind our back comes back with the next load", async (t) => {
  const { load, database } = await harness(t);
  const body = `[{"id":1,"a":1,"b":2}]`;
  assert.equal((await load(body)).error, undefined);
  await database.query("ALTER TABLE d.t DROP COLUMN b");
  const { error } = await load(body);
  assert.equal(error, undefined, error?.message);
  assert.deepEqual(await database.query("SELECT a, b FROM d.t ORDER BY b NULLS FIRST"), [
    { a: "1", b: null },
    { a: "1", b: "2" },
  ]);
});
