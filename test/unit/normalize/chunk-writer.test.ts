import assert from "node:assert/strict";
import { test } from "node:test";
import type { TableChunk } from "../../../src/core/flow.ts";
import { createBufferPool, createChunkWriter } from "../../../src/normalize/chunk-writer.ts";
import { decodeChunks } from "../../support/chunks.ts";

function collect() {
  const chunks: TableChunk[] = [];
  const pool = createBufferPool();
  const writer = createChunkWriter({ table: "t", pool, padding: "\t\\N", emit: (chunk) => chunks.push(chunk) });
  return { chunks, pool, writer, rows: () => decodeChunks(chunks).get("t") ?? [] };
}

test("rows written before a column was known get a null there", () => {
  const { writer, rows, chunks } = collect();
  writer.write("1", ["a"]);
  writer.write("", ["a"]);
  writer.write("3\tx", ["a", "b"]);
  writer.write("4\ty\tz\tw", ["a", "b", "c", "d"]);
  writer.flush();
  assert.equal(chunks.length, 1);
  assert.deepEqual(
    rows().map(({ a, b, c, d }) => [a, b, c, d]),
    [
      ["1", null, null, null],
      ["", null, null, null],
      ["3", "x", null, null],
      ["4", "y", "z", "w"],
    ],
  );
});

test("rows that cannot grow in their buffer become a chunk with the columns they have", () => {
  const { writer, rows, chunks } = collect();
  for (let i = 0; i < 150; i += 1) writer.write("x".repeat(100), ["a"]);
  const wide = Array.from({ length: 60 }, (_, i) => (i === 0 ? "a" : `c${i}`));
  writer.write(Array.from(wide, () => "y").join("\t"), wide);
  writer.flush();
  assert.deepEqual(
    chunks.map((chunk) => [chunk.columns.length, chunk.rows]),
    [
      [1, 150],
      [60, 1],
    ],
  );
  assert.equal(rows()[150]?.c59, "y");
});

test("buffers grow with the table and are used again after release", () => {
  const { writer, chunks, pool } = collect();
  for (let i = 0; i < 9000; i += 1) writer.write("0123456789".repeat(10), ["a"]);
  const sizes = chunks.map((chunk) => chunk.bytes.buffer.byteLength);
  assert.deepEqual(sizes.slice(0, 3), [16_384, 65_536, 262_144]);
  const last = chunks.at(-1);
  assert.ok(last);
  pool.release(last.bytes);
  assert.equal(pool.take(262_144).buffer, last.bytes.buffer);
  assert.notEqual(pool.take(262_144).buffer, last.bytes.buffer);
});

test("nothing is handed out twice, and an empty writer hands out nothing", () => {
  const { writer, chunks } = collect();
  writer.flush();
  assert.equal(chunks.length, 0);
  writer.write("1", ["a"]);
  writer.flush();
  writer.flush();
  assert.equal(chunks.length, 1);
  assert.equal(writer.rows, 1);
});
