import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ConfigError, SluiceError } from "../../../src/core/errors.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import type { ResourceHints } from "../../../src/core/source.ts";
import { applyResourceHints } from "../../../src/schema/hints.ts";
import { applySourceOptions, nestingLevel, propagatedColumns } from "../../../src/schema/propagation.ts";
import { createSchema, mergeStrategyOf, tableChain, writeDispositionOf } from "../../../src/schema/schema.ts";
import { settleVersion } from "../../../src/schema/settle-version.ts";
import { parseStoredSchema, storedTable } from "../../../src/schema/stored.ts";
import type { Schema } from "../../../src/schema/table.ts";
import { member, normalizeDocuments, resourceHints } from "../../support/normalize.ts";

const merge: Partial<ResourceHints> = { writeDisposition: { disposition: "merge" }, primaryKey: ["id"] };

function hinted(hints: Partial<ResourceHints>, schema = createSchema("s"), name = "t"): JsonObject {
  const { table } = applyResourceHints(schema, { name, hints: resourceHints(hints) });
  const found = schema.tables.get(table);
  assert.ok(found);
  return storedTable(found);
}

describe("the root table of a resource", () => {
  const columns: readonly [what: string, hints: Partial<ResourceHints>, wanted: JsonObject][] = [
    ["a primary key is not null", merge, { id: { name: "id", nullable: false, primary_key: true } }],
    [
      "a key keeps what its column hint says about null",
      { ...merge, columns: { id: { data_type: "bigint", nullable: true } } },
      { id: { name: "id", data_type: "bigint", nullable: true, primary_key: true } },
    ],
    [
      "a key inside a column hint stays nullable",
      { columns: { id: { primary_key: true } } },
      { id: { name: "id", primary_key: true } },
    ],
    [
      "keys of the resource replace those of columns",
      { primaryKey: ["b"], columns: { a: { primary_key: true, data_type: "text" } } },
      { a: { name: "a", data_type: "text" }, b: { name: "b", nullable: false, primary_key: true } },
    ],
    [
      "merge key and cursor come after the primary key, names are normalized",
      {
        primaryKey: ["projectId"],
        mergeKey: ["day"],
        cursorColumn: "updatedAt",
        columns: { Text: { data_type: "text" } },
      },
      {
        text: { name: "text", data_type: "text" },
        project_id: { name: "project_id", nullable: false, primary_key: true },
        day: { name: "day", nullable: false, merge_key: true },
        updated_at: { name: "updated_at", incremental: true },
      },
    ],
    [
      "hints whose names fall together are merged",
      { columns: { userId: { data_type: "bigint", unique: true }, user_id: { nullable: true, precision: 32 } } },
      { user_id: { name: "user_id", data_type: "bigint", unique: true, precision: 32 } },
    ],
    ["the old name of json", { columns: { j: { data_type: "complex" } } }, { j: { name: "j", data_type: "json" } }],
  ];
  for (const [what, hints, wanted] of columns) {
    test(what, () => {
      const table = hinted(hints);
      assert.deepEqual(table.columns, wanted);
      assert.deepEqual(Object.keys(table.columns as JsonObject), Object.keys(wanted));
    });
  }

  test("hints of the table itself", () => {
    const table = hinted({
      tableName: "My Table",
      writeDisposition: { disposition: "merge", strategy: "upsert", skipUnchangedRows: true },
      primaryKey: ["id"],
      maxTableNesting: 3,
      schemaContract: { data_type: "freeze" },
    });
    const { columns: _, ...rest } = table;
    assert.deepEqual(rest, {
      name: "my_table",
      write_disposition: "merge",
      resource: "t",
      "x-normalizer": { max_nesting: 3 },
      "x-merge-strategy": "upsert",
      "x-merge-skip-unchanged-rows": true,
      schema_contract: { data_type: "freeze" },
    });
  });

  test("scd2: names, times and the column that tells versions apart", () => {
    const table = hinted({
      writeDisposition: {
        disposition: "merge",
        strategy: "scd2",
        validityColumns: ["Valid From", "vt"],
        activeRecordTimestamp: "9999-12-31",
        boundaryTimestamp: "2024-05-06T07:08:09Z",
        rowVersionColumn: "rv",
      },
      mergeKey: ["id"],
    });
    assert.deepEqual(table.columns, {
      id: { name: "id", nullable: false, merge_key: true },
      valid_from: { name: "valid_from", data_type: "timestamp", nullable: true, "x-valid-from": true },
      vt: {
        name: "vt",
        data_type: "timestamp",
        nullable: true,
        "x-valid-to": true,
        "x-active-record-timestamp": "9999-12-31",
      },
      rv: { name: "rv", nullable: false, "x-row-version": true, unique: false, row_key: false },
    });
    assert.equal(table["x-boundary-timestamp"], "2024-05-06T07:08:09Z");
  });

  test("references and formats stand in the schema; of two references to one table the last holds", () => {
    const schema = createSchema("s");
    const reference = (referenced_table: string, columns: string[]) => ({
      referenced_table,
      columns,
      referenced_columns: columns,
    });
    hinted(
      { extra: { references: [reference("Other", ["aId"]), reference("third", ["x"])], file_format: "csv" } },
      schema,
    );
    const table = hinted({ extra: { references: [reference("other", ["bId"])] } }, schema);
    assert.deepEqual(table.references, [reference("other", ["b_id"]), reference("third", ["x"])]);
    assert.equal(table.file_format, "csv");
  });

  test("the key of a nested table is one part of its name, as in dlt", () => {
    const schema = createSchema("s");
    const none = { primaryKey: [], mergeKey: [], columns: {} };
    hinted({ nested: { items__sub: none, x___y: none, _z: none, z_: none, "a b": none } }, schema);
    const names = [...schema.tables.keys()].filter((name) => name.startsWith("t__"));
    assert.deepEqual(names, ["t__items_sub", "t__x_y", "t___z", "t__zx", "t__a_b"]);
  });

  test("a table of the schema stays nested, or by itself, whatever its hints say later", () => {
    const none = { primaryKey: [], mergeKey: [], columns: {} };
    const keyed = { ...none, primaryKey: ["x"] };
    const above = { ...none, parentTableName: "t__lines" };
    for (const [first, second] of [
      [none, keyed],
      [keyed, none],
      [none, above],
    ] as const) {
      const schema = createSchema("s");
      hinted({ nested: { lines: none, items: first } }, schema);
      hinted({ nested: { lines: none, items: first } }, schema);
      assert.throws(
        () => hinted({ nested: { lines: none, items: second } }, schema),
        (error) => error instanceof ConfigError && error.context.table === "t__items",
      );
    }
  });

  test("a nested table is merged with its root, so that it needs no key of its own for it", () => {
    const schema = createSchema("s");
    const none = { primaryKey: [], mergeKey: [], columns: {} };
    const flag = { hard_delete: true };
    const upsert = { disposition: "merge", strategy: "upsert" } as const;
    const items = { ...none, writeDisposition: upsert, columns: { x: flag, y: flag } };
    hinted({ ...merge, nested: { items } }, schema);
    assert.equal(storedTable(schema.tables.get("t__items")!)["x-merge-strategy"], "upsert");
    const keyed = { ...items, primaryKey: ["id"] };
    assert.throws(() => hinted({ ...merge, nested: { keyed } }, schema), ConfigError);
  });

  test("a nested table needs one above it that is there, and no way back to itself", () => {
    const none = { primaryKey: [], mergeKey: [], columns: {} };
    const refused = (nested: Record<string, string>) =>
      assert.throws(
        () =>
          hinted({
            nested: Object.fromEntries(
              Object.entries(nested).map(([key, parent]) => [key, { ...none, parentTableName: parent }]),
            ),
          }),
        (error) => error instanceof ConfigError && error.code === "E_CONFIG" && error.context.resource === "t",
        JSON.stringify(nested),
      );
    refused({ items: "nope" });
    refused({ items: "t__items" });
    refused({ x: "t__y", y: "t__x" });
  });

  test("hints of nested tables make them below the table, or by themselves where their rows have keys", () => {
    const schema = createSchema("s");
    const nested = { primaryKey: [], mergeKey: [], columns: {} };
    hinted(
      {
        nested: {
          Tags: { ...nested, columns: { N: { data_type: "complex" } }, schemaContract: { columns: "freeze" } },
          lines: { ...nested, primaryKey: ["Id"] },
          deep: { ...nested, parentTableName: "t__lines", writeDisposition: { disposition: "append" } },
        },
      },
      schema,
    );
    const stored = (name: string) => storedTable(schema.tables.get(name)!);
    assert.deepEqual(stored("t__tags"), {
      name: "t__tags",
      columns: { n: { name: "n", data_type: "json" } },
      parent: "t",
      "x-normalizer": { "evolve-columns-once": true },
      schema_contract: { columns: "freeze" },
    });
    assert.deepEqual(stored("t__lines"), {
      name: "t__lines",
      columns: { id: { name: "id", nullable: false, primary_key: true } },
      write_disposition: "append",
      resource: "t",
    });
    assert.deepEqual(stored("t__deep"), {
      name: "t__deep",
      columns: {},
      write_disposition: "append",
      parent: "t__lines",
    });
  });

  test("hints by which no merge can be done are refused when the first page arrives", () => {
    const refused = (hints: Partial<ResourceHints>, message: RegExp) =>
      assert.throws(() => hinted(hints), { code: "E_CONFIG", message });
    const merge = { disposition: "merge" } as const;
    refused({ writeDisposition: { ...merge, strategy: "upsert" } }, /upsert of table t needs a primary key/);
    refused({ writeDisposition: { ...merge, strategy: "insert-only" }, mergeKey: ["id"] }, /needs a primary key/);
    refused({ columns: { a: { hard_delete: true }, b: { hard_delete: true } } }, /hard_delete: a, b/);
    refused({ columns: { a: { dedup_sort: "asc" }, b: { dedup_sort: "desc" } } }, /dedup_sort: a, b/);
    hinted({ writeDisposition: { ...merge, strategy: "upsert" }, columns: { a: { primary_key: true } } });
  });

  test("hints on a table with data keep its columns in place and their types", () => {
    const { schema } = normalizeDocuments({ documents: [{ a: 1, id: 2 }] });
    const before = [...(schema.tables.get("t")?.columns.keys() ?? [])];
    const table = hinted(merge, schema);
    assert.deepEqual(Object.keys(table.columns as JsonObject), before);
    assert.deepEqual(member(table, "columns", "id"), {
      name: "id",
      data_type: "bigint",
      nullable: false,
      primary_key: true,
    });
    assert.deepEqual(member(table, "x-normalizer"), { "seen-data": true });
    const again = applyResourceHints(schema, { name: "t", hints: resourceHints(merge) });
    assert.equal(again.changed, false);
  });

  test("another primary key takes the place of the old one", () => {
    const schema = createSchema("s");
    hinted(merge, schema);
    const table = hinted({ ...merge, primaryKey: ["a", "b"] }, schema);
    assert.deepEqual(table.columns, {
      id: { name: "id", nullable: false },
      a: { name: "a", nullable: false, primary_key: true },
      b: { name: "b", nullable: false, primary_key: true },
    });
  });

  test("a nested table is no place for a resource", () => {
    const { schema } = normalizeDocuments({ documents: [{ l: [1] }] });
    assert.throws(
      () => hinted({}, schema, "t__l"),
      (error) => error instanceof SluiceError && error.code === "E_CONFIG" && error.message.includes("t__l"),
    );
  });
});

