import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import { readManifest } from "../../../src/load/manifest-file.ts";
import {
  failedFolder,
  failPackage,
  listPackages,
  markCommitted,
  markCommitting,
  removePackage,
} from "../../../src/load/package-folder.ts";
import { pathName } from "../../../src/load/path-name.ts";
import { createPackage, type ManifestFacts } from "../../../src/load/spool.ts";
import { tempFolder } from "../../support/package-builder.ts";

const FACTS: ManifestFacts = {
  pipeline: "p",
  dataset: "d",
  schemaName: "s",
  createdAt: "2026-11-25T00:00:00Z",
  base: { dataset: true, stateRowIds: ["a", "b"] },
  rootTables: ["t"],
  schema: { name: "s", tables: { ["__proto__"]: { x: 1 } } },
  schemaVersionHash: "h",
  state: {
    version: 3,
    engineVersion: 4,
    pipelineName: "p",
    state: "x",
    createdAt: "2026-11-25T00:00:00Z",
    versionHash: "vh",
    dltId: "id",
  },
};

function chunk(table: string, columns: readonly string[], text: string) {
  return { table, columns, rows: text.split("\n").length - 1, bytes: Buffer.from(text, "utf8") };
}

async function build(work: string, loadId = "1700000001.25") {
  const writer = await createPackage({ workFolder: work, loadId });
  await writer.write(chunk("t", ["a"], "1\n2\n"));
  await writer.write(chunk("u", ["a"], "é\n"));
  await writer.write(chunk("t", ["a"], "3\n"));
  await writer.write(chunk("t", ["a", "b"], "4\t5\n"));
  await writer.write(chunk("t", ["a"], "6\n"));
  return { writer, manifest: await writer.commitManifest(FACTS) };
}

suite("load package on disk", () => {
  test("one file a table, a new one when the columns change, with sizes and checksums", async (t) => {
    const { writer, manifest } = await build(await tempFolder(t));
    assert.deepEqual(
      manifest.files.map((file) => [file.table, file.columns.join(), file.rows, file.bytes]),
      [
        ["t", "a", 3, 6],
        ["u", "a", 1, 3],
        ["t", "a,b", 1, 4],
        ["t", "a", 1, 2],
      ],
    );
    const first = manifest.files[0];
    assert.ok(first !== undefined);
    const text = await readFile(join(writer.folder, first.path), "utf8");
    assert.equal(text, "1\n2\n3\n");
    assert.equal(first.sha256, createHash("sha256").update(text).digest("hex"));
    assert.deepEqual([writer.rows, writer.bytes], [6, 15]);
    assert.deepEqual(await readManifest(writer.folder, { verifyFiles: true }), manifest);
    assert.equal((await stat(join(writer.folder, first.path))).mode & 0o077, 0);
  });

  test("more tables than open files", async (t) => {
    const writer = await createPackage({ workFolder: await tempFolder(t), loadId: "1.1" });
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 300; n++) await writer.write(chunk(`t${n}`, ["a"], `${round}\n`));
    }
    const manifest = await writer.commitManifest(FACTS);
    assert.equal(manifest.files.length, 300);
    assert.deepEqual(await readManifest(writer.folder, { verifyFiles: true }), manifest);
  });

  test("the limit of the work directory is an error", async (t) => {
    const writer = await createPackage({ workFolder: await tempFolder(t), loadId: "1.1", maxBytes: 10 });
    await writer.write(chunk("t", ["a"], "12345678\n"));
    await assert.rejects(
      writer.write(chunk("t", ["a"], "12345678\n")),
      (error) => error instanceof SluiceError && error.code === "E_LIMIT" && error.context.table === "t",
    );
    await writer.abort();
    await assert.rejects(stat(writer.folder));
  });

  test("one changed byte, a missing byte, a forged path: the package is damaged", async (t) => {
    const work = await tempFolder(t);
    for (const harm of ["flip", "cut", "path", "json", "type"] as const) {
      const { writer, manifest } = await build(work, `1700000001.${harm.length}${harm}`);
      const file = join(writer.folder, manifest.files[0]?.path ?? "");
      const path = join(writer.folder, "manifest.json");
      const text = await readFile(path, "utf8");
      if (harm === "flip") await writeFile(file, "1\n2\n4\n");
      if (harm === "cut") await truncate(file, 5);
      if (harm === "path") await writeFile(path, text.replace(/"path":"[^"]*"/, '"path":"../../x.copy"'));
      if (harm === "json") await appendFile(path, "x");
      if (harm === "type") await writeFile(path, text.replace('"rows":3', '"rows":"3"'));
      const read = await readManifest(writer.folder, { verifyFiles: true });
      assert.ok("damaged" in read, harm);
    }
  });

  test("life cycle: incomplete, pending, committing, committed, failed, removed", async (t) => {
    const work = await tempFolder(t);
    assert.deepEqual(await listPackages(work), []);
    const unfinished = await createPackage({ workFolder: work, loadId: "1700000009.5" });
    await unfinished.write(chunk("t", ["a"], "1\n"));
    const { writer } = await build(work);
    const states = async () => (await listPackages(work)).map(({ status }) => status);
    assert.deepEqual(await states(), ["pending", "incomplete"]);
    await markCommitting(writer.folder);
    assert.deepEqual(await states(), ["committing", "incomplete"]);
    await markCommitted(writer.folder);
    assert.deepEqual(await states(), ["committed", "incomplete"]);
    await removePackage(writer.folder);
    await unfinished.abort();
    assert.deepEqual(await states(), []);
    for (const loadId of ["1.1", "1.2", "1.3"]) {
      const failed = (await build(work, loadId)).writer;
      await failPackage(work, failed.folder);
    }
    assert.deepEqual(await readdir(failedFolder(work)), [pathName("1.3")]);
    assert.deepEqual(await states(), []);
  });

  test("a link in the work folder is not a package", async (t) => {
    const work = await tempFolder(t);
    const outside = await tempFolder(t);
    await mkdir(join(work, "packages"), { recursive: true });
    await symlink(outside, join(work, "packages", "1_1"));
    assert.deepEqual(await listPackages(work), []);
  });

  test("names never leave their folder, hide or meet", () => {
    const names = [
      "../x",
      "/etc/passwd",
      "a/b",
      "a_b",
      "a-b",
      "A_B",
      "con",
      ".",
      "..",
      "",
      "x".repeat(300),
      "é",
      "a\0b",
    ];
    const mapped = names.map(pathName);
    for (const name of mapped) assert.match(name, /^[a-z0-9_]{1,60}$/);
    assert.equal(new Set(mapped).size, names.length);
    assert.equal(pathName("gitlab_pipeline"), "gitlab_pipeline");
    assert.notEqual(pathName("con"), "con");
  });
});
