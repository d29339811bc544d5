import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { keyRows } from "../../../src/destination/postgres/key-rows.ts";

async function* pieces(text: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}

async function cut(rows: readonly (readonly string[])[], fields: readonly number[], size: number, first = 0) {
  const text = Buffer.from(rows.map((row) => `${row.join("\t")}\n`).join(""), "utf8");
  const out: Buffer[] = [];
  for await (const piece of keyRows(pieces(text, size), fields, rows[0]?.length ?? 1, first)) out.push(piece);
  return Buffer.concat(out).toString("utf8");
}

suite("keys cut from COPY text", () => {
  const rows = Array.from({ length: 40 }, (_, n) => [`k${n}`, "é\\t", "", "\\N", `${"x".repeat(n)}`, `id${n}`]);
  const cases: readonly (readonly number[])[] = [[0, 5], [5, 0], [1, 2, 3], [4], [2, -1, 5], [0, 1, 2, 3, 4, 5], [-1]];
  for (const fields of cases) {
    test(`fields ${fields.join()} at any cut of the stream`, async () => {
      const expected = rows
        .map((row, n) => `${fields.map((field) => (field < 0 ? "\\N" : row[field])).join("\t")}\t${n + 7}\n`)
        .join("");
      for (const size of [1, 3, 7, 64, 1 << 20]) assert.equal(await cut(rows, fields, size, 7), expected, `${size}`);
    });
  }

  test("one column, and empty fields at both ends", async () => {
    assert.equal(await cut([[""], ["a"], [""]], [0], 2), "\t0\na\t1\n\t2\n");
    assert.equal(await cut([["", "", ""]], [0, 2], 1), "\t\t0\n");
    assert.equal(await cut([], [0], 1), "");
  });
});
