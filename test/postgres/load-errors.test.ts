import assert from "node:assert/strict";
import { createServer } from "node:net";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import pg from "pg";
import { type ErrorCode, exitStatus } from "../../src/core/error-codes.ts";
import { SluiceError } from "../../src/core/errors.ts";
import { chainRow, chainRows, chainSchema } from "../support/chain-rows.ts";
import {
  column,
  DATASET,
  destinationFor,
  loadRows,
  schemaOf,
  syncFor,
  table,
  tempFolder,
} from "../support/package-builder.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

const PASSWORD = "canary-p@ss/%w0rd";
const FIRST = "1700000001.1";

/** Awaits the error of this code, checks that it shows no password, and gives message and hint. */
async function failure(work: Promise<unknown>, code: ErrorCode, exit: number): Promise<SluiceError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof SluiceError, inspect(error));
    assert.equal(error.code, code, inspect(error));
    assert.equal(exitStatus(error.code), exit);
    const shown = inspect(error, { depth: 10 });
    for (const form of [PASSWORD, encodeURIComponent(PASSWORD), "secret-value"])
      assert.ok(!shown.includes(form), shown);
    return error;
  }
  throw new assert.AssertionError({ message: `expected ${code}` });
}

/** A role that may log in and nothing else. Roles outlive the database of the test, so it is dropped apart. */
async function createRole(t: { after(end: () => Promise<void>): void }, db: TestDatabase): Promise<string> {
  const role = `role_${db.name}`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
  const url = new URL(db.url);
  url.pathname = "/postgres";
  t.after(async () => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`DROP ROLE IF EXISTS ${role}`).finally(() => client.end());
  });
  return role;
}

function simple() {
  const schema = chainSchema("append");
  return { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [1, "k", 10]) };
}

