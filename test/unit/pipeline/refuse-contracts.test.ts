import assert from "node:assert/strict";
import { test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import type { SchemaContract } from "../../../src/core/source.ts";
import { refuseContracts } from "../../../src/pipeline/refuse-contracts.ts";

const hints = { writeDisposition: { disposition: "append" }, primaryKey: [], mergeKey: [], columns: {} } as const;
const resource = (contract?: SchemaContract) => ({
  name: "issues",
  selected: true,
  endpoint: "GET issues",
  hints: { ...hints, ...(contract === undefined ? {} : { schemaContract: contract }) },
});

test("a contract that only evolves is what happens anyway", () => {
  refuseContracts({ name: "shop", resources: [resource()] });
  refuseContracts({ name: "shop", schemaContract: "evolve", resources: [resource({ tables: "evolve" })] });
});

test("a contract that would refuse or drop anything is refused, wherever it stands", () => {
  const refused: readonly [SchemaContract | undefined, SchemaContract | undefined, RegExp][] = [
    ["freeze", undefined, /source shop is not built/],
    [{ columns: "discard_value" }, undefined, /source shop/],
    [undefined, "discard_row", /resource issues/],
    ["freeze", { data_type: "freeze" }, /source shop, resource issues/],
  ];
  for (const [source, own, message] of refused) {
    assert.throws(
      () =>
        refuseContracts({
          name: "shop",
          resources: [resource(own)],
          ...(source === undefined ? {} : { schemaContract: source }),
        }),
      (error: unknown) => error instanceof SluiceError && error.code === "E_CONFIG" && message.test(error.message),
    );
  }
});
