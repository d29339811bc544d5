import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { isJsonObject, type JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { hash64 } from "../../../src/destination/postgres/advisory-lock.ts";
import { quoteIdent, quoteTable } from "../../../src/destination/postgres/sql/identifier.ts";
import { quoteLiteral } from "../../../src/destination/postgres/sql/literal.ts";
import { lockTablesSql } from "../../../src/destination/postgres/sql/locks.ts";
import { createLosersSql, createOldSql, mergeNames } from "../../../src/destination/postgres/sql/merge.ts";
import { addColumnsSql, createTableSql } from "../../../src/destination/postgres/sql/tables.ts";
import { beginSql } from "../../../src/destination/postgres/sql/transaction.ts";
import { completeColumns } from "../../../src/schema/schema.ts";
import { loadsTable, pipelineStateTable, versionTable } from "../../../src/schema/system-tables.ts";
import { column } from "../../support/package-builder.ts";

/** Every CREATE TABLE that the recorded runs sent for the system tables, less `IF NOT EXISTS`. */
function recordedDdl(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: JsonValue): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isJsonObject(value)) for (const item of Object.values(value)) visit(item);
    else if (typeof value === "string" && value.includes("CREATE TABLE")) {
      for (const statement of value.split(";\n")) found.add(statement.replace(" IF NOT EXISTS", "").replace(/;$/, ""));
    }
  };
  const url = new URL("../../golden/cases/interop/ddl.json", import.meta.url);
  visit(parseJson(readFileSync(url, "utf8")));
  return found;
}

suite("SQL text", () => {
  test("golden: tables are created with dlt's words", () => {
    const recorded = recordedDdl();
    for (const table of [versionTable(), loadsTable(), pipelineStateTable()]) {
      const sql = createTableSql("golden_ddl", table.name, completeColumns(table), { unique: "now" });
      assert.ok(recorded.has(sql), sql);
    }
    const nested = [
      column("value", "bigint"),
      column("_dlt_root_id", "text"),
      column("_dlt_parent_id", "text"),
      column("_dlt_list_idx", "bigint"),
      column("_dlt_id", "text"),
    ];
    const sql = createTableSql("golden_ddl", "t__l", nested, { unique: "now" });
    assert.ok(recorded.has(sql), sql);
  });

  test("golden: columns are added with dlt's words", () => {
    const text = readFileSync(new URL("../../golden/cases/interop/ddl.json", import.meta.url), "utf8");
    const sql = addColumnsSql("golden_ddl", "t", [column("n", "bigint", { nullable: false })], new Set());
    assert.ok(text.includes(JSON.stringify(`${sql};`)), sql);
    const unique = addColumnsSql("golden_ddl", "t", [column("n", "bigint", { unique: true })], new Set());
    assert.ok(text.includes(JSON.stringify(`${unique};`)), unique);
    assert.match(addColumnsSql("d", "t", [column("_dlt_root_id", "text")], new Set(["_dlt_root_id"])), /varchar {2}$/);
  });

  test("constraints that come after the rows are left out", () => {
    const sql = createTableSql("d", "t", [column("_dlt_id", "text")], { unique: "later" });
    assert.equal(sql, 'CREATE TABLE "d"."t" (\n"_dlt_id" varchar  NOT NULL)');
  });

  test("names and constants cannot leave their quotes", () => {
    assert.equal(quoteIdent('x"; DROP TABLE y; --'), '"x""; DROP TABLE y; --"');
    assert.equal(quoteTable('a"b', "c.d"), '"a""b"."c.d"');
    assert.equal(quoteLiteral("a'b\\c"), "E'a''b\\\\c'");
    for (const bad of ["", "a\0b"]) assert.throws(() => quoteIdent(bad), RangeError);
    assert.throws(() => quoteLiteral("a\0b"), RangeError);
  });

  test("locks: byte order, one statement for neighbours of equal mode", () => {
    const locks = [
      { table: "é", mode: "ROW EXCLUSIVE" },
      { table: "b", mode: "ROW EXCLUSIVE" },
      { table: "a", mode: "ROW EXCLUSIVE" },
      { table: "a_b", mode: "SHARE ROW EXCLUSIVE" },
      { table: "B", mode: "SHARE ROW EXCLUSIVE" },
    ] as const;
    assert.deepEqual(lockTablesSql("d", locks), [
      'LOCK TABLE "d"."B" IN SHARE ROW EXCLUSIVE MODE',
      'LOCK TABLE "d"."a" IN ROW EXCLUSIVE MODE',
      'LOCK TABLE "d"."a_b" IN SHARE ROW EXCLUSIVE MODE',
      'LOCK TABLE "d"."b", "d"."é" IN ROW EXCLUSIVE MODE',
    ]);
    assert.deepEqual(lockTablesSql("d", []), []);
  });

  test("advisory locks: eight bytes of SHA-256 over the names", () => {
    assert.equal(hash64("gitlab_data", "gitlab_pipeline"), "7640483260177666649");
    assert.equal(hash64("gitlab_data"), "-635444281217348878");
    assert.notEqual(hash64("a", "b"), hash64("ab"));
  });

  test("a transaction is READ COMMITTED and every setting local", () => {
    const sql = beginSql({ readOnly: false, statementTimeout: 5, settings: [{ name: "work_mem", value: "1'" }] });
    const lines = sql.split(";\n");
    assert.equal(lines[0], "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    for (const line of lines.slice(1)) assert.match(line, /^SET LOCAL "[A-Za-z_]+" = E'/);
    assert.ok(lines.includes(`SET LOCAL "search_path" = E''`));
    assert.ok(lines.includes(`SET LOCAL "work_mem" = E'1'''`));
    assert.ok(lines.includes(`SET LOCAL "statement_timeout" = E'5'`));
  });

  test("merge: the old rows by either key, the losers by primary key", () => {
    const names = mergeNames(0);
    const a = { staged: "k0", column: "a", type: "bigint" };
    const b = { staged: "k1", column: "b", type: "varchar" };
    const c = { staged: "k2", column: "c", type: "varchar" };
    assert.equal(
      createOldSql(names, { dataset: "d", table: "t", rowId: "_dlt_id" }, [[a, b], [c]]),
      'CREATE TEMPORARY TABLE "sluice_old_0" ON COMMIT DROP AS ' +
        'SELECT d."_dlt_id" AS row_id FROM "d"."t" AS d WHERE EXISTS (SELECT 1 FROM pg_temp."sluice_keys_0" AS s WHERE d."a" = s."k0" AND d."b" = s."k1")' +
        ' UNION SELECT d."_dlt_id" AS row_id FROM "d"."t" AS d WHERE EXISTS (SELECT 1 FROM pg_temp."sluice_keys_0" AS s WHERE d."c" = s."k2")',
    );
    assert.match(
      createLosersSql(names, { primaryKey: ["k0", "k1"], dedupSort: { staged: "k2", order: "desc" } }),
      /PARTITION BY "k0", "k1" ORDER BY "k2" DESC, sequence DESC\) AS place, \(false\) AS gone/,
    );
    assert.match(
      createLosersSql(names, { primaryKey: [], hardDelete: { staged: "k2", boolean: true } }),
      /1 AS place, \("k2" IS TRUE\) AS gone/,
    );
  });
});