describe("options of the source", () => {
  const config = (schema: Schema) => (schema.normalizers.json as JsonObject).config;

  test("nesting: the table's own, else the source's, else 1000", () => {
    const schema = createSchema("s");
    applySourceOptions(schema, { maxTableNesting: 2 });
    hinted({}, schema, "a");
    hinted({ maxTableNesting: 0 }, schema, "b");
    assert.deepEqual([nestingLevel(schema, "a"), nestingLevel(schema, "b")], [2, 0]);
    applySourceOptions(schema, {});
    assert.equal(nestingLevel(schema, "a"), 1000);
  });

  test("merge roots hand their id down, and go on under append", () => {
    const { schema } = normalizeDocuments({ documents: [{ id: 1, l: [1] }], hints: merge });
    const wanted = { propagation: { tables: { t: { _dlt_id: "_dlt_root_id" } } } };
    assert.deepEqual(config(schema), wanted);
    hinted({ writeDisposition: { disposition: "append" } }, schema);
    applySourceOptions(schema, {});
    assert.deepEqual(config(schema), wanted);
    assert.deepEqual(propagatedColumns(schema, "t", true), [["_dlt_id", "_dlt_root_id"]]);
  });

  test("a table that has left a merge is taken out with the load after that", () => {
    const schema = createSchema("s");
    hinted(merge, schema);
    hinted({ writeDisposition: { disposition: "append" } }, schema);
    assert.notEqual(config(schema), undefined);
    applySourceOptions(schema, {});
    assert.equal(config(schema), undefined);
  });

  test("append, replace and scd2 roots do not", () => {
    for (const disposition of ["append", "replace"] as const) {
      const schema = createSchema("s");
      hinted({ writeDisposition: { disposition } }, schema);
      hinted({ writeDisposition: { disposition: "merge", strategy: "scd2" } }, schema, "u");
      assert.equal(config(schema), undefined);
    }
  });

  test("root_key adds all root tables but those of the system, false takes merges out", () => {
    const schema = createSchema("s");
    applySourceOptions(schema, { rootKey: true });
    hinted({}, schema, "a");
    assert.deepEqual(config(schema), {
      root_key_propagation: true,
      propagation: { tables: { a: { _dlt_id: "_dlt_root_id" } } },
    });
    const other = createSchema("s");
    applySourceOptions(other, { rootKey: false });
    hinted(merge, other, "a");
    assert.deepEqual(config(other), { root_key_propagation: false });
  });
});

