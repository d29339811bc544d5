/** Random records through normalize, COPY and PostgreSQL: what is read back is what a plain model of the rules says. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isJsonArray, isJsonObject, type JsonValue, keysOf } from "../../src/core/json.ts";
import { asNumber } from "../../src/core/json-number.ts";
import { parseJson } from "../../src/core/json-reader.ts";
import { quoteIdent } from "../../src/destination/postgres/sql/identifier.ts";
import { quoteLiteral } from "../../src/destination/postgres/sql/literal.ts";
import { documentsPipeline } from "../support/documents-pipeline.ts";
import { resourceHints } from "../support/normalize.ts";
import type { TestDatabase } from "../support/postgres.ts";

const HARD = [
  "\u0000",
  "\\",
  "\t",
  "\n",
  "\r",
  "\b",
  "\\N",
  "\\.",
  "'",
  '"',
  "\ud800",
  "\udc00",
  "🙂",
  "é",
  "\u2028",
  "\u007f",
  " ",
  "a",
];
const hardText = fc.oneof(
  fc.array(fc.constantFrom(...HARD), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);
const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    hardText,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z"\\ é]{1,4}$/), tie("value"), { maxKeys: 3 }),
  ),
})).value;

const record = fc.record(
  {
    text: fc.option(hardText),
    big: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    double: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    flag: fc.option(fc.boolean()),
    doc: fc.oneof(fc.array(json, { maxLength: 3 }), fc.dictionary(fc.constantFrom("a", "b"), json)),
    list: fc.array(
      hardText.map((text) => `x${text}`),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: [] },
);
type Row = typeof record extends fc.Arbitrary<infer T> ? T : never;

const hints = resourceHints({
  columns: {
    text: { name: "text", data_type: "text" },
    big: { name: "big", data_type: "bigint" },
    double: { name: "double", data_type: "double" },
    flag: { name: "flag", data_type: "bool" },
    doc: { name: "doc", data_type: "json" },
    id: { name: "id", data_type: "bigint" },
  },
});

/** The rules for text: NUL goes, lone surrogates become U+FFFD. */
const stored = (text: string) => text.replaceAll("\0", "").toWellFormed();

function storedDeep(value: unknown): unknown {
  if (typeof value === "string") return stored(value);
  if (Array.isArray(value)) return value.map(storedDeep);
  if (value === null || typeof value !== "object") return value === 0 ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, storedDeep(item)]));
}

/** JSON text with integers of any size. */
function jsonOf(rows: readonly Row[], from: number): string {
  const texts = rows.map(({ big, ...row }, index) => {
    const members = Object.entries({ id: from + index, ...row }).map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return `{${[...members, ...(big === undefined ? [] : [`"big":${big}`])].join(",")}}`;
  });
  return `[${texts.join(",")}]`;
}

export interface FuzzParameters {
  readonly seed: number;
  readonly numRuns: number;
}

export async function roundTrip(database: TestDatabase, parameters: FuzzParameters): Promise<void> {
  const pipeline = await documentsPipeline({ url: database.url, dataset: "fuzz", resource: "r" });
  let next = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 25 }), async (rows) => {
        const from = next;
        next += rows.length;
        const { error } = await pipeline.run(parseJson(jsonOf(rows, from)) as readonly JsonValue[], hints);
        if (error !== undefined) throw error;
        const table = await database.query("SELECT * FROM fuzz.r WHERE id >= $1 ORDER BY id", [from]);
        assert.equal(table.length, rows.length);
        // The nested table is there when a list has had an item.
        const [nested] = await database.query("SELECT to_regclass('fuzz.r__list') AS name");
        const items =
          nested?.name === null
            ? []
            : await database.query(
                "SELECT p.id, c.value FROM fuzz.r__list c JOIN fuzz.r p ON p._dlt_id = c._dlt_parent_id WHERE p.id >= $1 ORDER BY p.id, c._dlt_list_idx",
                [from],
              );
        for (const [index, row] of rows.entries()) {
          const found = table[index];
          assert.ok(found !== undefined);
          assert.equal(found.text, row.text === undefined || row.text === null ? null : stored(row.text));
          assert.equal(found.big, row.big === undefined || row.big === null ? null : String(row.big));
          assert.equal(
            found.double === null ? null : Number(found.double),
            row.double === undefined || row.double === null ? null : row.double === 0 ? 0 : row.double,
          );
          assert.equal(found.flag, row.flag === undefined || row.flag === null ? null : row.flag ? "t" : "f");
          assert.deepEqual(
            found.doc === null || found.doc === undefined ? undefined : plain(parseJson(found.doc)),
            row.doc === undefined ? undefined : { ...wrap(storedDeep(row.doc)) }.value,
          );
          const values = items.filter(({ id }) => id === String(from + index)).map(({ value }) => value);
          assert.deepEqual(values, (row.list ?? []).map(stored));
        }
      }),
      { ...parameters, endOnFailure: true },
    );
  } finally {
    await pipeline.close();
  }
}

const wrap = (value: unknown) => ({ value: plain(parseJson(JSON.stringify(value))) });

/** Numbers of whatever form as doubles. `JSON.parse` mistakes keys, see `src/core/json-scan.ts`. */
function plain(value: JsonValue): unknown {
  const number = asNumber(value);
  if (number !== undefined) return number;
  if (isJsonArray(value)) return value.map(plain);
  return isJsonObject(value) ? Object.fromEntries(keysOf(value).map((key) => [key, plain(value[key] ?? null)])) : value;
}

/** Names and constants of any characters are one token to the server, and come back as they went. */
export async function quotingOnServer(database: TestDatabase, parameters: FuzzParameters): Promise<void> {
  const text = fc
    .array(fc.constantFrom('"', "'", "\\", ";", "--", "/*", "$$", "\n", "E'", "é", "a"), {
      minLength: 1,
      maxLength: 20,
    })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(text, text, async (name, value) => {
      for (const setting of ["on", "off"]) {
        await database.query(`SET standard_conforming_strings = ${setting}`);
        const rows = await database.query(`SELECT ${quoteLiteral(value)} AS ${quoteIdent(name)}`);
        assert.deepEqual(rows, [{ [name]: value }]);
      }
    }),
    parameters,
  );
}
