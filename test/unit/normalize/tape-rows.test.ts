import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DataError } from "../../../src/core/errors.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import { decodeUtf8, parseJson } from "../../../src/core/json-reader.ts";
import { scanList } from "../../../src/core/json-tape.ts";
import type { ResourceHints } from "../../../src/core/source.ts";
import { WarningLog } from "../../../src/core/warnings.ts";
import { copyText } from "../../../src/destination/postgres/copy-text.ts";
import type { DataRules } from "../../../src/normalize/data-rules.ts";
import { createNormalizer } from "../../../src/normalize/normalizer.ts";
import { createSchema } from "../../../src/schema/schema.ts";
import { storedSchema } from "../../../src/schema/stored.ts";
import { countingRandom, resourceHints } from "../../support/normalize.ts";

/** What a normalizer makes of pages: bytes by table and column list, schema, warnings, or its error. */
function outcome(
  pages: readonly Buffer[],
  way: "values" | "tape",
  hints?: Partial<ResourceHints>,
  nesting?: number,
  data: Partial<DataRules> = {},
) {
  const schema = createSchema("test");
  const log = new WarningLog();
  const normalizer = createNormalizer({
    schema,
    loadId: "1795476330.5",
    resources: [
      { name: "t", hints: resourceHints({ ...hints, ...(nesting === undefined ? {} : { maxTableNesting: nesting }) }) },
    ],
    encoder: copyText,
    random: countingRandom(),
    warn: log.warn,
    limits: { maxValueBytes: 200 },
    data,
  });
  const files = new Map<string, Buffer[]>();
  const collect = (chunks: ReturnType<typeof normalizer.finish>) => {
    for (const chunk of chunks) {
      const key = `${chunk.table}(${chunk.columns.join()})`;
      files.set(key, [...(files.get(key) ?? []), Buffer.from(chunk.bytes)]);
    }
  };
  try {
    for (const page of pages) {
      const tape = way === "tape" ? scanList(page) : undefined;
      const read = (): readonly JsonValue[] => parseJson(decodeUtf8(page)) as readonly JsonValue[];
      collect(
        normalizer.page({
          resource: "t",
          get records() {
            return read();
          },
          ...(tape === undefined ? {} : { tape }),
          bytes: page.length,
        }),
      );
    }
    collect(normalizer.finish());
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { error: error.message };
  }
  return {
    files: Object.fromEntries([...files].map(([key, parts]) => [key, Buffer.concat(parts).toString()])),
    schema: storedSchema(schema),
    warnings: log.all,
  };
}

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    "\\N",
    "\\",
    'a"b\\n\n\r\t\b\f/',
    "данные 🦉",
    "\0",
    "a\ud800",
    "٢٠٢٤-01-01",
    "x".repeat(120),
    "é".repeat(110),
  ),
  fc.constantFrom(
    "2024-01-02T03:04:05Z",
    "2024-02-29T03:04:05.678Z",
    "2023-02-29T03:04:05Z",
    "2024-01-02 03:04:05.1234567Z",
  ),
  fc.constantFrom(
    "2024-01-02T03:04:05+02:00",
    "0000-01-01T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-01-02",
    "true",
    "12",
    "1.5",
    "[1]",
  ),
);
/** A string as JSON text, with more escapes than needed now and then. */
const string = fc.tuple(text, fc.integer({ min: 0, max: 9 })).map(([value, style]) => {
  const plain = JSON.stringify(value);
  if (style === 0) return plain.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (style === 1) return plain.replaceAll("/", "\\/");
  return plain;
});
const number = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom(
    "0",
    "-0",
    "1.0",
    "-1.50",
    "0.5",
    "0.05",
    "1e3",
    "1.5E-3",
    "123456789012345",
    "1234567890123456",
    "9007199254740993",
    "9223372036854775808",
    "-123456789012345678901234567890",
    "1e400",
    "0.1234567890123456",
    "-12345678901234.5",
    "1e22",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: string },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom("true", "false", "null", "null") },
);
const key = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("a", "b", "c", "id", "list", "o") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("A", "a__b", "ключ", "camelCase", "2", "10", "b c", "__proto__", "value", "o__a"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("_dlt_id", "_dlt_load_id", "_dlt_parent_id", "_dlt_list_idx", 'q"', "x\\u0061", "tab\t"),
  },
);
const blank = fc.constantFrom("", "", "", " ", "\n  ", "\t\r\n");
const { record } = fc.letrec<{ value: string; list: string; record: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 2, arbitrary: tie("record") },
    { weight: 2, arbitrary: tie("list") },
  ),
  list: fc
    .tuple(
      blank,
      fc.array(fc.oneof({ weight: 1, arbitrary: tie("value") }, { weight: 2, arbitrary: tie("record") }), {
        maxLength: 3,
      }),
    )
    .map(([space, items]) => `[${space}${items.join(`${space},`)}]`),
  record: fc
    .tuple(blank, fc.array(fc.tuple(key, tie("value")), { maxLength: 6 }))
    .map(
      ([space, members]) =>
        `{${space}${members.map(([name, value]) => `${space}${JSON.stringify(name)}${space}:${space}${value}`).join(`${space},`)}${space}}`,
    ),
}));
/** Few shapes, often repeated, so that most records find their plan made. */
const page = fc
  .tuple(
    blank,
    fc.array(fc.oneof({ weight: 20, arbitrary: record }, { weight: 1, arbitrary: scalar }), { maxLength: 6 }),
  )
  .map(([space, records]) => Buffer.from(`${space}[${records.concat(records).join(",")}]${space}`));

