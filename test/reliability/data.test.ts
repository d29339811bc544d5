/** Fault matrix 4.4: what a source can put into a body, from the socket to what PostgreSQL gives back. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { harness } from "./harness.ts";

const merge = { primary_key: "id", write_disposition: "merge" };

test("61: U+0000 in text, in a list and in a JSON column is removed and counted by column", async (t) => {
  const { load, database } = await harness(t);
  const body = String.raw`[{"id":1,"a":"x\u0000y","l":["p\u0000q"],"j":{"k":"u\u0000v"}}]`;
  const { error, warnings } = await load(body, { columns: { j: { data_type: "json" } } });
  assert.equal(error, undefined);
  assert.deepEqual(await database.query("SELECT a, j->>'k' AS k FROM d.t"), [{ a: "xy", k: "uv" }]);
  assert.deepEqual(await database.query("SELECT value FROM d.t__l"), [{ value: "pq" }]);
  const counted = warnings.filter(({ code }) => code === "W_NUL_REMOVED").map(({ subject, count }) => [subject, count]);
  assert.equal(counted.length, 3);
  assert.ok(counted.every(([, count]) => count === 1));
});

test("62, 73, 74: keys of quotes, NUL, blanks, symbols, emoji, SQL; nothing of them is run", async (t) => {
  const { load, database } = await harness(t);
  await database.query("CREATE TABLE public.victim (x int)");
  const evil = `x"; DROP TABLE public.victim; --`;
  const keys = [`a"b`, "a\u0000c", " ", "", "!!!", "🙂", "漢字", evil, "'; DROP TABLE public.victim; --"];
  const record = Object.fromEntries(keys.map((key, index) => [key, `${evil}${index}`]));
  const { error } = await load(JSON.stringify([{ ...record, list: [{ [evil]: evil }] }]), { table_name: evil });
  assert.equal(error, undefined, error?.message);
  assert.equal((await database.query("SELECT count(*) AS n FROM public.victim"))[0]?.n, "0");
  const columns = await database.query(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'd' AND table_name LIKE 'x%'",
  );
  const root = columns.map(({ table_name }) => table_name).sort()[0] ?? "";
  for (const { table_name: table, column_name: column } of columns) {
    assert.match(`${table} ${column}`, /^[a-z0-9_ ]+$/);
    if (column?.startsWith("_dlt")) continue;
    const [row] = await database.query(`SELECT "${column}"::text AS v FROM d."${table}"`);
    assert.ok(row?.v?.startsWith(evil), `${column}: ${row?.v}`);
  }
  assert.ok(columns.filter(({ table_name }) => table_name === root).length >= 5);
});

test("63: a lone surrogate becomes U+FFFD, in text and in JSON, and is counted", async (t) => {
  const { load, database } = await harness(t);
  const { error, warnings } = await load(String.raw`[{"id":1,"a":"x\ud800y","j":{"k":"\udc00"}}]`, {
    columns: { j: { data_type: "json" } },
  });
  assert.equal(error, undefined);
  assert.deepEqual(await database.query("SELECT a, j->>'k' AS k FROM d.t"), [{ a: "x\ufffdy", k: "\ufffd" }]);
  assert.equal(warnings.filter(({ code }) => code === "W_SURROGATE_REPLACED").length, 2);
});

test("63: in strict a lone surrogate ends the run with its address, and nothing is written", async (t) => {
  const { load, schemas } = await harness(t, { data: { refuseSurrogates: true } });
  for (const body of [
    String.raw`[{"id":1},{"id":2,"a":"x\ud800y"}]`,
    String.raw`[{"id":1},{"id":2,"a":{"k":"\udc00"}}]`,
  ]) {
    const { error } = await load(body, { columns: { a: { data_type: body.includes("k") ? "json" : "text" } } });
    assert.equal(error?.code, "E_DATA_VALUE", body);
    assert.match(error.message, /lone surrogate .*table t, column a, record 2/);
  }
  assert.deepEqual(await schemas(), []);
});

test("64, 65: integers between 2^53 and 2^63 are exact everywhere, larger ones are refused, never rounded", async (t) => {
  const { load, database, schemas } = await harness(t);
  const refused = await load(`[{"id":123456789012345678901234567890}]`);
  assert.equal(refused.error?.code, "E_DATA_VALUE");
  assert.deepEqual(await schemas(), []);
  const body = (n: string) => `[{"id":${n},"n":${n},"at":${n},"j":{"k":[${n}]}}]`;
  const resource = {
    ...merge,
    columns: { j: { data_type: "json" } },
    endpoint: { incremental: { cursor_path: "at", initial_value: 0 } },
  };
  for (const n of ["9007199254740993", "9223372036854775807"]) {
    const { error } = await load(body(n), resource);
    assert.equal(error, undefined, error?.message);
    const rows = await database.query("SELECT id, n, j->'k'->>0 AS k FROM d.t WHERE id = $1", [n]);
    assert.deepEqual(rows, [{ id: n, n, k: n }]);
  }
  // The cursor stands exactly there: the same record is no news, the next integer would be.
  const again = await load(body("9223372036854775807"), resource);
  assert.equal(again.info?.trace.status, "no-new-data");
  assert.equal((await load(body("9223372036854775808"), resource)).error?.code, "E_DATA_VALUE");
});

test("65: on-big-integer: numeric keeps every digit in a numeric column, text as text; columns of 64 bits get a variant", async (t) => {
  const big = ["9223372036854775808", "-123456789012345678901234567890", "7".repeat(78)];
  const body = `[${big.map((n, at) => `{"at":${at},"new":${n},"small":${n},"d":${n},"j":{"k":[${n}]}}`).join(",")}]`;
  const columns = { small: { data_type: "bigint" }, d: { data_type: "double" }, j: { data_type: "json" } };
  for (const [rule, type, suffix] of [
    ["numeric", "numeric", "wei"],
    ["text", "character varying", "text"],
  ] as const) {
    const { load, database } = await harness(t, { data: { onBigInteger: rule } });
    for (const text of [`[{"at":9,"small":5,"d":0.5}]`, body, `[{"at":8,"new":7}]`]) {
      const { error } = await load(text, { columns });
      assert.equal(error, undefined, error?.message);
    }
    const exact = rule === "numeric" ? "trim_scale" : "";
    const rows = await database.query(
      `SELECT ${exact}(new)::text AS new, ${exact}(small__v_${suffix})::text AS small, ${exact}(d__v_${suffix})::text AS d,
        j->'k'->>0 AS j FROM d.t WHERE at < 8 ORDER BY at`,
    );
    assert.deepEqual(
      rows,
      big.map((n) => ({ new: n, small: n, d: n, j: n })),
    );
    const [later] = await database.query(`SELECT ${exact}(new)::text AS new, small FROM d.t WHERE at = 8`);
    assert.deepEqual(later, { new: "7", small: null });
    const types = await database.query(
      "SELECT data_type FROM information_schema.columns WHERE table_schema = 'd' AND table_name = 't' AND (column_name = 'new' OR column_name LIKE '%\\_\\_v\\_%')",
    );
    assert.deepEqual(
      types.map((row) => row.data_type),
      [type, type, type],
    );
  }
});

test("65: an integer of more digits than numeric has is refused, never cut", async (t) => {
  const { load, schemas } = await harness(t, { data: { onBigInteger: "numeric" } });
  const { error } = await load(`[{"n":${"7".repeat(79)}}]`);
  assert.equal(error?.code, "E_DATA_VALUE");
  assert.match(error.message, /table t, column n, record 1.*78 digits/);
  assert.deepEqual(await schemas(), []);
});

test("66: long decimals, minus zero and numbers beyond a double", async (t) => {
  const { load, database } = await harness(t);
  const { error } = await load(`[{"a":1234567890123456.789012345,"b":-0.0,"c":-0,"d":1e-400,"e":1e308}]`);
  assert.equal(error, undefined, error?.message);
  assert.deepEqual(await database.query("SELECT a, b, c, d, e FROM d.t"), [
    { a: "1.2345678901234568e+15", b: "0", c: "0", d: "0", e: "1e+308" },
  ]);
  const overflow = await load(`[{"a":1e400}]`);
  assert.equal(overflow.error?.code, "E_DATA_VALUE", overflow.error?.message);
});

test("67: NaN and Infinity in a body are no JSON, and the message says which token", async (t) => {
  const { load, schemas } = await harness(t);
  for (const token of ["NaN", "Infinity", "-Infinity"]) {
    const { error } = await load(`[{"a":${token}}]`);
    assert.equal(error?.code, "E_SOURCE_BODY");
    assert.ok(error.message.includes(token), error.message);
  }
  assert.deepEqual(await schemas(), []);
});

test("68: of a key that stands twice in an object the last value is kept", async (t) => {
  const { load, rows } = await harness(t);
  await load(`[{"a":1,"b":{"c":1,"c":2},"a":3}]`);
  assert.deepEqual(await rows("t"), [{ a: 3, b__c: 2 }]);
});

test("69: a text of 10 MB comes back whole, one over the limit is refused, as is a document", async (t) => {
  const { load, database } = await harness(t);
  const text = "é🙂\\\t\n".repeat(1_000_000);
  const { error } = await load(JSON.stringify([{ id: 1, text }]));
  assert.equal(error, undefined, error?.message);
  const [row] = await database.query("SELECT length(text) AS n, md5(text) AS md5 FROM d.t");
  assert.deepEqual(row, { n: String([...text].length), md5: createHash("md5").update(text).digest("hex") });
  const longer = await load(JSON.stringify([{ id: 2, text: "x".repeat(34_000_000) }]));
  assert.equal(longer.error?.code, "E_LIMIT");
  const whole = JSON.stringify([{ id: 3, j: { k: "x".repeat(34_000_000) } }]);
  const document = await load(whole, { columns: { j: { data_type: "json" } } });
  assert.equal(document.error?.code, "E_LIMIT", document.error?.message);
  assert.equal((await database.query("SELECT count(*) AS n FROM d.t"))[0]?.n, "1");
});

test("70: 1 000 and 100 000 levels end in E_LIMIT or E_SOURCE_BODY, not in a full stack", async (t) => {
  const { load, schemas } = await harness(t);
  for (const depth of [1000, 100_000]) {
    for (const [open, close] of [
      [`{"a":`, "}"],
      ["[", "]"],
    ] as const) {
      const { error } = await load(`[{"x":${open.repeat(depth)}1${close.repeat(depth)}}]`);
      assert.ok(
        error?.code === "E_LIMIT" || error?.code === "E_SOURCE_BODY",
        `${depth} ${open}: ${error?.code} ${error?.message}`,
      );
      assert.ok(error.message.length < 2000);
    }
  }
  assert.deepEqual(await schemas(), []);
});

test("71: keys of JavaScript's own are ordinary columns from the socket to the table", async (t) => {
  const { load, rows } = await harness(t);
  await load(`[{"__proto__":{"polluted":1},"constructor":2,"prototype":3,"toString":4,"hasOwnProperty":5}]`);
  const [row] = await rows("t");
  assert.deepEqual(Object.values(row ?? {}).sort(), [1, 2, 3, 4, 5]);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test("72: keys that fall together: the last visited is kept in any order, with one warning a pair", async (t) => {
  const { load, rows } = await harness(t);
  const { warnings } = await load(`[{"userName":"a","user_name":"b","UserName":"c"}]`);
  assert.deepEqual(await rows("t"), [{ user_name: "c" }]);
  const collisions = warnings.filter(({ code }) => code === "W_NAME_COLLISION");
  assert.equal(collisions[0]?.count, 2);
  assert.match(String(collisions[0]?.detail), /userName.*user_name/);
});

test("75: SQL key words and system columns as fields; two rows with one given id do not wedge the pipeline", async (t) => {
  const { load, database } = await harness(t);
  const first = await load(
    `[{"_dlt_id":"same","select":1,"from":2,"user":3,"_dlt_load_id":"mine"},{"_dlt_id":"same","select":4},{"_dlt_id":7,"select":5}]`,
  );
  assert.equal(first.error, undefined, first.error?.message);
  assert.ok(first.warnings.some(({ code }) => code === "W_RESERVED_FIELD"));
  const rows = await database.query(
    `SELECT _dlt_id, "select", "from", "user", _dlt_load_id FROM d.t ORDER BY "select"`,
  );
  assert.equal(new Set(rows.map((row) => row._dlt_id)).size, 3);
  assert.deepEqual([rows[0]?._dlt_id, rows[0]?.from, rows[0]?.user], ["same", "2", "3"]);
  assert.ok(rows.every((row) => /^\d+\.\d+$/.test(row._dlt_load_id ?? "")));
  // The id stands in the table already: refused by name, and the next run goes on.
  const second = await load(`[{"_dlt_id":"same","select":6}]`);
  assert.equal(second.error?.code, "E_DEST_DATA");
  const third = await load(`[{"select":7}]`);
  assert.equal(third.error, undefined, third.error?.message);
  assert.equal((await database.query("SELECT count(*) AS n FROM d.t"))[0]?.n, "4");
});

test("75: reserved-fields: regenerate replaces given ids, so that one that is there already does no harm", async (t) => {
  const { load, database } = await harness(t, { data: { reservedFields: "regenerate" } });
  for (const n of [1, 2]) {
    const { error, warnings } = await load(`[{"_dlt_id":"same","n":${n},"l":[{"_dlt_id":"below"}]}]`);
    assert.equal(error, undefined, error?.message);
    assert.deepEqual(
      warnings.filter(({ code }) => code === "W_RESERVED_FIELD").map(({ subject, count }) => [subject, count]),
      [
        ["t._dlt_id", 1],
        ["t__l._dlt_id", 1],
      ],
    );
  }
  const ids = await database.query("SELECT _dlt_id FROM d.t UNION SELECT _dlt_id FROM d.t__l");
  assert.equal(ids.length, 4);
  assert.ok(ids.every(({ _dlt_id: id }) => id !== "same" && id !== "below"));
  const orphans = await database.query(
    "SELECT 1 AS one FROM d.t__l WHERE _dlt_parent_id NOT IN (SELECT _dlt_id FROM d.t)",
  );
  assert.deepEqual(orphans, []);
});

test("76: a field of another type each row goes to variant columns, each told of once, over several loads", async (t) => {
  const { load, database } = await harness(t);
  const body = `[{"v":1},{"v":"text"},{"v":1.5},{"v":true},{"v":{"x":1}},{"v":[1,2]},{"v":"2026-01-01T00:00:00Z"},{"v":null},{"v":"text"}]`;
  for (const [round, count] of [
    [1, 9],
    [2, 18],
  ] as const) {
    const { error, warnings } = await load(body);
    assert.equal(error, undefined, error?.message);
    assert.equal((await database.query("SELECT count(*) AS n FROM d.t"))[0]?.n, String(count));
    const variants = warnings.filter(({ code }) => code === "W_VARIANT_COLUMN");
    assert.equal(variants.length > 0, round === 1, JSON.stringify(warnings));
  }
  const [sums] = await database.query(
    `SELECT sum(v) AS v, count(v__v_text) AS text, sum(v__v_double) AS double, bool_and(v__v_bool) AS bool,
      count(*) FILTER (WHERE v__x = 1) AS x, (SELECT sum(value) FROM d.t__v) AS list FROM d.t`,
  );
  assert.deepEqual(sums, { v: "2", text: "6", double: "3", bool: "t", x: "2", list: "6" });
});

test("77: a null key names column, count and first record; nothing is written", async (t) => {
  const { load, schemas } = await harness(t);
  const { error } = await load(`[{"id":1},{"x":1},{"id":null}]`, merge);
  assert.equal(error?.code, "E_NULL_KEY");
  assert.match(error.message, /2 records of t .*column id .*record 2/);
  assert.deepEqual(await schemas(), []);
});

test("77: on-null-key: skip leaves such records out with all below them, and counts them", async (t) => {
  const { load, rows } = await harness(t, { data: { onNullKey: "skip" } });
  const resource = { primary_key: ["id", "part"], write_disposition: "merge" };
  const body = `[{"id":1,"part":1,"l":[1]},{"part":1,"l":[2]},{"id":null,"part":1,"l":[3]},{"id":2,"l":[4],"part":null},{"id":3,"part":1,"l":[5]}]`;
  for (const text of [body, `[{"id":1,"part":1,"l":[6]},{"l":[7]}]`]) {
    const { error, warnings } = await load(text, resource);
    assert.equal(error, undefined, error?.message);
    const told = warnings.filter(({ code }) => code === "W_NULL_KEY_SKIPPED");
    assert.deepEqual(
      told.map(({ subject, count }) => [subject, count]),
      text === body
        ? [
            ["t.id", 2],
            ["t.part", 1],
          ]
        : [["t.id", 1]],
    );
    assert.match(told[0]?.detail ?? "", /^first in record 2 of t$/);
  }
  assert.deepEqual(
    (await rows("t", "id")).map(({ id }) => id),
    [1, 3],
  );
  assert.deepEqual(
    (await rows("t__l", "value")).map(({ value }) => value),
    [5, 6],
  );
});

test("77: with on-null-key: skip a key that no record has is still a misspelt name", async (t) => {
  const { load, schemas } = await harness(t, { data: { onNullKey: "skip" } });
  const { error } = await load(`[{"id":1},{"id":2}]`, { primary_key: "idd", write_disposition: "merge" });
  assert.equal(error?.code, "E_NULL_KEY");
  assert.match(String(error.hint), /spelling/);
  assert.deepEqual(await schemas(), []);
});

test("78: one row for a key that arrives three times, the last received; counted", async (t) => {
  const { load, rows } = await harness(t);
  const { warnings } = await load(
    `[{"id":1,"v":1,"l":[{"n":1}]},{"id":1,"v":2,"l":[{"n":2},{"n":3}]},{"id":1,"v":3,"l":[{"n":4}]}]`,
    merge,
  );
  assert.deepEqual(await rows("t"), [{ id: 1, v: 3 }]);
  assert.deepEqual(
    (await rows("t__l")).map(({ n }) => n),
    [4],
  );
  assert.equal(warnings.find(({ code }) => code === "W_DUPLICATE_KEY")?.count, 2);
});

test("79: null items are skipped and counted, scalar items get a value column, or need their key", async (t) => {
  const { load, rows } = await harness(t);
  const body = `[{"a":1}, null, 1]`;
  const { error, warnings } = await load(body);
  assert.equal(error, undefined, error?.message);
  assert.deepEqual(
    (await rows("t", "a NULLS LAST")).map(({ a, value }) => [a, value]),
    [
      [1, null],
      [null, 1],
    ],
  );
  assert.equal(warnings.find(({ code }) => code === "W_NULL_ITEM")?.count, 1);
  assert.equal((await load(body, { name: "u", endpoint: "t", ...merge })).error?.code, "E_NULL_KEY");
});

test("31: names of 200 characters with the same beginning are distinct columns, the same in the next load", async (t) => {
  const { load, database } = await harness(t);
  const long = "x".repeat(199);
  const body = `[{"${long}a":1,"${long}b":2,"${long}list":[{"${long}a":1}]}]`;
  const names = async () =>
    database.query(
      "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'd' ORDER BY 1, 2",
    );
  assert.equal((await load(body)).error, undefined);
  const first = await names();
  assert.ok(first.every((row) => Buffer.byteLength(row.column_name ?? "") <= 63));
  assert.equal(first.filter((row) => row.table_name === "t" && row.column_name?.startsWith("xxx")).length, 2);
  assert.equal((await load(body)).error, undefined);
  assert.deepEqual(await names(), first);
});

test("31: names of 63 characters that are more bytes are found again under what the server has made of them", async (t) => {
  const { load, database } = await harness(t);
  // dlt takes the digits of all scripts for digits and keeps them: 64 bytes for the table, and for a column.
  const [table, column] = ["k".repeat(70), "n".repeat(70)];
  for (const body of [
    `[{"id":1}]`,
    `[{"id":2,"٣":{"${table}":[1],"${column}":1}}]`,
    `[{"id":3,"٣":{"${table}":[2],"${column}":2,"more":1}}]`,
  ]) {
    const { error } = await load(body);
    assert.equal(error, undefined, error?.message);
  }
  const tables = await database.query(
    "SELECT relname FROM pg_class WHERE relnamespace = 'd'::regnamespace AND relname ~ '^t_.*kkk' AND relkind = 'r'",
  );
  assert.equal(tables.length, 1);
  const [rows] = await database.query(`SELECT count(*)::text AS n FROM d."${tables[0]?.relname}"`);
  assert.equal(rows?.n, "2");
});

test("80: names that lead out of the work folder stay in it", async (t) => {
  const { load, work, database } = await harness(t);
  const outside = await readdir(join(work, ".."));
  for (const table of ["../../escape", "/etc/x", "CON", "a/b\\c", "n".repeat(300)]) {
    const { error } = await load(`[{"a":1,"../../../k":[{"b":1}]}]`, { table_name: table });
    assert.equal(error, undefined, `${table}: ${error?.message}`);
  }
  const added = (await readdir(join(work, ".."))).filter(
    (name) => !outside.includes(name) && /escape|etc|k/.test(name),
  );
  assert.deepEqual(
    added.filter((name) => !name.startsWith("sluice-")),
    [],
  );
  assert.deepEqual(await readdir(work), ["pipelines"]);
  const tables = await database.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'd'");
  assert.ok(tables.every(({ table_name: name }) => /^[a-z0-9_]{1,63}$/.test(name ?? "")));
});
