/** Several writers and readers at once, and connections that break at the worst moment. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SluiceError } from "../../src/core/errors.ts";
import { installFaultHandler } from "../../src/core/fault-point.ts";
import { hash64 } from "../../src/destination/postgres/advisory-lock.ts";
import { chainRow, chainRows, chainSchema } from "../support/chain-rows.ts";
import { DATASET, destinationFor, loadRows, PIPELINE, syncFor, tempFolder } from "../support/package-builder.ts";
import { testDatabase } from "../support/postgres.ts";
import { startWireProxy } from "../support/wire-proxy.ts";

const FIRST = "1700000001.1";
const SECOND = "1700000002.1";

function withCode(code: string, part = /./) {
  return (error: unknown) => error instanceof SluiceError && error.code === code && part.test(error.message);
}

suite("concurrent writers", () => {
  test("two first loads of one pipeline: one commits, the other finds the state moved", async (t) => {
    for (let round = 0; round < 5; round++) {
      const db = await testDatabase(t);
      const schema = chainSchema("append");
      const results = await Promise.allSettled(
        [1, 2].map(async (n) => {
          const loadId = `170000000${n}.1`;
          const rows = chainRow(schema, loadId, `w${n}`, [n, "k", n]);
          const destination = destinationFor(db.url);
          return loadRows(destination, await tempFolder(t), { schema, loadId, rows, state: { cursor: n } });
        }),
      );
      const failed = results.filter((one) => one.status === "rejected");
      assert.equal(failed.length, 1);
      assert.ok(withCode("E_STATE_MOVED")(failed[0]?.reason), String(failed[0]?.reason));
      assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 1);
      assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_loads`)).length, 1);
    }
  });

  test("four pipelines make the same dataset and tables at once: all commit, no 'already exists'", async (t) => {
    for (let round = 0; round < 5; round++) {
      const db = await testDatabase(t);
      const schema = chainSchema("append");
      await Promise.all(
        [1, 2, 3, 4].map(async (n) => {
          const loadId = `170000000${n}.1`;
          const rows = chainRow(schema, loadId, `w${n}`, [n, "k", n]);
          const destination = destinationFor(db.url);
          const input = { schema, loadId, rows, state: { cursor: n }, pipeline: `p${n}` };
          return loadRows(destination, await tempFolder(t), input);
        }),
      );
      assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 4);
      assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_version`)).length, 1);
    }
  });

  test("two pipelines merge the same keys at once: each key is there once", async (t) => {
    const db = await testDatabase(t);
    const schema = chainSchema("merge");
    await loadRows(destinationFor(db.url), await tempFolder(t), {
      schema,
      loadId: FIRST,
      rows: chainRow(schema, FIRST, "a", [0, "k", 0]),
      pipeline: "p0",
    });
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        [1, 2].map(async (n) => {
          const destination = destinationFor(db.url);
          const pipeline = `p${n}`;
          const base = await syncFor(destination, pipeline);
          const loadId = `180000${round}00${n}.1`;
          const parts = Array.from({ length: 200 }, (_, id) =>
            chainRow(schema, loadId, `${round}_${n}_${id}`, [id, "k", n]),
          );
          return loadRows(destination, await tempFolder(t), {
            schema,
            loadId,
            rows: chainRows(...parts),
            base,
            pipeline,
          });
        }),
      );
      const found = await db.query(`SELECT count(*)::text AS n, count(DISTINCT id)::text AS d FROM ${DATASET}.t`);
      assert.deepEqual(found, [{ n: "200", d: "200" }], `round ${round}`);
    }
  });

  test("two pipelines add the same column at once", async (t) => {
    const db = await testDatabase(t);
    const old = chainSchema("append");
    const first = { schema: old, loadId: FIRST, rows: chainRow(old, FIRST, "a", [0, "k", 0]) };
    await loadRows(destinationFor(db.url), await tempFolder(t), first);
    const schema = chainSchema("append", { extra: ["n"] });
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        const destination = destinationFor(db.url);
        const pipeline = `p${n}`;
        const base = await syncFor(destination, pipeline);
        const rows = chainRow(schema, `180000000${n}.1`, `w${n}`, [n, "k", n, "new"]);
        return loadRows(destination, await tempFolder(t), { schema, loadId: `180000000${n}.1`, rows, base, pipeline });
      }),
    );
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t WHERE n = 'new'`)).length, 3);
  });

  test("a state row of another run, with or without its load row, stops the package; nothing is written", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const schema = chainSchema("append");
    const first = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [0, "k", 0]), state: { cursor: 1 } };
    await loadRows(destination, await tempFolder(t), first);
    const base = await syncFor(destination);
    const second = {
      schema,
      loadId: SECOND,
      rows: chainRow(schema, SECOND, "b", [1, "k", 1]),
      state: { cursor: 2 },
      base,
    };
    await db.query(
      `INSERT INTO ${DATASET}._dlt_pipeline_state SELECT version + 1, engine_version, pipeline_name, state, now(), version_hash, '1700000001.5', 'dlt' FROM ${DATASET}._dlt_pipeline_state`,
    );
    await assert.rejects(
      loadRows(destination, await tempFolder(t), second),
      withCode("E_STATE_MOVED", /gitlab_pipeline/),
    );
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 1);
    const found = await syncFor(destination);
    assert.deepEqual(found.stateRowIds, ["dlt", `s${FIRST}`]);
    assert.deepEqual(found.newestStateLoadId, "1700000001.5");
    assert.equal(found.state?._state_version, 1, "a state without its load row is not gone on from");
    await db.query(`TRUNCATE ${DATASET}._dlt_pipeline_state`);
    await assert.rejects(loadRows(destination, await tempFolder(t), second), withCode("E_STATE_MOVED"));
    await db.query(`DROP SCHEMA ${DATASET} CASCADE`);
    await assert.rejects(loadRows(destination, await tempFolder(t), second), withCode("E_STATE_MOVED"));
  });

  test("a state row that appears while rows are copied is found before the commit", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const schema = chainSchema("append");
    const first = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [0, "k", 0]), state: { cursor: 1 } };
    await loadRows(destination, await tempFolder(t), first);
    const base = await syncFor(destination);
    t.after(() => installFaultHandler(undefined));
    installFaultHandler(async (name) => {
      if (name !== "load:copy:1") return;
      await db.query(
        `INSERT INTO ${DATASET}._dlt_pipeline_state SELECT version + 1, engine_version, pipeline_name, state, now(), version_hash, '1700000001.5', 'dlt' FROM ${DATASET}._dlt_pipeline_state`,
      );
    });
    const second = {
      schema,
      loadId: SECOND,
      rows: chainRow(schema, SECOND, "b", [1, "k", 1]),
      state: { cursor: 2 },
      base,
    };
    await assert.rejects(loadRows(destination, await tempFolder(t), second), withCode("E_STATE_MOVED"));
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 1);
  });

  test("a load id that somebody else has used", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const schema = chainSchema("append");
    const input = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [0, "k", 0]) };
    await loadRows(destination, await tempFolder(t), input);
    const base = await syncFor(destination);
    await assert.rejects(
      loadRows(destination, await tempFolder(t), { ...input, base }),
      (error) => error instanceof SluiceError && error.code === "E_STATE_MOVED" && error.reason === "load_id_taken",
    );
    const again = await loadRows(destination, await tempFolder(t), { ...input, base }, { maybeCommitted: true });
    assert.deepEqual([again.loadedNow, again.rows.get("t")], [false, 1]);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 1);
  });

  for (const lock of ["pipeline", "dataset"] as const) {
    test(`the lock of the ${lock} is waited for, but not for ever`, async (t) => {
      const db = await testDatabase(t);
      const holder = await db.connect();
      const key = lock === "pipeline" ? hash64(DATASET, PIPELINE) : hash64(DATASET);
      await holder.query("SELECT pg_advisory_lock($1)", [key]);
      const schema = chainSchema("append");
      const input = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [0, "k", 0]) };
      const waits = lock === "pipeline" ? { lockWait: 400 } : { datasetLockWait: 400 };
      const impatient = destinationFor(db.url, waits);
      const start = performance.now();
      await assert.rejects(loadRows(impatient, await tempFolder(t), input), withCode("E_LOCKED", new RegExp(lock)));
      const waited = performance.now() - start;
      assert.ok(waited > 350 && waited < 2500, `${waited} ms: once, not once an attempt`);
      const patient = loadRows(destinationFor(db.url), await tempFolder(t), input);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await holder.query("SELECT pg_advisory_unlock($1)", [key]);
      assert.equal((await patient).loadedNow, true);
    });
  }
});

suite("readers", () => {
  for (const disposition of ["append", "replace", "merge"] as const) {
    for (const reader of ["READ COMMITTED, a column is added", "REPEATABLE READ, an older snapshot"]) {
      test(`${disposition}: ${reader}: the rows before or after, never between, and no wait`, async (t) => {
        const db = await testDatabase(t);
        const destination = destinationFor(db.url);
        const isLong = reader.startsWith("REPEATABLE");
        const old = chainSchema(disposition);
        const schema = isLong ? old : chainSchema(disposition, { extra: ["n"] });
        const many = (layout: typeof old, loadId: string, count: number) =>
          chainRows(
            ...Array.from({ length: count }, (_, id) =>
              chainRow(layout, loadId, `${loadId}${id}`, [id, "k", 1, ...(layout === old ? [] : ["new"])]),
            ),
          );
        const input = { rootTables: ["t"], loadId: FIRST };
        await loadRows(destination, await tempFolder(t), { ...input, schema: old, rows: many(old, FIRST, 2000) });
        const base = await syncFor(destination);
        const counts = `SELECT (SELECT count(*) FROM ${DATASET}.t)::text AS t, (SELECT count(*) FROM ${DATASET}.t__l__m)::text AS m, (SELECT count(*) FROM ${DATASET}._dlt_loads)::text AS l`;
        const client = await db.connect();
        if (isLong) await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        const read = async () => JSON.stringify((await client.query(counts)).rows[0]);
        const before = await read();
        const seen = new Set<string>();
        let slowest = 0;
        let probes = 0;
        let done = false;
        const probe = (async () => {
          while (!done) {
            const start = performance.now();
            seen.add(await read());
            slowest = Math.max(slowest, performance.now() - start);
            probes++;
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        })();
        const rows = many(schema, SECOND, 3000);
        await loadRows(destination, await tempFolder(t), { ...input, schema, rows, base, loadId: SECOND });
        done = true;
        await probe;
        const last = await read();
        const total = disposition === "append" ? "5000" : "3000";
        assert.equal(last, isLong ? before : JSON.stringify({ t: total, m: total, l: "2" }));
        seen.delete(before);
        seen.delete(last);
        assert.deepEqual([...seen], []);
        assert.ok(probes > 3 && slowest < 1000, `${probes} probes, slowest ${slowest} ms`);
      });
    }
  }
});

suite("broken connections", () => {
  for (const disposition of ["append", "replace", "merge"] as const) {
    test(`${disposition}: COMMIT lost on the way, or its answer lost: loaded exactly once`, async (t) => {
      for (const when of ["before", "after"] as const) {
        const db = await testDatabase(t);
        const proxy = await startWireProxy(db.port);
        t.after(() => proxy.close());
        const url = new URL(db.url);
        url.port = String(proxy.port);
        url.hostname = "127.0.0.1";
        const destination = destinationFor(url.href);
        const schema = chainSchema(disposition);
        const first = { schema, loadId: FIRST, rows: chainRow(schema, FIRST, "a", [1, "k", 1]), rootTables: ["t"] };
        await loadRows(destination, await tempFolder(t), { ...first, state: { cursor: 1 } });
        const base = await syncFor(destination);
        proxy.cut("COMMIT\0", when);
        const rows = chainRow(schema, SECOND, "b", [2, "k", 2]);
        const second = { ...first, loadId: SECOND, rows, base, state: { cursor: 2 } };
        const outcome = await loadRows(destination, await tempFolder(t), second);
        assert.equal(proxy.cuts, 1);
        assert.deepEqual([outcome.loadedNow, outcome.attempts], [when === "before", 2], when);
        const found = await db.query(`SELECT id::text FROM ${DATASET}.t ORDER BY id`);
        assert.deepEqual(
          found.map((row) => row.id),
          disposition === "replace" ? ["2"] : ["1", "2"],
        );
        assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_loads`)).length, 2);
        assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_pipeline_state`)).length, 2);
      }
    });
  }

  test("a connection that breaks in the middle of COPY", async (t) => {
    const db = await testDatabase(t);
    const proxy = await startWireProxy(db.port);
    t.after(() => proxy.close());
    const url = new URL(db.url);
    url.port = String(proxy.port);
    const schema = chainSchema("append");
    const parts = Array.from({ length: 5000 }, (_, id) => chainRow(schema, FIRST, `a${id}`, [id, "k".repeat(200), id]));
    proxy.cut("a2500r", "before");
    const outcome = await loadRows(destinationFor(url.href), await tempFolder(t), {
      schema,
      loadId: FIRST,
      rows: chainRows(...parts),
    });
    assert.deepEqual([outcome.loadedNow, outcome.attempts, proxy.cuts], [true, 2, 1]);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.t`)).length, 5000);
  });
});

suite("transaction poolers", () => {
  test("no session state: settings are local, statements unnamed, nothing at start-up that a pooler refuses", async (t) => {
    const db = await testDatabase(t);
    const proxy = await startWireProxy(db.port);
    t.after(() => proxy.close());
    const url = new URL(db.url);
    url.port = String(proxy.port);
    url.search = `options=${encodeURIComponent("-c work_mem=8MB")}`;
    const destination = destinationFor(url.href, { statementTimeout: 60_000 });
    for (const [n, extra] of [[], ["n"]].entries()) {
      const schema = chainSchema("merge", { extra });
      const loadId = `170000000${n}.1`;
      const rows = chainRows(...[1, 2].map((k) => chainRow(schema, loadId, `${n}${k}`, [1, "k", k, ...extra])));
      const base = await syncFor(destination);
      await loadRows(destination, await tempFolder(t), { schema, loadId, rows, base, state: { n } });
    }
    const { heard } = proxy;
    const settings = [...heard.matchAll(/\bSET\s+(\S+)/g)].map(([, word]) => word);
    assert.ok(settings.length > 20);
    assert.deepEqual([...new Set(settings)], ["LOCAL"]);
    // Parse and Bind with an empty name: `P`, length, NUL.
    const parsed = [...heard.matchAll(/P\0\0[\s\S]{2}[^\0]{0,40}\0?(?:SELECT|INSERT)/g)];
    assert.ok(parsed.length > 10);
    for (const [message] of parsed) {
      assert.match(message, /^P\0\0[\s\S]{2}\0(?:SELECT|INSERT)$/);
    }
    for (const word of [/pg_advisory_lock\b/, /\bLISTEN\b/, /\bPREPARE\b/, /\bDISCARD\b/])
      assert.doesNotMatch(heard, word);
    // Protocol version 3.0 opens each start-up message; names and values follow, an empty name ends it.
    const startups = heard.split("\u0000\u0003\u0000\u0000").slice(1);
    assert.ok(startups.length >= 4);
    for (const startup of startups) {
      const words = startup.slice(0, startup.indexOf("\0\0")).split("\0");
      const names = words.filter((_, index) => index % 2 === 0);
      for (const name of names) assert.match(name, /^(user|database|application_name|client_encoding)$/);
    }
    assert.match(heard, /SET LOCAL "work_mem" = E'8MB'/);
    for (const [temporary] of heard.matchAll(/CREATE TEMPORARY TABLE[^\0]*/g))
      assert.match(temporary, /ON COMMIT DROP/);
  });
});
