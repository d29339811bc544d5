import assert from "node:assert/strict";
import { test } from "node:test";
import { createActionLog, createRunLog, harmless, type LogLevel } from "../../../../src/edge/action/log.ts";

function recorder(level: LogLevel = "info", runnerDebug = false) {
  const said: string[] = [];
  const commands = {
    info: (text: string) => said.push(text),
    debug: (text: string) => said.push(`::debug::${text}`),
    startGroup: (title: string) => said.push(`::group::${title}`),
    endGroup: () => said.push("::endgroup::"),
  };
  const redact = (text: string) => text.replaceAll("hush", "***");
  return { said, log: createActionLog(commands, { level, runnerDebug, redact }) };
}

test("no line can be read as a workflow command", () => {
  // The runner's rule: a line that begins with `::` after blanks, or that holds `##[`.
  const isCommand = (line: string) => line.trimStart().startsWith("::") || line.includes("##[");
  for (const hostile of [
    "::error::x",
    "  ::set-output name=a::b",
    "a\n::error::b",
    "x ##[error]y",
    "\u2028::error::x",
  ]) {
    const line = harmless(hostile);
    assert.ok(!/[\r\n\u2028]/.test(line) && !isCommand(line), JSON.stringify(line));
  }
  assert.equal(harmless("std::string and 10:30"), "std::string and 10:30");
});

test("a step's lines are one group with its duration in the title", () => {
  const { said, log } = recorder();
  const tell = createRunLog(log, { now: () => 0, progress: true });
  tell({ type: "step-started", step: "extract" });
  tell({ type: "resource-ended", resource: "a\n::error::x", records: 3, requests: 1, seconds: 0.5 });
  tell({ type: "message", level: "warning", text: "slow, hush" });
  tell({ type: "message", level: "debug", text: "not shown" });
  tell({ type: "warning", warning: { code: "W_TLS", subject: "told at the end", count: 1 } });
  tell({ type: "step-ended", step: "extract", seconds: 1.25, ok: true });
  tell({ type: "step-ended", step: "normalize", seconds: 0.25, ok: false });
  assert.deepEqual(said, [
    "warning: slow, ***",
    "::group::extract finished in 1.25 s",
    "a\\n::error::x: 3 records in 1 request, 0.50 s",
    "::endgroup::",
    "normalize failed after 0.25 s",
  ]);
});

test("a long step tells its progress meanwhile, unless that is switched off", () => {
  for (const progress of [true, false]) {
    const { said, log } = recorder();
    let now = 0;
    const tell = createRunLog(log, { now: () => now, progress, everyMs: 1000 });
    for (now = 0; now < 5000; now += 500) tell({ type: "resource-progress", resource: "issues", pages: 1, records: 9 });
    assert.equal(said.length, progress ? 4 : 0);
  }
});

test("levels filter; debug lines go to the runner when its debug is on", () => {
  const lines = (["debug", "info", "warning"] as const).map((level) => ({ level, text: level }));
  const all = (level: LogLevel, runnerDebug: boolean) => {
    const { said, log } = recorder(level, runnerDebug);
    for (const line of lines) log.line(line);
    return said;
  };
  assert.deepEqual(all("info", false), ["info", "warning: warning"]);
  assert.deepEqual(all("info", true), ["::debug::debug", "info", "warning: warning"]);
  assert.deepEqual(all("debug", false), ["debug", "info", "warning: warning"]);
  assert.deepEqual(all("warning", false), ["warning: warning"]);
  assert.deepEqual(all("error", false), []);
});
