import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyHash, rowHash } from "../../../src/core/digest.ts";
import { SluiceError } from "../../../src/core/errors.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import { copyText } from "../../../src/destination/postgres/copy-text.ts";
import { createNormalizer } from "../../../src/normalize/normalizer.ts";
import { applySourceOptions } from "../../../src/schema/propagation.ts";
import { createSchema } from "../../../src/schema/schema.ts";
import type { Schema } from "../../../src/schema/table.ts";
import { schemaVersionHash } from "../../../src/schema/version-hash.ts";
import {
  columnNames,
  countingRandom,
  type NormalizeCase,
  normalizeDocuments,
  resourceHints,
} from "../../support/normalize.ts";

const read = (text: string) => parseJson(text) as JsonValue[];
const merge = { writeDisposition: { disposition: "merge" }, primaryKey: ["id"] } as const;

/** Code and context of the error that normalizing throws. */
function refusal(given: NormalizeCase): Record<string, unknown> {
  try {
    normalizeDocuments(given);
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return { code: error.code, message: error.message, ...error.context };
  }
  assert.fail("nothing was refused");
}

describe("names that fall together", () => {
  const cases: readonly [documents: string, value: string, pair: string][] = [
    ['[{"userId":1,"user_id":2,"UserID":3}]', "3", "userId and user_id, UserID and user_id"],
    ['[{"UserID":3,"user_id":2,"userId":1}]', "1", "UserID and user_id, userId and user_id"],
    ['[{"a__b":1,"a":{"b":2}}]', "2", "a.b and a__b"],
    ['[{"a":{"b":2},"a__b":1}]', "2", "a.b and a__b"],
  ];
  for (const [documents, value, pairs] of cases) {
    test(`${documents}: the last visited wins, and each pair is told of once`, () => {
      const { rows, warnings } = normalizeDocuments({ documents: [...read(documents), ...read(documents)] });
      const row = rows.get("t")?.[1] ?? {};
      assert.equal(row.user_id ?? row.a__b, value);
      assert.deepEqual(warnings.map(({ code, count }) => [code, count])[0]?.[0], "W_NAME_COLLISION");
      assert.equal(warnings[0]?.count, pairs.split(", ").length);
      assert.equal(warnings[0]?.detail, pairs);
    });
  }

  test("keys that fall together in different records are no collision", () => {
    const { warnings, rows } = normalizeDocuments({ documents: read('[{"userId":1},{"user_id":2}]') });
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      rows.get("t")?.map((row) => row.user_id),
      ["1", "2"],
    );
  });

  test("lists that would fill one table with equal ids: the last one is kept", () => {
    const { rows, warnings } = normalizeDocuments({ documents: read('[{"a__b":[1],"a":{"b":[2,3]}}]') });
    assert.deepEqual(
      rows.get("t__a__b")?.map((row) => row.value),
      ["2", "3"],
    );
    assert.deepEqual(
      warnings.map(({ code, subject }) => [code, subject]),
      [["W_NAME_COLLISION", "t__a__b"]],
    );
  });
});

