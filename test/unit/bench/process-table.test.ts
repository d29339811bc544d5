import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { endedChildrenCpuSeconds, parseStat, processTree, treeCpuSeconds } from "../../bench/process-table.ts";

const linux = process.platform === "linux" ? false : "SKIPPED: /proc is Linux's";

test("a stat line is read by its fields, whatever the program's name", () => {
  const fields = "S 1 4242 4242 0 -1 4194560 100 200 0 0 150 50 25 75 20 0 4 0 12345 1000000 2560 18446744073709551615";
  assert.deepEqual(parseStat(`4242 (a) b (c) ${fields}\n`), {
    pid: 4242,
    cpuSeconds: 2,
    endedChildrenCpuSeconds: 1,
    residentBytes: 2560 * 4096,
  });
});

test("what is no stat line gives nothing", () => {
  assert.equal(parseStat(""), undefined);
  assert.equal(parseStat("12 (short) S 1 2"), undefined);
});

test("a tree holds the process and its children", { skip: linux }, async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('up')"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    await once(child.stdout, "data");
    const pids = processTree(process.pid).map((stat) => stat.pid);
    assert.ok(pids.includes(process.pid) && pids.includes(child.pid ?? -1), pids.join(" "));
    const own = processTree(child.pid ?? -1);
    assert.ok((own[0]?.residentBytes ?? 0) > 10 << 20, JSON.stringify(own));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  assert.deepEqual(processTree(child.pid ?? -1), []);
  assert.equal(treeCpuSeconds(child.pid ?? -1), null);
});

test("the CPU time of a child that has ended is known", { skip: linux }, async () => {
  const before = endedChildrenCpuSeconds() ?? Number.NaN;
  const work = "const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);";
  await once(spawn(process.execPath, ["-e", work], { stdio: "ignore" }), "exit");
  const used = (endedChildrenCpuSeconds() ?? Number.NaN) - before;
  assert.ok(used >= 0.29 && used < 5, `${used} s`);
});
