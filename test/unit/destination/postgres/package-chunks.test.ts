import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packageChunks } from "../../../../src/destination/postgres/package-chunks.ts";

test("a file comes in pieces up to what it is said to have, whatever stands behind", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-chunks-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const content = randomBytes(1_500_000);
  await writeFile(join(folder, "rows"), content);
  for (const [start, bytes] of [
    [0, 1_500_000],
    [0, 262_144],
    [1, 262_146],
    [700_000, 1_300_000],
    [1_000, 1_000],
    [5_000, 1_000],
  ] as const) {
    const pieces: Buffer[] = [];
    let small = 0;
    for await (const piece of packageChunks(folder, { table: "t", path: "rows", bytes }, start)) {
      // What a socket could still hold is never written over: only whole pieces come before another one.
      assert.equal(small, 0);
      if (piece.length < 262_144) small += 1;
      pieces.push(Buffer.from(piece));
    }
    assert.ok(Buffer.concat(pieces).equals(content.subarray(start, Math.max(start, bytes))), `${start} to ${bytes}`);
  }
});

test("a piece stays as it is until the one after the next is asked for", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-chunks-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const content = randomBytes(1_100_000);
  await writeFile(join(folder, "rows"), content);
  let at = 0;
  for await (const piece of packageChunks(folder, { table: "t", path: "rows", bytes: content.length })) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(piece.equals(content.subarray(at, at + piece.length)));
    at += piece.length;
  }
  assert.equal(at, content.length);
});

test("a file that is gone is named", async () => {
  const chunks = packageChunks(join(tmpdir(), "sluice-nothing"), { table: "t", path: "rows", bytes: 1 });
  await assert.rejects(chunks.next(), { code: "E_LIMIT", message: /rows of the load package cannot be read/ });
});
