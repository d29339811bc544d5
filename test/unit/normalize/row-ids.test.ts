import assert from "node:assert/strict";
import { test } from "node:test";
import { createRowIds } from "../../../src/normalize/row-ids.ts";

test("an id is ten bytes in base64 without padding, and the pool is drawn from in order", () => {
  const draws: number[] = [];
  const nextId = createRowIds({
    bytes: (n) => {
      draws.push(n);
      return Uint8Array.from({ length: n }, (_, i) => (i * 7 + draws.length) % 256);
    },
    next: () => 0,
  });
  const first = Buffer.from(Uint8Array.from({ length: 20 }, (_, i) => i * 7 + 1));
  assert.equal(nextId(), first.toString("base64", 0, 10).replace(/=+$/, ""));
  assert.equal(nextId(), first.toString("base64", 10, 20).replace(/=+$/, ""));
  for (let i = 0; i < 2000; i += 1) assert.match(nextId(), /^[A-Za-z0-9+/]{14}$/);
  assert.equal(draws.length, Math.ceil((2002 * 10) / (draws[0] ?? 1)));
});