suite("errors of the destination", () => {
  test("wrong password, unknown user, unknown database: at once, named, exit 4", async (t) => {
    const db = await testDatabase(t);
    const role = await createRole(t, db);
    const wrong = await failure(syncFor(destinationFor(db.urlFor(role, `${PASSWORD}x`))), "E_DEST_AUTH", 4);
    for (const part of [role, db.name, "127.0.0.1", String(db.port)])
      assert.ok(wrong.message.includes(part), wrong.message);
    const url = new URL(db.url);
    url.pathname = "/there_is_none";
    const missing = await failure(syncFor(destinationFor(url.href)), "E_DEST_AUTH", 4);
    assert.match(missing.message, /there_is_none/);
  });

  test("nothing listens, unknown host: asked again for connect-wait, exit 5", async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const address = probe.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const start = performance.now();
    const url = `postgresql://u:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/d`;
    const refused = await failure(syncFor(destinationFor(url, { connectWait: 1500 })), "E_DEST_UNAVAILABLE", 5);
    assert.match(refused.message, new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`));
    assert.ok(performance.now() - start > 700, "asked again");
    const unknown = `postgresql://u:${encodeURIComponent(PASSWORD)}@no-such-host.invalid/d?sslmode=require`;
    await failure(syncFor(destinationFor(unknown, { connectWait: 0 })), "E_DEST_UNAVAILABLE", 5);
  });

  test("a server without TLS under sslmode=require: refused before the password is sent", async (t) => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on("data", (data) => {
        received.push(data);
        socket.write("N");
      });
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const url = `postgresql://u:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/d?sslmode=require`;
    await failure(syncFor(destinationFor(url)), "E_DEST_TLS", 4);
    assert.equal(Buffer.concat(received).length, 8, "only the request for TLS");
  });

  test("a role that may not create schemas, then not tables, then not write: each names its GRANT", async (t) => {
    const db = await testDatabase(t);
    const role = await createRole(t, db);
    const destination = destinationFor(db.urlFor(role, PASSWORD));
    const work = await tempFolder(t);
    const schema = await failure(loadRows(destination, work, simple()), "E_DEST_PERMISSION", 4);
    assert.equal(schema.hint, `Let an owner run: GRANT CREATE ON DATABASE "${db.name}" TO "${role}";`);
    await db.query(`CREATE SCHEMA ${DATASET}`);
    const usage = await failure(loadRows(destination, work, simple()), "E_DEST_PERMISSION", 4);
    assert.equal(usage.hint, `Let an owner run: GRANT USAGE, CREATE ON SCHEMA "${DATASET}" TO "${role}";`);
    await db.query(`GRANT USAGE ON SCHEMA ${DATASET} TO ${role}`);
    const create = await failure(loadRows(destination, work, simple()), "E_DEST_PERMISSION", 4);
    assert.equal(create.hint, usage.hint);
    await db.query(`GRANT CREATE ON SCHEMA ${DATASET} TO ${role}`);
    await db.query(`CREATE TABLE ${DATASET}.t (id bigint, k varchar, x bigint, _dlt_load_id varchar, _dlt_id varchar)`);
    const write = await failure(loadRows(destination, work, simple()), "E_DEST_PERMISSION", 4);
    const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON "${DATASET}"."t" TO "${role}"`;
    assert.equal(write.hint, `Let an owner run: ${grant};`);
    assert.equal((await db.query(`SELECT 1 FROM pg_tables WHERE schemaname = '${DATASET}'`)).length, 1, "untouched");
    await db.query(grant);
    assert.equal((await loadRows(destination, work, simple())).loadedNow, true);
    await db.query(`DROP SCHEMA ${DATASET} CASCADE; DROP OWNED BY ${role}`);
  });

  test("a role that may not make temporary tables cannot merge", async (t) => {
    const db = await testDatabase(t);
    const role = await createRole(t, db);
    await db.query(
      `REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC; GRANT CREATE ON DATABASE ${db.name} TO ${role}`,
    );
    const schema = chainSchema("merge");
    const input = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [1, "k", 10]) };
    const error = await failure(
      loadRows(destinationFor(db.urlFor(role, PASSWORD)), await tempFolder(t), input),
      "E_DEST_PERMISSION",
      4,
    );
    assert.equal(error.hint, `Let an owner run: GRANT TEMPORARY ON DATABASE "${db.name}" TO "${role}";`);
    await db.query(`DROP OWNED BY ${role}`);
  });

  test("a table held by another session: exit 6 after the attempts, untouched, and it goes on afterwards", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url, { maxAttempts: 2, tableLockWait: 300 });
    const work = await tempFolder(t);
    await loadRows(destination, work, simple());
    const holder = await db.connect();
    await holder.query(`BEGIN; LOCK TABLE ${DATASET}.t__l IN ACCESS EXCLUSIVE MODE`);
    const base = await syncFor(destination);
    const schema = chainSchema("append");
    const second = { schema, loadId: "1700000002.1", rows: chainRow(schema, "1700000002.1", "b", [2, "k", 1]), base };
    const error = await failure(loadRows(destination, work, second), "E_LOCKED", 6);
    assert.match(error.message, /lock the tables/);
    await holder.query("ROLLBACK");
    assert.equal((await loadRows(destination, work, { ...second, loadId: "1700000003.1" })).loadedNow, true);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 2);
  });

  test("a role that takes no writes", async (t) => {
    const db = await testDatabase(t);
    const role = await createRole(t, db);
    await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role}`);
    await db.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    // READ WRITE is said in BEGIN, so a role's default is no obstacle; only a standby is.
    const destination = destinationFor(db.urlFor(role, PASSWORD));
    assert.equal((await loadRows(destination, await tempFolder(t), simple())).loadedNow, true);
    await db.query(`DROP SCHEMA ${DATASET} CASCADE; DROP OWNED BY ${role}`);
  });

  test("a server that cancels statements: once more, then exit 5; statement-timeout 0 overrules the role", async (t) => {
    const db = await testDatabase(t);
    const role = await createRole(t, db);
    await db.query(`GRANT CREATE ON DATABASE ${db.name} TO ${role}`);
    const url = db.urlFor(role, PASSWORD);
    const work = await tempFolder(t);
    await loadRows(destinationFor(url), work, simple());
    await db.query(`ALTER ROLE ${role} SET statement_timeout = '150ms'`);
    const holder = await db.connect();
    await holder.query(`BEGIN; LOCK TABLE ${DATASET}.t IN ACCESS EXCLUSIVE MODE`);
    const base = await syncFor(destinationFor(url));
    const schema = chainSchema("append");
    const second = { schema, loadId: "1700000002.1", rows: chainRow(schema, "1700000002.1", "b", [2, "k", 1]), base };
    await failure(loadRows(destinationFor(url), work, second), "E_TIMEOUT", 5);
    setTimeout(() => void holder.query("ROLLBACK"), 700);
    const patient = destinationFor(url, { statementTimeout: 0 });
    assert.equal((await loadRows(patient, work, { ...second, loadId: "1700000003.1" })).loadedNow, true);
    await db.query(`DROP SCHEMA ${DATASET} CASCADE; DROP OWNED BY ${role}`);
  });

  test("rows that the table does not take: exit 4 with table, column and row, no value shown, untouched", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const schema = schemaOf(
      table("t", [column("n", "bigint"), column("d", "text", { precision: 3 }), column("_dlt_id", "text")], {
        writeDisposition: "append",
      }),
    );
    const load = (n: number, row: (string | number | null)[]) =>
      loadRows(destination, work, { schema, loadId: `170000000${n}.1`, rows: { t: [[1, "a", `ok${n}`], row] } });
    const type = await failure(load(1, ["secret-value", "a", "b"]), "E_DEST_DATA", 4);
    assert.deepEqual([type.context.table, type.context.column, type.context.row], ["t", "n", 2]);
    const long = await failure(load(2, [1, "secret-value", "b"]), "E_DEST_DATA", 4);
    assert.deepEqual([long.context.table, long.context.column], ["t", "d"]);
    const none = await failure(load(3, [1, "a", null]), "E_DEST_DATA", 4);
    assert.deepEqual([none.context.table, none.context.column], ["t", "_dlt_id"]);
    const twice = await failure(load(4, [1, "a", "ok4"]), "E_DEST_DATA", 4);
    assert.match(twice.message, /_dlt_id ok4/);
    assert.match(twice.hint ?? "", /reserved-fields: regenerate/);
    assert.equal((await db.query(`SELECT 1 FROM pg_namespace WHERE nspname = '${DATASET}'`)).length, 0);
  });

  test("a view where a table should be", async (t) => {
    const db = await testDatabase(t);
    await db.query(`CREATE SCHEMA ${DATASET}; CREATE VIEW ${DATASET}.t AS SELECT 1 AS id`);
    const error = await failure(loadRows(destinationFor(db.url), await tempFolder(t), simple()), "E_DEST_DATA", 4);
    assert.match(error.message, /no table that takes rows/);
  });

  test("a terminated backend is retried", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    await loadRows(destination, work, simple());
    const base = await syncFor(destination);
    const holder = await db.connect();
    await holder.query(`BEGIN; LOCK TABLE ${DATASET}.t IN ACCESS EXCLUSIVE MODE`);
    const schema = chainSchema("append");
    const rows = chainRows(chainRow(schema, "1700000002.1", "b", [2, "k", 1]));
    const loading = loadRows(destination, work, { schema, loadId: "1700000002.1", rows, base });
    const killed = await waitFor(async () => {
      const found = await db.query(
        "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE 'sluice%'",
      );
      return found.length > 0;
    });
    assert.equal(killed, true);
    await holder.query("ROLLBACK");
    const outcome = await loading;
    assert.deepEqual([outcome.loadedNow, outcome.attempts], [true, 2]);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 2);
  });

  test("an abort while a statement waits: rolled back within a second, the reason is thrown", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    await loadRows(destination, work, simple());
    const base = await syncFor(destination);
    const holder = await db.connect();
    await holder.query(`BEGIN; LOCK TABLE ${DATASET}.t IN ACCESS EXCLUSIVE MODE`);
    const schema = chainSchema("append");
    const abort = new AbortController();
    const rows = chainRow(schema, "1700000002.1", "b", [2, "k", 1]);
    const loading = loadRows(
      destination,
      work,
      { schema, loadId: "1700000002.1", rows, base },
      { signal: abort.signal },
    );
    const waiting = () =>
      db.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
    assert.ok(await waitFor(async () => (await waiting()).length > 0));
    const start = performance.now();
    const reason = new SluiceError("E_CANCELLED", "stopped by SIGINT");
    abort.abort(reason);
    await assert.rejects(loading, reason);
    assert.ok(performance.now() - start < 1500, `${performance.now() - start} ms`);
    assert.equal((await waiting()).length, 0, "the server has ended it too");
    await holder.query("ROLLBACK");
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<boolean> {
  for (let n = 0; n < 200; n++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
