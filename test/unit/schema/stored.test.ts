import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { cloneSchema, createSchema } from "../../../src/schema/schema.ts";
import { parseStoredSchema, storedSchema, storedSchemaText } from "../../../src/schema/stored.ts";
import { ensurePipelineStateTable, STATE_TABLE } from "../../../src/schema/system-tables.ts";
import { bumpVersion, canonicalSchemaText, columnOrder, schemaVersionHash } from "../../../src/schema/version-hash.ts";
import { member } from "../../support/normalize.ts";

const file = new URL("../../golden/cases/interop/system.json", import.meta.url);
const golden = parseJson(readFileSync(file, "utf8"));
const hashes = member(golden, "schema_hash") as JsonObject[];

for (const [i, vector] of hashes.entries()) {
  test(`stored document ${i + 1}: what is hashed and the hash agree with dlt`, () => {
    const schema = parseStoredSchema(parseJson(String(vector.schema_text_as_stored)));
    assert.equal(canonicalSchemaText(storedSchema(schema)), vector.canonical_json);
    assert.equal(columnOrder(schema), vector.appended_names);
    assert.equal(schemaVersionHash(schema), vector.version_hash);
    assert.equal(schemaVersionHash(cloneSchema(schema)), vector.version_hash);
    assert.deepEqual(parseJson(storedSchemaText(schema)), parseJson(String(vector.schema_text_as_stored)));
    assert.equal(bumpVersion(schema), false);
  });
}

test("the system tables are those that dlt defines", () => {
  const schema = createSchema("gitlab");
  ensurePipelineStateTable(schema);
  const ours = member(storedSchema(schema), "tables") as Record<string, JsonObject>;
  const stored = parseJson(String(hashes[0]?.schema_text_as_stored));
  for (const name of ["_dlt_version", "_dlt_loads", STATE_TABLE]) {
    assert.deepEqual(ours[name], member(stored, "tables", name), name);
  }
  assert.deepEqual(storedSchema(schema).settings, member(stored, "settings"));
});

describe("a document keeps what Sluice does not know", () => {
  const base = storedSchema(createSchema("s"));
  const table = (more: JsonObject, columns: JsonObject = {}): JsonObject => ({
    ...base,
    tables: {
      ...(base.tables as JsonObject),
      t: { name: "t", columns, write_disposition: "append", resource: "t", ...more },
    },
  });
  const documents: readonly [what: string, document: JsonObject][] = [
    ["table hints", table({ "x-future": { a: [1] }, file_format: "csv", references: [], schema_contract: "freeze" })],
    [
      "hints with values of other types",
      table({ write_disposition: "later", description: null, "x-merge-strategy": "cdc" }),
    ],
    ["an empty x-normalizer", table({ "x-normalizer": {} })],
    [
      "more in x-normalizer",
      table({ "x-normalizer": { max_nesting: 2, "seen-data": false, "evolve-columns-once": true } }),
    ],
    ["column hints", table({}, { a: { name: "a", data_type: "text", nullable: false, "x-pii": true, cluster: true } })],
    [
      "explicit defaults",
      table({}, { a: { name: "a", data_type: "text", unique: false, precision: null, timezone: true } }),
    ],
    [
      "columns without nullable",
      table({}, { a: { name: "a", incremental: true }, b: { name: "b", data_type: "text" } }),
    ],
    ["an unknown type", table({}, { a: { name: "a", data_type: "vector", nullable: true } })],
    ["members of the schema", { ...base, imported_version_hash: "abc", description: "d", "x-more": 1 }],
    [
      "settings and normalizers",
      { ...base, settings: { preferred_types: { "re:x": "json" } }, normalizers: { names: "snake_case" } },
    ],
  ];
  for (const [what, document] of documents) {
    test(what, () => {
      assert.deepEqual(storedSchema(parseStoredSchema(document)), document);
    });
  }
});

