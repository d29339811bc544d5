import assert from "node:assert/strict";
import { test } from "node:test";
import { contract } from "../../../src/config/contract-shape.ts";

test("a contract in text: a word, or pairs in any of the usual forms", () => {
  const { fromText, schema } = contract();
  const pairs = { columns: "freeze", data_type: "discard_row" };
  for (const [text, expected] of [
    ["freeze", "freeze"],
    [" Discard_Value ", "discard_value"],
    ["columns: freeze, data_type: discard_row", pairs],
    ["columns=freeze,data_type=discard_row", pairs],
    ["columns: freeze\ndata_type: discard_row\n", pairs],
    ['{"columns": "freeze", "data_type": "discard_row"}', pairs],
  ] as const) {
    assert.deepEqual(schema.parse(fromText(text)), expected, text);
  }
  for (const text of ["frozen", "column: freeze", "columns: frozen", "columns: freeze: x", ""]) {
    assert.equal(schema.safeParse(fromText(text)).success, false, text);
  }
  assert.deepEqual(schema.parse({ tables: null, columns: "freeze" }), { columns: "freeze" });
});
