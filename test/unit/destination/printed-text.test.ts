/** What `sluice normalize` prints is what a real PostgreSQL prints for the same text, on values of all kinds. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { parseJson } from "../../../src/core/json-reader.ts";
import { printDouble, printedText, printJsonb } from "../../../src/destination/postgres/printed-text.ts";
import { columnType } from "../../../src/destination/postgres/sql/column-type.ts";
import type { Column } from "../../../src/schema/table.ts";
import { type TestDatabase, testDatabase } from "../../support/postgres.ts";

let database: TestDatabase;
const ends: (() => Promise<void>)[] = [];
before(async () => {
  database = await testDatabase({ after: (end) => void ends.push(end) });
});
after(async () => {
  for (const end of ends) await end();
});

function columnOf(hints: Partial<Column>): Column {
  return { name: "c", nullable: true, extra: {}, ...hints };
}

/** All texts through the type of a column, in one statement. */
async function printedByServer(column: Column, texts: readonly string[]): Promise<readonly (string | null)[]> {
  const rows = await database.query(
    `SELECT (v::${columnType(column)})::text AS printed FROM unnest($1::text[]) WITH ORDINALITY AS u(v, n) ORDER BY n`,
    [texts],
  );
  return rows.map(({ printed }) => printed ?? null);
}

async function assertPrinted(hints: Partial<Column>, texts: readonly string[]): Promise<void> {
  const column = columnOf(hints);
  const server = await printedByServer(column, texts);
  for (const [index, text] of texts.entries()) {
    assert.equal(printedText(column, text), server[index], `${columnType(column)} of ${text}`);
  }
}

const INSTANTS = [
  "2024-01-02T03:04:05.678901+00:00",
  "2024-01-02T03:04:05+00:00",
  "1970-01-01T00:00:00.5+00:00",
  "1999-12-31T23:59:59.999999+00:00",
  "0001-01-01T00:00:00+00:00",
  "9999-12-31T23:59:59.9995+00:00",
  "2024-02-29T12:00:00.100000+00:00",
  "1969-12-31T23:59:59.4995+00:00",
];

test("timestamps with and without zone, at every precision", async () => {
  await assertPrinted({ dataType: "timestamp" }, INSTANTS);
  const bare = INSTANTS.map((text) => text.replace("+00:00", ""));
  await assertPrinted({ dataType: "timestamp", timezone: false }, bare);
  for (const precision of [0, 1, 3, 6]) {
    await assertPrinted({ dataType: "timestamp", precision }, INSTANTS);
  }
});

test("dates and times", async () => {
  await assertPrinted({ dataType: "date" }, ["2024-02-29", "0001-01-01", "9999-12-31"]);
  await assertPrinted({ dataType: "time" }, ["00:00:00", "23:59:59.999999", "12:30:00.5", "01:02:03.000001"]);
  for (const precision of [0, 3]) {
    await assertPrinted({ dataType: "time", precision }, ["00:00:00", "23:59:58.4999", "12:30:00.5", "01:02:03.0005"]);
  }
});

test("decimals and wei, rounded as numeric(p, s) rounds", async () => {
  const texts = ["0", "-0", "1", "-1.5", "0.0000000005", "0.00000000049", "-0.0000000005", "123456789012345678901.25"];
  await assertPrinted({ dataType: "decimal" }, [...texts, "1e3", "1.10", "1E-9", "-2.5e-10"]);
  await assertPrinted({ dataType: "decimal", precision: 12, scale: 2 }, ["1.005", "1.004999", "-1.005", "9.995", "7"]);
  await assertPrinted({ dataType: "decimal", precision: 10, scale: 0 }, ["0.5", "1.5", "-0.4", "99"]);
  await assertPrinted({ dataType: "wei" }, [
    "1",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935",
  ]);
});

test("bool, bigint, text and bytes", async () => {
  await assertPrinted({ dataType: "bool" }, ["t", "f"]);
  await assertPrinted({ dataType: "bigint" }, ["9223372036854775807", "-9223372036854775808", "0"]);
  await assertPrinted({ dataType: "text" }, ["", " ", "a\tb\nc\r\\", '"', "\u{1f600}\u2028", "null"]);
  await assertPrinted({ dataType: "binary" }, ["\\x", "\\x00ff", "\\xdeadbeef"]);
});

test("any double", async () => {
  const doubles = [
    ...fc.sample(fc.double(), { numRuns: 2000, seed: 1 }),
    // Midpoints between doubles: JavaScript reads and prints them, the server does not print them.
    ...fc.sample(fc.double({ min: 2 ** 53, max: 1e25, noNaN: true }), { numRuns: 2000, seed: 1 }),
    -42573853460860740,
    9007199254740994,
    ...[1e15, 1e14, 123456789012345680, 999999999999999.9, 1e-4, 0.00009999, 5e-324, 1.7976931348623157e308, -0, 0.1],
  ];
  const texts = doubles.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
  const server = await printedByServer(columnOf({ dataType: "double" }), texts);
  for (const [index, value] of doubles.entries()) assert.equal(printDouble(value), server[index], texts[index]);
});

test("any JSON document", async () => {
  // PostgreSQL's jsonb can hold neither NUL nor lone surrogates; the load replaces them before.
  const documents = fc
    .sample(fc.json({ maxDepth: 4 }), { numRuns: 700, seed: 1 })
    .filter((text) => !/\\u0000|\\ud[89a-f]/i.test(text));
  const numbers = ["1.10", "1e3", "-0", "-0.0", "1E-7", "0.1e-3", "9007199254740993", "12345678901234567890.5", "1e20"];
  const texts = [
    ...documents,
    ...numbers,
    '{"b":1,"a":2,"aa":3,"é":4,"b":5}',
    '{"":{"z":[],"y":{}}}',
    '"\\u007f\\b\\f\\n\\r\\t\\u0001\\/"',
    '{"10":1,"9":2,"2":3}',
  ];
  const server = await printedByServer(columnOf({ dataType: "json" }), texts);
  for (const [index, text] of texts.entries()) {
    assert.equal(printJsonb(parseJson(text, { keepLexemes: true })), server[index], text);
  }
});
