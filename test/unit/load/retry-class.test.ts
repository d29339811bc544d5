import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { retryClass, retryDelay } from "../../../src/load/retry-class.ts";

suite("retry classes", () => {
  const expected = {
    retry: "08006 08P01 40001 40P01 53300 53400 55P03 55006 57P01 57P02 57P03 57P05 25P03 58030",
    "retry-once": "57014 25006",
    reread: "42P07 42701 42P06",
    never: "28P01 28000 3D000 42501 22001 22P02 23502 23505 42601 42703 53100 54000 XX000 0A000",
  } as const;
  for (const [kind, states] of Object.entries(expected)) {
    test(`${kind}: ${states}`, () => {
      for (const sqlState of states.split(" ")) assert.equal(retryClass({ sqlState }), kind, sqlState);
    });
  }

  test("no answer from the server is worth a retry, a race in the catalog a second look", () => {
    assert.equal(retryClass({ sqlState: undefined }), "retry");
    const race = { sqlState: "23505", constraint: "pg_type_typname_nsp_index" };
    assert.equal(retryClass({ ...race, constraintSchema: "pg_catalog" }), "reread");
    assert.equal(retryClass({ ...race, constraintSchema: "public" }), "never");
    assert.equal(retryClass({ sqlState: "23505", constraint: "t__dlt_id_key", constraintSchema: "ds" }), "never");
  });

  test("pauses grow, stay under 15 s and are spread", () => {
    assert.deepEqual(
      [retryDelay(1, 0), retryDelay(1, 1), retryDelay(3, 1), retryDelay(30, 1)],
      [250, 500, 2000, 15_000],
    );
  });
});
