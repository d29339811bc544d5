/** Placeholders with a format (`{value:08,.2f}`): random values and formats must read as Python writes them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Double, type JsonValue } from "../../src/core/json.ts";
import { pythonFormat } from "../../src/core/python-format.ts";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";

const SEED = "7";
const CASES = 6000;

test("values are formatted as Python formats them", { skip: skipWithoutDlt() }, () => {
  const script = join(import.meta.dirname, "python_format.py");
  const options = { maxBuffer: 16 << 20, encoding: "utf8" } as const;
  const output = execFileSync(findDlt() ?? "", [script, SEED, String(CASES)], options);
  const lines = output.trim().split("\n");
  assert.equal(lines.length, CASES);
  let raised = 0;
  for (const line of lines) {
    const [kind, written, spec, made, plain] = JSON.parse(line) as [string, string, string, string | null, string];
    if (made === null) raised += 1;
    // Where Python raises, the plain text stays.
    assert.equal(
      pythonFormat(jsonValue(kind, written), spec),
      made ?? plain,
      `${kind} ${written} ${JSON.stringify(spec)}`,
    );
  }
  assert.ok(raised > CASES / 10 && raised < (CASES * 2) / 3, `${raised} raise`);
});

function jsonValue(kind: string, written: string): JsonValue {
  if (kind === "float") return Number.isInteger(Number(written)) ? new Double(Number(written)) : Number(written);
  if (kind !== "int") return written;
  return Number.isSafeInteger(Number(written)) ? Number(written) : BigInt(written);
}