describe("keys of every kind", () => {
  test("names of JavaScript's own are ordinary columns", () => {
    const documents = read(
      '[{"__proto__":1,"constructor":2,"prototype":3,"toString":4,"hasOwnProperty":5,"valueOf":{"x":6}}]',
    );
    const { rows } = normalizeDocuments({ documents });
    const row = rows.get("t")?.[0] ?? {};
    assert.deepEqual(
      ["proto", "constructor", "prototype", "to_string", "has_own_property", "value_of__x"].map((name) => row[name]),
      ["1", "2", "3", "4", "5", "6"],
    );
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  test("keys that look like numbers keep their place", () => {
    const { schema } = normalizeDocuments({ documents: read('[{"b":1,"2":2,"a":3,"1":4}]') });
    assert.deepEqual(columnNames(schema, "t").slice(0, 4), ["b", "_2", "a", "_1"]);
  });

  test("a record with other keys in another order goes to the same columns", () => {
    const { rows } = normalizeDocuments({
      documents: read('[{"a":1,"b":{"c":2}},{"b":{"d":3,"c":4},"z":5,"a":6},{"z":7}]'),
    });
    const shown = rows.get("t")?.map(({ a, b__c, b__d, z }) => [a, b__c, b__d, z]);
    assert.deepEqual(shown, [
      ["1", "2", null, null],
      ["6", "4", "3", "5"],
      [null, null, null, "7"],
    ]);
  });
});

describe("rows and chunks", () => {
  test("a table has one chunk although columns are found row by row", () => {
    const documents = Array.from({ length: 90 }, (_, i) => ({ id: i, [`c${i % 40}`]: `v${i}` }));
    const { chunks, rows } = normalizeDocuments({ documents, pageSize: 7 });
    assert.equal(chunks.length, 1);
    assert.equal(rows.get("t")?.[5]?.c5, "v5");
    assert.equal(rows.get("t")?.[5]?.c39, null);
    assert.equal(rows.get("t")?.[89]?.c9, "v89");
  });

  test("full buffers are handed out, and what is left at the end", () => {
    const documents = Array.from({ length: 4000 }, (_, i) => ({
      id: i,
      text: "x".repeat(100),
      late: i > 3900 ? 1 : null,
    }));
    const { chunks, rows } = normalizeDocuments({ documents, pageSize: 100 });
    assert.ok(chunks.length > 3, `${chunks.length} chunks`);
    assert.ok(chunks.every((chunk) => chunk.bytes.length <= 262_144));
    const read = rows.get("t") ?? [];
    assert.deepEqual(
      read.map((row) => row.id),
      documents.map((row) => String(row.id)),
    );
    assert.equal(read.filter((row) => row.late === "1").length, 99);
    assert.equal(new Set(read.map((row) => row._dlt_id)).size, 4000);
  });

  test("a text larger than any buffer is stored whole", () => {
    const text = "é\t".repeat(1_000_000);
    const { rows } = normalizeDocuments({ documents: [{ id: 1 }, { id: 2, text }, { id: 3 }] });
    assert.equal(rows.get("t")?.[1]?.text, text);
    assert.equal(rows.get("t")?.[2]?.id, "3");
  });

  test("rows do not depend on how records are cut into pages", () => {
    const documents = read('[{"id":1,"l":[1,[2,"x"]]},{"id":"a","l":[{"m":[null]}]},{"k":{"z":true},"l":[]}]');
    const whole = normalizeDocuments({ documents });
    const single = normalizeDocuments({ documents, pageSize: 1 });
    assert.deepEqual(single.rows, whole.rows);
    assert.deepEqual(single.warnings, whole.warnings);
  });
});

describe("system columns", () => {
  test("a load id in the data is replaced and counted", () => {
    const { rows, warnings } = normalizeDocuments({
      documents: read('[{"_dlt_load_id":"mine","x":1}]'),
      loadId: "17.5",
    });
    assert.equal(rows.get("t")?.[0]?._dlt_load_id, "17.5");
    assert.deepEqual(
      warnings.map(({ code, subject }) => [code, subject]),
      [["W_RESERVED_FIELD", "t._dlt_load_id"]],
    );
  });

  test("a given id is kept only when it can serve as one", () => {
    const long = "x".repeat(129);
    const documents = read(
      `[{"_dlt_id":"a","l":[1]},{"_dlt_id":"a"},{"_dlt_id":5},{"_dlt_id":"${long}"},{"_dlt_id":null}]`,
    );
    const { rows, warnings } = normalizeDocuments({ documents });
    const ids = rows.get("t")?.map((row) => row._dlt_id) ?? [];
    assert.equal(ids[0], "a");
    assert.equal(new Set(ids).size, 5);
    assert.ok(ids.slice(1).every((id) => id?.length === 14));
    assert.equal(rows.get("t__l")?.[0]?._dlt_id, createNestedIds("t__l")("a", 0));
    assert.deepEqual(
      warnings.map(({ code, subject, count }) => [code, subject, count]),
      [["W_RESERVED_FIELD", "t._dlt_id", 3]],
    );
  });

  test("rows of nested tables have their parent also when they bring an id", () => {
    const { rows } = normalizeDocuments({ documents: read('[{"_dlt_id":"p","l":[{"_dlt_id":"c","m":[1]},{"x":1}]}]') });
    assert.deepEqual(
      rows.get("t__l")?.map((row) => [row._dlt_id, row._dlt_parent_id, row._dlt_list_idx]),
      [
        ["c", "p", "0"],
        [createNestedIds("t__l")("p", 1), "p", "1"],
      ],
    );
    assert.equal(rows.get("t__l__m")?.[0]?._dlt_parent_id, "c");
  });

  test("every nested row of a merge has the id of its root row", () => {
    const { rows, schema } = normalizeDocuments({ documents: read('[{"id":1,"l":[{"m":[1,[2]]}]}]'), hints: merge });
    const root = rows.get("t")?.[0]?._dlt_id;
    for (const table of ["t__l", "t__l__m", "t__l__m__list"]) {
      assert.ok(
        rows.get(table)?.every((row) => row._dlt_root_id === root),
        table,
      );
      assert.equal(schema.tables.get(table)?.columns.get("_dlt_root_id")?.nullable, false);
    }
  });

  test("root_key of the source hands the root id down under append too", () => {
    const schema = createSchema("test");
    applySourceOptions(schema, { rootKey: true });
    const { rows } = normalizeDocuments({ schema, documents: read('[{"l":[1]}]') });
    assert.equal(rows.get("t__l")?.[0]?._dlt_root_id, rows.get("t")?.[0]?._dlt_id);
  });

  test("ids of upsert and scd2 rows follow from key and document", () => {
    const documents = read('[{"projectId":3,"iid":1,"l":[1]}]');
    const upsert = {
      writeDisposition: { disposition: "merge", strategy: "upsert" },
      primaryKey: ["projectId", "iid"],
    } as const;
    const byKey = normalizeDocuments({ documents, hints: upsert }).rows.get("t")?.[0]?._dlt_id;
    assert.equal(byKey, keyHash({ project_id: 3, iid: 1 }, ["project_id", "iid"]));
    const scd2 = { writeDisposition: { disposition: "merge", strategy: "scd2" } } as const;
    const byDocument = normalizeDocuments({ documents, hints: scd2 }).rows.get("t")?.[0]?._dlt_id;
    assert.equal(byDocument, rowHash(documents[0] ?? null));
  });
});

describe("loose items", () => {
  test("nulls are skipped and counted, lists opened, scalars get a value column", () => {
    const { rows, warnings } = normalizeDocuments({ documents: read('[1,null,[2,null,{"value":3}],[[4]]]') });
    assert.deepEqual(
      rows.get("t")?.map((row) => row.value),
      ["1", "2", "3", null],
    );
    assert.deepEqual(
      rows.get("t__value")?.map((row) => row.value),
      ["4"],
    );
    assert.deepEqual(warnings, [{ code: "W_NULL_ITEM", subject: "t", count: 2 }]);
  });
});

describe("refused before anything is written", () => {
  test("a null or missing key is counted, with the first record", () => {
    const found = refusal({ documents: read('[{"id":1},{"x":1},{"id":null},{"id":4}]'), hints: merge, pageSize: 2 });
    const { code, resource, table, column, rows, row } = found;
    assert.deepEqual(
      { code, resource, table, column, rows, row },
      {
        code: "E_NULL_KEY",
        resource: "t",
        table: "t",
        column: "id",
        rows: 2,
        row: 2,
      },
    );
    assert.match(String(found.message), /2 records of t have no value in the key column id/);
  });

  test("a key whose value went to a variant column is missing too", () => {
    const found = refusal({ documents: read('[{"id":1},{"id":"a"}]'), hints: merge });
    assert.deepEqual([found.code, found.row], ["E_NULL_KEY", 2]);
  });

  test("a misspelt key is named with dlt's words", () => {
    const found = refusal({ documents: read('[{"x":1}]'), hints: { ...merge, primaryKey: ["idd"] } });
    assert.equal(found.code, "E_NULL_KEY");
    assert.match(
      String(found.message),
      /The following columns in table `t` did not receive any data during this load: idd/,
    );
  });

  test("more columns than PostgreSQL has room for", () => {
    const wide = Object.fromEntries(Array.from({ length: 1700 }, (_, i) => [`c${i}`, i]));
    assert.deepEqual(
      [refusal({ documents: [wide] }).code, refusal({ documents: [wide] }).table],
      ["E_TOO_MANY_COLUMNS", "t"],
    );
    const fits = Object.fromEntries(Object.entries(wide).slice(0, 1598));
    assert.equal(normalizeDocuments({ documents: [fits] }).chunks[0]?.columns.length, 1600);
  });

  const values: readonly [document: string, column: string, where: RegExp][] = [
    ['{"v":9223372036854775808}', "v", /bigint/],
    ['{"v":-99999999999999999999999999}', "v", /bigint/],
    ['{"v":1e400}', "v", /double/],
    ['{"l":[{"v":1},{"v":9223372036854775808}]}', "v", /t__l/],
  ];
  for (const [document, column, where] of values) {
    test(`${document} names table, column and record`, () => {
      const found = refusal({ documents: read(`[{"ok":1},${document}]`) });
      assert.deepEqual([found.code, found.column, found.row], ["E_DATA_VALUE", column, 2]);
      assert.match(String(found.message), where);
    });
  }

  test("a text beyond the limit of one value", () => {
    const found = refusal({ documents: [{ v: "é".repeat(600) }], limits: { maxValueBytes: 1000 } });
    assert.deepEqual([found.code, found.column], ["E_LIMIT", "v"]);
    assert.ok(
      normalizeDocuments({ documents: [{ v: "é".repeat(500) }], limits: { maxValueBytes: 1000 } }).rows.has("t"),
    );
  });

  test("a document beyond the limit of one value, also one that arrives as text", () => {
    const columns = { v: { name: "v", data_type: "json" } };
    const limits = { maxValueBytes: 1000 };
    for (const value of [{ k: "é".repeat(600) }, JSON.stringify(["x".repeat(1000)])]) {
      const found = refusal({ documents: [{ v: {} }, { v: value }], hints: { columns }, limits });
      assert.deepEqual([found.code, found.column, found.row], ["E_LIMIT", "v", 2]);
    }
    const small = { k: "é".repeat(480) };
    assert.ok(normalizeDocuments({ documents: [{ v: small }], hints: { columns }, limits }).rows.has("t"));
  });

  for (const [kind, open, close] of [
    ["lists", '{"a":[', "]}"],
    ["lists of lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ] as const) {
    test(`${kind} nested beyond the limit end in an error, not in a full stack`, () => {
      const deep = `[{"a":${open.repeat(60)}1${close.repeat(60)}}]`;
      const documents = parseJson(deep) as JsonValue[];
      assert.equal(refusal({ documents, limits: { maxDepth: 50 } }).code, "E_LIMIT");
      assert.ok(normalizeDocuments({ documents }).rows.has("t"));
    });
  }
});

describe("warnings", () => {
  test("a new variant is told of once", () => {
    const { warnings } = normalizeDocuments({ documents: read('[{"v":1},{"v":"a"},{"v":"b"},{"v":1.5}]') });
    assert.deepEqual(
      warnings.map(({ code, subject, count }) => [code, subject, count]),
      [
        ["W_VARIANT_COLUMN", "t.v__v_text", 1],
        ["W_VARIANT_COLUMN", "t.v__v_double", 1],
      ],
    );
  });

  test("removed NUL and replaced surrogates are counted by column", () => {
    const documents = read('[{"a":"x\\u0000y","b":"\\ud800z","j":{"k":"\\u0000\\udc00"}},{"a":"\\u0000"}]');
    const { rows, warnings } = normalizeDocuments({ documents, hints: { maxTableNesting: 0 } });
    assert.deepEqual(rows.get("t")?.[0], { ...rows.get("t")?.[0], a: "xy", b: "\ufffdz", j: '{"k":"\ufffd"}' });
    assert.deepEqual(warnings.map(({ code, subject, count }) => [code, subject, count]).sort(), [
      ["W_NUL_REMOVED", "t.a", 2],
      ["W_NUL_REMOVED", "t.j", 1],
      ["W_SURROGATE_REPLACED", "t.b", 1],
      ["W_SURROGATE_REPLACED", "t.j", 1],
    ]);
  });

  test("NUL goes from text that is stored as JSON and from text in a variant", () => {
    const documents = read('[{"j":"{\\"k\\":\\"\\\\u0000a\\"}","v":1},{"v":"a\\u0000b"}]');
    const { rows } = normalizeDocuments({ documents, hints: { columns: { j: { data_type: "json" } } } });
    assert.equal(rows.get("t")?.[0]?.j, '{"k":"a"}');
    assert.equal(rows.get("t")?.[1]?.v__v_text, "ab");
  });
});

test("tables that got rows are marked, a resource without records leaves its hints only", () => {
  const { schema } = normalizeDocuments({ documents: [], hints: merge });
  assert.equal(schema.tables.get("t")?.seenData, undefined);
  assert.deepEqual([...(schema.tables.get("t")?.columns.keys() ?? [])], ["id"]);
  const filled = normalizeDocuments({ documents: [{ id: 1, l: [1] }], hints: merge });
  assert.deepEqual(
    ["t", "t__l"].map((name) => filled.schema.tables.get(name)?.seenData),
    [true, true],
  );
});

test("integers beyond 2^53 are exact", () => {
  const documents = read('[{"id":9007199254740993,"j":{"big":9223372036854775807}}]');
  const { rows } = normalizeDocuments({ documents, hints: { maxTableNesting: 0 } });
  assert.deepEqual(
    [rows.get("t")?.[0]?.id, rows.get("t")?.[0]?.j],
    ["9007199254740993", '{"big":9223372036854775807}'],
  );
});

test("resources that share a table give the same schema in any order of their pages", () => {
  const list = { name: "list", hints: resourceHints({ ...merge, tableName: "shared" }) };
  const one = { name: "one", hints: resourceHints({ tableName: "shared", primaryKey: ["iid"] }) };
  const run = (
    order: readonly string[],
    resources: Parameters<typeof createNormalizer>[0]["resources"] = [list, one],
    schema = createSchema("test"),
  ) => {
    const normalizer = createNormalizer({
      schema,
      loadId: "1.5",
      resources,
      encoder: copyText,
      random: countingRandom(),
      warn: () => {},
    });
    for (const resource of order) normalizer.page({ resource, records: [{ id: 1, iid: 2 }], bytes: 0 });
    normalizer.finish();
    assert.deepEqual(
      normalizer.started.map((started) => started.resource.name),
      resources.map(({ name }) => name).filter((name) => order.includes(name)),
    );
    assert.equal(normalizer.rows.get("shared"), order.length);
    return schema;
  };
  const hash = schemaVersionHash(run(["list", "one"]));
  const other = run(["one", "list"]);
  assert.equal(schemaVersionHash(other), hash);
  // dlt: the hints of the first that writes to the table count, no others.
  const factsOf = (schema: Schema) => {
    const table = schema.tables.get("shared");
    const keys = [...(table?.columns.values() ?? [])].filter(({ primaryKey }) => primaryKey === true);
    return [table?.resource, table?.writeDisposition, keys.map(({ name }) => name)];
  };
  assert.deepEqual(factsOf(other), ["list", "merge", ["id"]]);
  assert.deepEqual(factsOf(run(["one", "list"], [one, list])), ["one", "append", ["iid"]]);
  // The name that a schema has stays, as long as that resource writes to the table: no version comes for it.
  assert.deepEqual(factsOf(run(["list", "one"], [list, one], run(["one"], [one]))).slice(0, 2), ["one", "merge"]);
  assert.equal(factsOf(run(["list"], [list], run(["one"], [one])))[0], "list");
  // A resource without a parent comes before a child, wherever they are declared; one that is not selected never comes.
  const parent = { name: "parent", hints: resourceHints() };
  assert.deepEqual(factsOf(run(["list", "one"], [{ ...list, parent: "parent" }, parent, one])), [
    "one",
    "append",
    ["iid"],
  ]);
  assert.deepEqual(factsOf(run(["one"], [{ ...list, selected: false }, one])), ["one", "append", ["iid"]]);
});