describe("documents of other versions", () => {
  const stored = (engine: number, more: JsonObject = {}): JsonObject => ({
    ...storedSchema(createSchema("s")),
    engine_version: engine,
    ...more,
  });

  for (const engine of [4, 12, 11.5]) {
    test(`engine ${engine} is refused`, () => {
      assert.throws(
        () => parseStoredSchema(stored(engine)),
        (error) => error instanceof SluiceError && error.code === "E_STATE_UNREADABLE",
      );
    });
  }

  for (const normalizers of [{ names: "sql_cs_v1" }, { names: "snake_case", json: { module: "my.normalizer" } }]) {
    test(`${JSON.stringify(normalizers)} is refused`, () => {
      assert.throws(
        () => parseStoredSchema(stored(11, { normalizers })),
        (error) => error instanceof SluiceError && error.code === "E_STATE_UNREADABLE",
      );
    });
  }

  test("an old document is upgraded as dlt does it", () => {
    const old = stored(8, {
      normalizers: { names: "snake_case", json: { module: "relational", config: { generate_dlt_id: true } } },
      settings: {
        default_hints: { not_null: ["_dlt_id"], foreign_key: ["_dlt_parent_id"] },
        preferred_types: { "re:j": "complex" },
      },
      tables: {
        t__l: {
          name: "t__l",
          parent: "t",
          columns: {
            j: { name: "j", data_type: "complex", nullable: true },
            _dlt_id: { name: "_dlt_id", data_type: "text", nullable: false, unique: true },
            _dlt_parent_id: { name: "_dlt_parent_id", data_type: "text", nullable: false, foreign_key: true },
          },
        },
      },
    });
    const renewed = storedSchema(parseStoredSchema(old));
    assert.deepEqual(member(renewed, "tables", "t__l"), {
      name: "t__l",
      parent: "t",
      columns: {
        j: { name: "j", data_type: "json", nullable: true },
        _dlt_id: { name: "_dlt_id", data_type: "text", nullable: false, unique: true, row_key: true },
        _dlt_parent_id: { name: "_dlt_parent_id", data_type: "text", nullable: false, parent_key: true },
      },
      "x-normalizer": { "seen-data": true },
    });
    assert.deepEqual(renewed.settings, {
      default_hints: { not_null: ["_dlt_id"], row_key: ["_dlt_id"], parent_key: ["_dlt_parent_id"] },
      preferred_types: { "re:j": "json" },
    });
    assert.deepEqual(renewed.normalizers, {
      names: "snake_case",
      json: { module: "relational", config: {} },
      use_break_path_on_normalize: false,
    });
    assert.equal(renewed.engine_version, 11);
  });

  test("columns that had seen only nulls are dropped, the mark of others too", () => {
    const mark: JsonValue = { "x-normalizer": { "seen-null-first": true } };
    const columns = {
      a: { name: "a", nullable: true, ...mark },
      b: { name: "b", data_type: "text", nullable: true, ...mark },
      c: { name: "c", nullable: true },
    };
    const document = stored(11, { tables: { t: { name: "t", columns, write_disposition: "append", resource: "t" } } });
    assert.deepEqual(member(storedSchema(parseStoredSchema(document)), "tables", "t", "columns"), {
      b: { name: "b", data_type: "text", nullable: true },
      c: { name: "c", nullable: true },
    });
  });
});

describe("versions", () => {
  test("a change counts one, keeps the old hash, and only ten of them", () => {
    const schema = createSchema("s");
    const hashes: string[] = [];
    for (let i = 0; i < 13; i += 1) {
      schema.tables.set(`t${i}`, { name: `t${i}`, columns: new Map(), extra: {} });
      assert.equal(bumpVersion(schema), true);
      assert.equal(bumpVersion(schema), false);
      hashes.unshift(schema.versionHash);
    }
    assert.equal(schema.version, 13);
    assert.deepEqual(schema.previousHashes, hashes.slice(1, 11));
  });

  test("the order of columns counts, that of tables does not", () => {
    const build = (tables: readonly string[], columns: readonly string[]) => {
      const schema = createSchema("s");
      for (const name of tables) {
        const entries = columns.map((column) => [column, { name: column, nullable: true, extra: {} }] as const);
        schema.tables.set(name, { name, columns: new Map(entries), extra: {} });
      }
      return schemaVersionHash(schema);
    };
    assert.equal(build(["t", "u"], ["a", "b"]), build(["u", "t"], ["a", "b"]));
    assert.notEqual(build(["t"], ["a", "b"]), build(["t"], ["b", "a"]));
  });
});
