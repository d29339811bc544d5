/** Hostile names and messages through everything that shows a run, read again as GitHub, a terminal or a program reads it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { RunEvent } from "../../../src/core/events.ts";
import { createActionLog } from "../../../src/edge/action/log.ts";
import { renderAnnotations } from "../../../src/report/annotations.ts";
import { renderFailure, renderLoadInfo } from "../../../src/report/load-info.ts";
import { renderLoadInfoJson } from "../../../src/report/load-info-json.ts";
import { renderOutputs } from "../../../src/report/outputs.ts";
import { printableJson } from "../../../src/report/printable.ts";
import { createProgressBar, eventLines } from "../../../src/report/progress.ts";
import { renderSummary } from "../../../src/report/summary.ts";
import { parseLog } from "../../support/runner.ts";
import { HOSTILE_NAME, HOSTILE_TEXTS, MOVES, traceFullOf, traceOf } from "./sample-trace.ts";

const ALL = [...HOSTILE_TEXTS, HOSTILE_NAME];
const PATHS = { loadInfo: "/t/load-info.json", trace: "/t/trace.json", summary: "/t/summary.md" };

/** The runner takes such a line for a command. */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith("::") || line.includes("##[");
}

test("log lines: nothing that the runner executes, nothing that a terminal obeys", () => {
  for (const text of ALL) {
    const said: string[] = [];
    const commands = { info: said, debug: said, startGroup: said, endGroup: said };
    const log = createActionLog(
      {
        info: (line) => commands.info.push(line),
        debug: (line) => commands.debug.push(line),
        startGroup: () => {},
        endGroup: () => {},
      },
      { level: "debug", runnerDebug: true, redact: (line) => line },
    );
    const trace = traceFullOf(text);
    log.text(renderLoadInfo(trace));
    log.text(renderFailure(trace));
    const events: readonly RunEvent[] = [
      { type: "resource-progress", resource: text, pages: 1, records: 1 },
      { type: "resource-ended", resource: text, records: 1, requests: 1, seconds: 1 },
      { type: "table-loaded", table: text, rows: 1, bytes: 1 },
      { type: "warning", warning: { code: "W_TLS", subject: text, count: 1, detail: text } },
      { type: "message", level: "info", text },
    ];
    for (const event of events) for (const line of eventLines(event)) log.line(line);
    log.line({ level: "debug", text });
    assert.ok(said.length > 10);
    for (const line of said) {
      assert.ok(!isCommand(line) && !MOVES.test(line) && !line.includes("\n"), JSON.stringify(line));
    }
    // In a terminal the drawn line is cleared and written again by escapes of our own alone.
    const bar = createProgressBar(
      () => 0,
      () => 1e6,
    );
    for (const event of events) {
      const drawn = bar(event).replaceAll("\r\u001b[2K", "").replaceAll("\n", "");
      assert.ok(!MOVES.test(drawn), JSON.stringify(drawn));
    }
  }
});

test("annotations: what the runner reads back is what was said, and it reads nothing else", () => {
  const all = ALL.flatMap((text) => renderAnnotations(traceFullOf(text)));
  // The real library writes the commands, in a process whose output is read as the runner reads it.
  const script = `import * as core from "@actions/core";
    const all = JSON.parse(await new Promise((done) => { let text = ""; process.stdin.on("data", (part) => { text += part; }).on("end", () => done(text)); }));
    for (const { level, title, message, file, line, column } of all) core[level](message, { title, file, startLine: line, startColumn: column });`;
  const stdout = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    input: JSON.stringify(all),
    encoding: "utf8",
  });
  const read = parseLog(stdout);
  assert.deepEqual(
    read.annotations.map(({ level, message, properties }) => ({ level, message, title: properties.title })),
    all.map(({ level, message, title }) => ({ level, message, title })),
  );
  assert.equal(all.filter(({ level }) => level === "error").length, ALL.length);
  for (const { message, properties } of read.annotations) {
    for (const line of [...message.split("\n"), properties.title ?? ""])
      assert.ok(!MOVES.test(line), JSON.stringify(line));
  }
});

test("outputs and JSON: equal for a reader of JSON, one line, no command when a step prints them", () => {
  for (const text of ALL) {
    const trace = traceFullOf(text);
    const outputs = renderOutputs(trace, PATHS);
    for (const [name, value] of Object.entries(outputs)) {
      assert.ok(!MOVES.test(value) && !value.includes("\n"), `${name} ${JSON.stringify(value)}`);
      if (/^[[{]/.test(value)) assert.ok(!isCommand(value), `${name} ${value}`);
    }
    assert.deepEqual(JSON.parse(outputs["load-info"]), JSON.parse(JSON.stringify(renderLoadInfoJson(trace))));
    assert.equal(JSON.parse(outputs.warnings)[0].detail, text);
    const file = printableJson(trace, 2);
    assert.deepEqual(JSON.parse(file), trace);
    for (const line of file.split("\n")) assert.ok(!isCommand(line) && !MOVES.test(line), line);
  }
});

/** Cells of a line of a table as GitHub splits them: by every pipe without a backslash, also within code. */
function cells(line: string): number {
  return line.replace(/\\\|/g, "").split("|").length;
}

test("summary: no cell is broken, no HTML, link, mention, fence or command of the text's own", () => {
  // The lines but for the text in them; a message of several lines takes several within its quote.
  const shape = (text: string) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) =>
        line.startsWith("|") ? `${cells(line)} cells` : line.startsWith(">") ? ">" : line.replace(/^(\W{0,3}).*/, "$1"),
      )
      .filter((line, at, all) => line !== ">" || all[at - 1] !== ">");
  const harmless = renderSummary(traceFullOf("harmless"));
  for (const text of ALL) {
    const summary = renderSummary(traceFullOf(text));
    assert.deepEqual(shape(summary), shape(harmless), text);
    for (const line of summary.split("\n")) assert.ok(!isCommand(line) && !MOVES.test(line), JSON.stringify(line));
    const outside = summary.replace(/```mermaid[\s\S]*?\n```/g, "").replace(/`[^`\n]*`/g, "");
    assert.doesNotMatch(outside, /<(?!\/?(?:code|br|details|summary)>)/);
    assert.doesNotMatch(outside, /\]\(|https?:\/\/|www\.|@\w|\$\{\{/);
    assert.equal(summary.match(/^```/gm)?.length, 6, "three diagrams, each opened and closed");
  }
});

test("Mermaid: labels are words, and what stands between them is ours", () => {
  const diagrams = (summary: string) =>
    [...summary.matchAll(/```mermaid\n([\s\S]*?)\n```/g)].map((match) => match[1] ?? "");
  const structure = (drawn: string) => drawn.replace(/"[^"\n]*"/g, '""').replace(/^( {2,4})(?:[a-zA-Z]\w* ?)+/gm, "$1");
  const harmless = diagrams(renderSummary(traceFullOf("harmless"))).map(structure);
  assert.equal(harmless.length, 3);
  for (const text of ALL) {
    const drawn = diagrams(renderSummary(traceFullOf(text)));
    assert.deepEqual(drawn.map(structure), harmless, text);
    for (const label of drawn.join("\n").matchAll(/"([^"\n]*)"/g)) assert.match(label[1] ?? "", /^[A-Za-z0-9_ .-]*$/);
  }
});

test("a harmless run is shown as it is", () => {
  const { "load-info": loadInfo } = renderOutputs(traceOf(), PATHS);
  assert.equal(loadInfo, JSON.stringify(renderLoadInfoJson(traceOf())));
});
