/** A load that begins while pages still arrive ends as one that began at the end; whatever breaks it leaves nothing. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { SluiceError } from "../../src/core/errors.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { Source } from "../../src/core/source.ts";
import {
  dump,
  type Gate,
  NEVER,
  type PagedResource,
  pagedSource,
  records,
  runEarly,
  strays,
  watchPoints,
} from "../support/early-pipeline.ts";
import { tempFolder } from "../support/package-builder.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { startWireProxy } from "../support/wire-proxy.ts";

const CHILD = join(import.meta.dirname, "..", "support", "early-child.ts");
const run = promisify(execFile);
const open: Gate = async () => {};

type Disposition = "append" | "replace" | "merge";

const items = (disposition: Disposition, pages: readonly (readonly JsonValue[])[]): PagedResource => ({
  name: "items",
  hints: { writeDisposition: { disposition }, ...(disposition === "merge" ? { primaryKey: ["id"] } : {}) },
  pages,
});
const source = (disposition: Disposition, pages: readonly (readonly JsonValue[])[], gate: Gate = open, cursor = 1) =>
  pagedSource("early", [items(disposition, pages)], gate, { cursor });

async function load(db: TestDatabase, options: Omit<Parameters<typeof runEarly>[0], "url">) {
  const done = await runEarly({ url: db.url, ...options });
  if (done.error !== undefined) throw done.error;
  return done;
}

async function tableNames(db: TestDatabase): Promise<readonly (string | null | undefined)[]> {
  return (await db.query("SELECT tablename FROM pg_tables WHERE schemaname = 'early'")).map((row) => row.tablename);
}

suite("early load", () => {
  for (const disposition of ["append", "replace", "merge"] as const) {
    test(`${disposition}: first and second load are those of the ordinary way`, async (t) => {
      const ordinary = await testDatabase(t);
      const early = await testDatabase(t);
      const watch = watchPoints(t);
      // Keys come twice within a load, and all come again in the second.
      const first = [records(0, 100), records(50, 100), records(200, 50)];
      const second = [records(0, 100, (id) => ({ more: id })), records(50, 200), records(100, 30)];
      // A column that is there before the second load, so that the tables need no other.
      first[0]?.push(...records(900, 1, () => ({ more: 1 })));
      const early1 = { source: source(disposition, first, () => watch.reached("load:early:1")) };
      const warnings: unknown[] = [];
      for (const db of [early, ordinary]) {
        const rules = db === early ? {} : { early: NEVER };
        const done = await load(db, db === early ? early1 : { source: source(disposition, first), ...rules });
        assert.deepEqual(
          done.messages.filter((text) => text.startsWith("early")),
          [],
        );
        warnings.push(done.trace.warnings.map(({ code, count }) => `${code} ${count}`));
      }
      assert.ok(watch.points.includes("load:early:1"));
      assert.deepEqual(await dump(early), await dump(ordinary), "first load");
      assert.equal(await strays(early, "items", "items__tags"), 0);

      watch.points.length = 0;
      // A replaced table is not filled early, so the gate would wait for ever.
      const gate = disposition === "replace" ? open : () => watch.reached("load:early:1");
      for (const db of [early, ordinary]) {
        const options =
          db === early
            ? { source: source(disposition, second, gate, 2) }
            : { early: NEVER, source: source(disposition, second, open, 2) };
        const done = await load(db, options);
        assert.deepEqual(
          done.messages.filter((text) => text.startsWith("early")),
          [],
        );
        warnings.push(done.trace.warnings.map(({ code, count }) => `${code} ${count}`));
      }
      assert.equal(watch.points.includes("load:early:1"), disposition !== "replace");
      assert.deepEqual(await dump(early), await dump(ordinary), "second load");
      assert.equal(await strays(early, "items", "items__tags"), 0);
      assert.deepEqual(warnings[0], warnings[1]);
      assert.deepEqual(warnings[2], warnings[3]);
      if (disposition === "merge") assert.deepEqual(warnings[0], ["W_DUPLICATE_KEY 50"]);
    });
  }

  for (const strategy of ["upsert", "insert-only", "scd2"] as const) {
    test(`${strategy}: rows that are staged wait for the end, those of other tables do not`, async (t) => {
      const ordinary = await testDatabase(t);
      const early = await testDatabase(t);
      const watch = watchPoints(t);
      const hints = {
        writeDisposition: { disposition: "merge", strategy, boundaryTimestamp: "2024-01-01" },
        primaryKey: ["id"],
      } as const;
      const staged = (pages: PagedResource["pages"]): PagedResource => ({ name: "staged", hints, pages });
      for (const [load1, more] of [
        [1, {}],
        [2, { x: 1 }],
      ] as const) {
        watch.points.length = 0;
        const pages = [records(0, 100, () => more), records(50, 100, () => more)];
        const resources = load1 === 1 ? [staged(pages), items("append", pages)] : [staged(pages)];
        // Before the last page of the other table; the staged rows alone begin no early load, however many they are.
        const gate: Gate = async (count) => {
          if (count === 3) await watch.reached("load:early:1");
        };
        for (const db of [early, ordinary]) {
          const rules = db === early ? {} : { early: NEVER };
          const paged = pagedSource("early", resources, db === early ? gate : open, { cursor: load1 });
          const done = await load(db, { source: paged, ...rules });
          assert.deepEqual(
            done.messages.filter((text) => text.startsWith("early")),
            [],
          );
        }
        assert.equal(watch.points.includes("load:early:1"), load1 === 1);
        assert.deepEqual(await dump(early), await dump(ordinary), `load ${load1}`);
      }
    });
  }

  test("columns and tables that come late stand where the ordinary way puts them", async (t) => {
    const ordinary = await testDatabase(t);
    const early = await testDatabase(t);
    const watch = watchPoints(t);
    const pages = [
      records(0, 300),
      records(300, 300, (id) => ({ late: id, list: [id] })),
      records(600, 300, () => ({ later: "2024-01-01T00:00:00Z", late: "text" })),
    ];
    const extra: PagedResource = { name: "other", hints: { writeDisposition: { disposition: "replace" } }, pages };
    // Declared first, read last, and into the same table: it narrows a column that has rows.
    const hinted: PagedResource = {
      name: "again",
      hints: {
        tableName: "items",
        writeDisposition: { disposition: "append" },
        columns: { text: { data_type: "text", precision: 2000 } },
      },
      pages: [records(2000, 300)],
    };
    const resources = [items("append", pages), extra, hinted];
    const gate: Gate = (count) => watch.reached(`load:early:${count}`);
    const declared = (read: Source): Source => ({ ...read, resources: [...read.resources].reverse() });
    const done = await load(early, { source: declared(pagedSource("early", resources, gate, { cursor: 1 })) });
    assert.deepEqual(done.messages, []);
    const sql = "SELECT character_maximum_length::text AS n FROM information_schema.columns WHERE column_name = 'text'";
    assert.ok((await early.query(`${sql} AND table_name = 'items'`))[0]?.n === "2000");
    await load(ordinary, { source: declared(pagedSource("early", resources, open, { cursor: 1 })), early: NEVER });
    assert.deepEqual(await dump(early), await dump(ordinary));
  });

  test("a column for a table that is there gives it up", async (t) => {
    const ordinary = await testDatabase(t);
    const early = await testDatabase(t);
    const watch = watchPoints(t);
    const second = [records(300, 100), records(400, 100, (id) => ({ late: id })), records(500, 100)];
    for (const db of [early, ordinary]) await load(db, { source: source("append", [records(0, 100)]), early: NEVER });
    const gate: Gate = (count) => (count === 1 ? watch.reached("load:early:1") : sleep(100));
    const done = await load(early, { source: source("append", second, gate, 2) });
    await load(ordinary, { source: source("append", second, open, 2), early: NEVER });
    assert.match(done.messages.join("\n"), /early load given up: table items needs another column/);
    assert.deepEqual(await dump(early), await dump(ordinary));
  });

  test("a source that fails leaves nothing", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const gate: Gate = async (count) => {
      await watch.reached("load:early:1");
      if (count === 2) throw new Error("the source has gone");
    };
    const pages = [records(0, 100), records(100, 100), records(200, 100)];
    const failed = await runEarly({ url: db.url, source: source("append", pages, gate) });
    assert.match(String(failed.error), /the source has gone/);
    assert.deepEqual(await tableNames(db), []);
    assert.deepEqual(await db.query("SELECT nspname FROM pg_namespace WHERE nspname = 'early'"), []);
    assert.equal((await load(db, { source: source("append", pages) })).trace.packages.length, 1);
    assert.equal((await db.query("SELECT * FROM early.items")).length, 300);

    watch.points.length = 0;
    const before = await dump(db);
    assert.match(String((await runEarly({ url: db.url, source: source("append", pages, gate, 2) })).error), /has gone/);
    assert.ok(watch.points.includes("load:early:1"));
    assert.deepEqual(await dump(db), before);
  });

  test("a source that stalls or is slow gives it up, and the locks with it", async (t) => {
    for (const [rules, reason] of [
      [{ stall: 200 }, /no rows arrive/],
      [{ stall: 1000, window: 300, rowsPerSecond: 1_000_000 }, /rows arrive slowly/],
    ] as const) {
      const db = await testDatabase(t);
      const watch = watchPoints(t);
      const pages = [records(0, 100), records(100, 100)];
      const gate: Gate = async () => {
        await watch.reached("load:early:1");
        for (let waits = 0; (await locks(db)) > 0; waits++) {
          assert.ok(waits < 100, "the locks are given back");
          await sleep(50);
        }
      };
      const done = await load(db, { source: source("append", pages, gate), early: rules });
      assert.match(done.messages.join("\n"), reason);
      assert.equal((await db.query("SELECT * FROM early.items")).length, 200);
    }
  });

  test("a cancelled run rolls back at once", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const abort = new AbortController();
    const gate: Gate = async (_, signal) => {
      await watch.reached("load:early:1");
      abort.abort(new Error("stop"));
      signal.throwIfAborted();
    };
    const begin = performance.now();
    const { error } = await runEarly({
      url: db.url,
      source: source("append", [records(0, 100), records(100, 100)], gate),
      signal: abort.signal,
    });
    assert.match(String(error), /cancelled|stop/);
    assert.ok(performance.now() - begin < 5000);
    assert.deepEqual(await tableNames(db), []);
    assert.equal(await locks(db), 0);
  });

  test("a broken connection is no fault of the run", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const gate: Gate = async () => {
      await watch.reached("load:early:1");
      await db.query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()",
      );
    };
    const done = await load(db, { source: source("append", [records(0, 100), records(100, 100)], gate) });
    assert.match(done.messages.join("\n"), /early load given up/);
    assert.equal((await db.query("SELECT * FROM early.items")).length, 200);
    assert.equal((await db.query("SELECT * FROM early.items__tags")).length, 400);
  });

  for (const when of ["before", "after"] as const) {
    test(`a COMMIT that is cut ${when} it arrives: every row once`, async (t) => {
      const db = await testDatabase(t);
      const proxy = await startWireProxy(db.port);
      t.after(() => proxy.close());
      const url = new URL(db.url);
      url.port = String(proxy.port);
      url.hostname = "127.0.0.1";
      const watch = watchPoints(t);
      const gate: Gate = async () => {
        await watch.reached("load:early:1");
        proxy.cut("COMMIT\0", when);
      };
      const pages = [records(0, 100), records(100, 100)];
      const done = await runEarly({ url: url.href, source: source("append", pages, gate) });
      assert.equal(done.error, undefined);
      assert.equal(proxy.cuts, 1);
      assert.match(done.messages.join("\n"), /early load given up: could not commit/);
      assert.equal((await db.query("SELECT * FROM early.items")).length, 200);
      assert.equal((await db.query("SELECT * FROM early._dlt_loads")).length, 1);
      assert.equal((await db.query("SELECT * FROM early._dlt_pipeline_state")).length, 1);
    });
  }

  test("rows that the ordinary way refuses are refused by it", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const gate: Gate = () => watch.reached("load:early:1");
    const hints = { columns: { x: { data_type: "bigint", unique: true } } };
    const twice = [records(0, 100, () => ({ x: 1 })), records(100, 100, () => ({ x: 1 }))];
    const failed = await runEarly({
      url: db.url,
      source: pagedSource("early", [{ name: "items", hints, pages: twice }], gate),
    });
    assert.equal(failed.error instanceof SluiceError && failed.error.code, "E_DEST_DATA");
    assert.match(failed.messages.join("\n"), /early load given up/);
    assert.deepEqual(await tableNames(db), []);
  });

  test("a column that must not be null and comes late", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const gate: Gate = (count) => (count === 1 ? watch.reached("load:early:1") : sleep(100));
    const pages = [records(0, 300), records(300, 600, (id) => ({ must: id })), records(900, 100)];
    const source = pagedSource(
      "early",
      [{ name: "items", hints: { columns: { must: { nullable: false } } }, pages }],
      gate,
    );
    const failed = await runEarly({ url: db.url, source });
    assert.ok(failed.error instanceof SluiceError);
    assert.match(failed.messages.join("\n"), /the columns of table items have changed/);
    assert.deepEqual(await tableNames(db), []);
  });

  test("a rolled-back early load leaves no dead rows behind", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    await load(db, { source: source("append", [records(0, 100)]), early: NEVER });
    const gate: Gate = async (count) => {
      await watch.reached(`load:early:${count}`);
      if (count === 3) throw new Error("the source has gone");
    };
    const pages = [0, 1, 2, 3].map((page) => records(page * 1000, 1000));
    assert.match(String((await runEarly({ url: db.url, source: source("append", pages, gate, 2) })).error), /gone/);
    assert.equal((await db.query("SELECT * FROM early.items")).length, 100);
    const found = await db.query("SELECT vacuum_count::text AS n FROM pg_stat_user_tables WHERE relname = 'items'");
    assert.equal(found[0]?.n, "1");
  });

  test("killed in the middle: untouched, and the next run has every row once", async (t) => {
    for (const fault of ["load:early:1:kill", "load:early:3:kill"]) {
      const db = await testDatabase(t);
      const work = await tempFolder(t);
      const child = (name: string) =>
        run(process.execPath, [CHILD, db.url, work], { env: { ...process.env, SLUICE_FAULT: name } });
      await assert.rejects(child(fault), { signal: "SIGKILL" });
      assert.deepEqual(await tableNames(db), [], fault);
      assert.equal((await child("none:throw")).stdout, "done\n");
      assert.equal((await db.query("SELECT DISTINCT id FROM early.items")).length, 1000);
      assert.equal((await db.query("SELECT * FROM early.items__tags")).length, 2000);
      assert.equal(await strays(db, "items", "items__tags"), 0);
      // The same over rows that are there.
      const before = await dump(db);
      await assert.rejects(child(fault), { signal: "SIGKILL" });
      assert.deepEqual(await dump(db), before, fault);
    }
  });

  test("a reader sees nothing before the commit and does not wait", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    await load(db, { source: source("merge", [records(0, 100)]), early: NEVER });
    const seen = new Set<number>();
    let longest = 0;
    const gate: Gate = async (count) => {
      await watch.reached(`load:early:${count}`);
      const begin = performance.now();
      seen.add((await db.query("SELECT * FROM early.items")).length);
      longest = Math.max(longest, performance.now() - begin);
    };
    await load(db, { source: source("merge", [records(0, 100), records(100, 100), records(200, 50)], gate, 2) });
    assert.deepEqual([...seen], [100]);
    assert.ok(longest < 1000);
    assert.equal((await db.query("SELECT * FROM early.items")).length, 250);
  });

  test("two pipelines of a dataset: one begins early, the other does not wait for it", async (t) => {
    const db = await testDatabase(t);
    const watch = watchPoints(t);
    const other: PagedResource = {
      name: "other",
      hints: { writeDisposition: { disposition: "append" } },
      pages: [records(0, 100)],
    };
    let second: ReturnType<typeof runEarly> | undefined;
    const gate: Gate = async () => {
      await watch.reached("load:early:1");
      // Its own early load finds the dataset locked; its load makes the first one yield.
      second ??= runEarly({
        url: db.url,
        source: pagedSource("second", [other], open, { cursor: 1 }),
        pipeline: "second",
      });
      await Promise.race([second, sleep(300)]);
    };
    const pages = Array.from({ length: 12 }, (_, page) => records(page * 100, 100));
    const first = await runEarly({
      url: db.url,
      source: source("append", pages, gate),
      postgres: { early: { lockWait: 100, batchBytes: 1, yieldAfter: 500 } },
    });
    const done = await second;
    assert.equal(first.error, undefined);
    assert.equal(done?.error, undefined);
    assert.match(first.messages.join("\n"), /another session waits/);
    assert.match(done?.messages.join("\n") ?? "", /no early load/);
    assert.equal((await db.query("SELECT * FROM early.items")).length, 1200);
    assert.equal((await db.query("SELECT * FROM early.other")).length, 100);
    assert.equal((await db.query("SELECT * FROM early._dlt_loads")).length, 2);
  });
});

/** Advisory locks of this database. */
async function locks(db: TestDatabase): Promise<number> {
  const sql =
    "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = $1";
  return (await db.query(sql, [db.name])).length;
}