test("disposition, strategy and chain of nested tables come from the root", () => {
  const { schema } = normalizeDocuments({ documents: [{ id: 1, l: [{ m: [1] }], k: [2] }], hints: merge });
  assert.equal(writeDispositionOf(schema, "t__l__m"), "merge");
  assert.equal(mergeStrategyOf(schema, "t__l__m"), "delete-insert");
  assert.deepEqual(
    tableChain(schema, "t").map((table) => table.name),
    ["t", "t__l", "t__l__m", "t__k"],
  );
});

test("the versions and hashes of dlt's own four runs", () => {
  const file = new URL("../../golden/cases/interop/system.json", import.meta.url);
  const golden = parseJson(readFileSync(file, "utf8"));
  const stored = (member(golden, "schema_hash") as JsonObject[]).map((one) => String(one.schema_text_as_stored));
  const issues = { name: "issues", hints: resourceHints({ ...merge, cursorColumn: "updated_at" }) };
  const users = { name: "users", hints: resourceHints() };

  const first = parseStoredSchema(parseJson(stored[0] ?? ""));
  const wanted = { version: first.version, hash: first.versionHash, previous: first.previousHashes };
  Object.assign(first, { version: 0, versionHash: "", previousHashes: [] });
  settleVersion({ before: createSchema("gitlab"), after: first, resources: [issues, users], withState: true });
  assert.deepEqual({ version: first.version, hash: first.versionHash, previous: first.previousHashes }, wanted);

  const same = parseStoredSchema(parseJson(stored[0] ?? ""));
  assert.equal(settleVersion({ before: first, after: same, resources: [issues, users], withState: true }), false);
  assert.equal(same.version, 2);

  const fourth = parseStoredSchema(parseJson(stored[1] ?? ""));
  const last = { version: fourth.version, hash: fourth.versionHash, previous: fourth.previousHashes };
  assert.equal(settleVersion({ before: first, after: fourth, resources: [users], withState: false }), true);
  assert.deepEqual({ version: fourth.version, hash: fourth.versionHash, previous: fourth.previousHashes }, last);
});
