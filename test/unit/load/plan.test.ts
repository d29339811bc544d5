import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import type { PackageManifest } from "../../../src/load/manifest.ts";
import { planLoad } from "../../../src/load/plan.ts";
import type { Schema } from "../../../src/schema/table.ts";
import { chainSchema } from "../../support/chain-rows.ts";
import { column, schemaOf, table } from "../../support/package-builder.ts";

function manifest(schema: Schema, files: readonly string[], rootTables: readonly string[] = []): PackageManifest {
  return {
    format: 1,
    loadId: "1.1",
    pipeline: "p",
    dataset: "d",
    schemaName: schema.name,
    createdAt: "",
    base: { dataset: false },
    files: files.map((name, n) => ({ table: name, columns: [], path: `${n}.copy`, rows: 1, bytes: 1, sha256: "" })),
    rootTables,
    schema: {},
    schemaVersionHash: "",
  };
}

suite("plan of a load", () => {
  test("files stand parents first, and as written within a table", () => {
    const schema = chainSchema("append");
    const plan = planLoad(manifest(schema, ["t__l__m", "t", "t__l", "t"]), schema);
    assert.deepEqual(
      plan.chains.map((chain) => [chain.root.name, chain.action]),
      [["t", "append"]],
    );
    assert.deepEqual(
      plan.chains[0]?.files.map((file) => file.path),
      ["1.copy", "3.copy", "2.copy", "0.copy"],
    );
    assert.deepEqual(
      plan.filled.map(({ name }) => name),
      ["t", "t__l", "t__l__m"],
    );
  });

  test("a resource that ran without rows: replace empties its chain, append and merge do nothing", () => {
    for (const disposition of ["append", "replace", "merge"] as const) {
      const schema = chainSchema(disposition);
      const plan = planLoad(manifest(schema, [], ["t", "never_seen"]), schema);
      assert.deepEqual(
        plan.chains.map((chain) => chain.action),
        disposition === "replace" ? ["replace"] : [],
      );
      assert.deepEqual(plan.filled, []);
    }
  });

  test("a merge takes its keys from complete columns; without any it appends", () => {
    const keyed = chainSchema("merge", { primaryKey: ["id"], mergeKey: ["k"], hints: { x: { dedupSort: "desc" } } });
    const merge = planLoad(manifest(keyed, ["t"]), keyed).chains[0];
    assert.deepEqual(merge?.merge, {
      primaryKey: ["id"],
      mergeKey: ["k"],
      deduplicated: false,
      dedupSort: { column: "x", order: "desc" },
    });
    const open = schemaOf(
      table("t", [{ name: "id", nullable: false, primaryKey: true, extra: {} }, column("_dlt_id", "text")], {
        writeDisposition: "merge",
      }),
    );
    assert.equal(planLoad(manifest(open, ["t"]), open).chains[0]?.action, "append");
  });

  test("strategies that look at the rows that are there stage all rows", () => {
    const hints = { x: { dedupSort: "asc" as const, hardDelete: true } };
    const schema = chainSchema("merge", { root: { mergeStrategy: "insert-only" }, primaryKey: ["id", "k"], hints });
    const [chain] = planLoad(manifest(schema, ["t"]), schema).chains;
    assert.equal(chain?.action, "staged");
    assert.deepEqual(chain.staged, {
      strategy: "insert-only",
      primaryKey: ["id", "k"],
      dedupSort: { column: "x", order: "asc" },
      hardDelete: { column: "x", boolean: false },
    });
  });

  test("an unchanged row is told by its version, else by all but keys and load id", () => {
    const root = { mergeStrategy: "upsert" as const, extra: { "x-merge-skip-unchanged-rows": true } };
    const compared = (hints: Parameters<typeof chainSchema>[1]) => {
      const schema = chainSchema("merge", { root, ...hints });
      const rules = planLoad(manifest(schema, ["t"]), schema).chains[0]?.staged;
      return rules?.strategy === "upsert" ? rules.compared : undefined;
    };
    assert.deepEqual(compared({ hints: { _dlt_id: { rowKey: true } } })?.slice(0, 2), ["k", "x"]);
    assert.deepEqual(compared({ hints: { x: { extra: { "x-row-version": true } } } }), ["x"]);
  });

  test("the moment of a change is that of the load id, or the one that is set", () => {
    const version = { extra: { "x-row-version": true } };
    const to = { extra: { "x-valid-to": true, "x-active-record-timestamp": null } };
    const build = (extra: Record<string, string>, active: string | null) => {
      const hints = {
        k: version,
        id: { extra: { "x-valid-from": true } },
        x: { extra: { ...to.extra, "x-active-record-timestamp": active } },
      };
      const schema = chainSchema("merge", { root: { mergeStrategy: "scd2", extra }, primaryKey: [], hints });
      return planLoad({ ...manifest(schema, ["t"]), loadId: "1795476118.8544438" }, schema).chains[0]?.staged;
    };
    const rules = { strategy: "scd2", from: "id", to: "x", version: "k", mergeKey: [] };
    assert.deepEqual(build({}, null), { ...rules, boundary: "2026-11-23T23:21:58.854444+00:00" });
    assert.deepEqual(build({ "x-boundary-timestamp": "2024-05-06" }, "9999-12-31T00:00:00Z"), {
      ...rules,
      boundary: "2024-05-06T00:00:00+00:00",
      active: "9999-12-31T00:00:00+00:00",
    });
  });

  test("scd2 without its columns, upsert without a key, and tables that the schema lacks are errors", () => {
    const schema = chainSchema("merge", { root: { mergeStrategy: "scd2" } });
    const code = (wanted: string) => (error: unknown) => error instanceof SluiceError && error.code === wanted;
    assert.throws(() => planLoad(manifest(schema, ["t"]), schema), code("E_CONFIG"));
    const keyless = chainSchema("merge", { root: { mergeStrategy: "upsert" }, primaryKey: [], mergeKey: ["k"] });
    assert.throws(() => planLoad(manifest(keyless, ["t"]), keyless), code("E_CONFIG"));
    assert.throws(() => planLoad(manifest(schema, ["nowhere"]), schema), code("E_INTERNAL"));
  });
});
