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

  test("strategies that are not built, and tables that the schema lacks, are errors", () => {
    const schema = chainSchema("merge", { root: { mergeStrategy: "scd2" } });
    const code = (wanted: string) => (error: unknown) => error instanceof SluiceError && error.code === wanted;
    assert.throws(() => planLoad(manifest(schema, ["t"]), schema), code("E_CONFIG"));
    assert.throws(() => planLoad(manifest(schema, ["nowhere"]), schema), code("E_INTERNAL"));
  });
});