const KEYED: readonly (Partial<ResourceHints> | undefined)[] = [
  undefined,
  { schemaContract: { tables: "evolve", columns: "discard_row", data_type: "discard_row" } },
  { schemaContract: { columns: "discard_value", data_type: "discard_value" } },
  { schemaContract: { columns: "freeze" } },
  { schemaContract: { data_type: "freeze" } },
  { schemaContract: { data_type: "discard_row" }, columns: { a: { data_type: "bigint" }, b: { nullable: false } } },
  { writeDisposition: { disposition: "merge" }, primaryKey: ["id"] },
  { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: ["id"] },
  { writeDisposition: { disposition: "merge", strategy: "insert-only" }, primaryKey: ["a", "id"] },
  { writeDisposition: { disposition: "merge", strategy: "scd2" } },
  { writeDisposition: { disposition: "merge", strategy: "scd2", rowVersionColumn: "b" } },
  {
    columns: {
      a: { name: "a", data_type: "json" },
      b: { name: "b", data_type: "double" },
      c: { name: "c", data_type: "timestamp" },
    },
  },
  {
    columns: {
      a: { name: "a", data_type: "text", precision: 3 },
      b: { name: "b", nullable: false, data_type: "bigint" },
    },
  },
];

/** All rules about single values, each in each of its ways. */
const RULES = fc.record({
  onNullKey: fc.constantFrom("fail", "skip"),
  onBigInteger: fc.constantFrom("refuse", "numeric", "text"),
  reservedFields: fc.constantFrom("keep", "regenerate"),
  refuseSurrogates: fc.boolean(),
} as const);

test("rows from tokens are the rows from values, with schema, warnings and errors", () => {
  let copied = 0;
  fc.assert(
    fc.property(
      fc.array(page, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...KEYED),
      fc.constantFrom(undefined, 0, 1),
      fc.oneof(fc.constant({}), RULES),
      (pages, hints, nesting, data) => {
        if (pages.every((one) => scanList(one) !== undefined)) copied += 1;
        assert.deepEqual(outcome(pages, "tape", hints, nesting, data), outcome(pages, "values", hints, nesting, data));
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(copied > 1000, `only ${copied} runs were of tokens`);
});

test("lists of one table, under two keys of a record, are one list", () => {
  const pages = ['[{"x":[1]},{"x":[1],"X":[2,3]},{"X":[4],"x":[]}]'].map((text) => Buffer.from(text));
  assert.deepEqual(outcome(pages, "tape"), outcome(pages, "values"));
});

test("keys that share a list are told of, whichever made the list known", () => {
  const pages = ['[{"a":[],"a":0},{"A":[true],"a":[]}]'].map((text) => Buffer.from(text));
  const ways = (["tape", "values"] as const).map((way) => outcome(pages, way));
  assert.deepEqual(ways[0], ways[1]);
  assert.deepEqual(
    ways[0]?.warnings?.map((warning) => [warning.code, warning.detail]),
    [["W_NAME_COLLISION", "A and a"]],
  );
});

test("a page that was copied is never read as values", () => {
  const normalizer = createNormalizer({
    schema: createSchema("test"),
    loadId: "1.1",
    resources: [{ name: "t", hints: resourceHints() }],
    encoder: copyText,
    random: countingRandom(),
    warn: () => {},
  });
  const tape = scanList(Buffer.from('[{"a":1,"tags":["x"]},{"a":2,"tags":["\\n","y"]}]'));
  assert.ok(tape !== undefined);
  const records = (): never => assert.fail("records were asked for");
  normalizer.page({
    resource: "t",
    get records() {
      return records();
    },
    tape,
    bytes: 0,
  });
  const chunks = normalizer.finish();
  assert.deepEqual(
    chunks.map((chunk) => [chunk.table, chunk.rows]),
    [
      ["t", 2],
      ["t__tags", 3],
    ],
  );
});
