import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SluiceError } from "../../../src/core/errors.ts";
import { lockPipelineFolder, pipelineFolder } from "../../../src/pipeline/work-folder.ts";

async function workFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-work-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const isLocked = (error: unknown) => error instanceof SluiceError && error.code === "E_LOCKED" && error.retryable;

test("a pipeline's folder is one run's at a time; other pipelines are free", async (t) => {
  const folder = await workFolder(t);
  const unlock = await lockPipelineFolder(folder, "shop");
  await assert.rejects(lockPipelineFolder(folder, "shop"), isLocked);
  const other = await lockPipelineFolder(folder, "other");
  await other();
  await unlock();
  await (await lockPipelineFolder(folder, "shop"))();
});

test("the lock of a process that has ended is taken over", async (t) => {
  const folder = await workFolder(t);
  await (await lockPipelineFolder(folder, "shop"))();
  const lock = join(pipelineFolder(folder, "shop"), "lock");
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  // A process that is gone, one that had our id before us, and what is no lock at all.
  for (const text of [`${child.pid} 1 x`, `${process.pid} 1 x`, "", "no number", "-1 0 x"]) {
    await writeFile(lock, text);
    const unlock = await lockPipelineFolder(folder, "shop");
    assert.match(await readFile(lock, "utf8"), new RegExp(`^${process.pid} `));
    await unlock();
  }
});

test("the lock of another living process holds, unless its id is used again by a younger one", {
  skip: process.platform !== "linux" && "SKIPPED: start times of processes are read on Linux alone",
}, async (t) => {
  const folder = await workFolder(t);
  await (await lockPipelineFolder(folder, "shop"))();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  t.after(() => child.kill());
  const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const lock = join(pipelineFolder(folder, "shop"), "lock");
  await writeFile(lock, `${child.pid} ${started} x`);
  await assert.rejects(lockPipelineFolder(folder, "shop"), (error) => {
    assert.ok(isLocked(error) && error instanceof SluiceError);
    assert.equal(error.context.process, String(child.pid));
    return true;
  });
  await writeFile(lock, `${child.pid} 1 x`);
  await (await lockPipelineFolder(folder, "shop"))();
});

test("a work directory that cannot be made says so", async (t) => {
  const folder = await workFolder(t);
  await writeFile(join(folder, "file"), "");
  await assert.rejects(
    lockPipelineFolder(join(folder, "file"), "shop"),
    (error) => error instanceof SluiceError && error.code === "E_LIMIT" && /cannot be written/.test(error.message),
  );
});

test("names of pipelines cannot lead out of the work folder, and differ as they differ", () => {
  const names = ["../x", "..", "a/b", "a_b", "", "A", "a", "con", "x".repeat(300)];
  const folders = names.map((name) => pipelineFolder("/w", name));
  for (const folder of folders) assert.match(folder, /^\/w\/pipelines\/[^/]{1,200}$/);
  assert.equal(new Set(folders).size, names.length);
  // Also where the file system does not tell capitals.
  assert.equal(new Set(folders.map((folder) => folder.toLowerCase())).size, names.length);
});
