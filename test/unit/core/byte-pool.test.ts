import assert from "node:assert/strict";
import { test } from "node:test";
import { dropBytes, holdBytes, takeBytes } from "../../../src/core/byte-pool.ts";

test("memory is used again when its last holder lets go, and not before", () => {
  const first = takeBytes(100_000);
  assert.ok(first.length >= 100_000);
  holdBytes(first.subarray(10, 20));
  dropBytes(first);
  const second = takeBytes(100_000);
  assert.notEqual(second.buffer, first.buffer);
  dropBytes(first);
  assert.equal(takeBytes(100_000).buffer, first.buffer);
});

test("letting go once too often gives the memory to one only", () => {
  const bytes = takeBytes(500_000);
  dropBytes(bytes);
  dropBytes(bytes);
  const again = [takeBytes(500_000), takeBytes(500_000)];
  assert.notEqual(again[0]?.buffer, again[1]?.buffer);
});

test("bytes of others are left alone, and little is kept", () => {
  dropBytes(Buffer.alloc(100_000));
  holdBytes(new Uint8Array(5));
  const many = Array.from({ length: 40 }, () => takeBytes(1_000_000));
  for (const bytes of many) dropBytes(bytes);
  const kept = Array.from({ length: 40 }, () => takeBytes(1_000_000)).filter((bytes) =>
    many.some((before) => before.buffer === bytes.buffer),
  );
  assert.ok(kept.length > 0 && kept.length <= 20, String(kept.length));
});
