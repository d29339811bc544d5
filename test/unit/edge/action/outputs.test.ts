import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OUTPUTS } from "../../../../src/config/outputs.ts";
import { ConfigError } from "../../../../src/core/errors.ts";
import { exitStatusOf, traceOfFailure } from "../../../../src/edge/action/failure.ts";
import { type AnnotationPlace, reportRun } from "../../../../src/edge/action/outputs.ts";
import { failedTrace, traceOf } from "../../report/sample-trace.ts";

let temporary = "";
before(async () => {
  temporary = await mkdtemp(join(tmpdir(), "sluice-report-"));
});
after(() => rm(temporary, { recursive: true, force: true }));

function recorder(writeSummary: (markdown: string) => Promise<void> = async () => {}) {
  const outputs = new Map<string, string>();
  const annotations: string[] = [];
  const add = (level: string) => (text: string, at: AnnotationPlace) => {
    annotations.push(`${level} ${at.title} ${at.file ?? ""}:${at.startLine ?? ""} ${text}`);
  };
  const reporter = {
    setOutput: (name: string, value: string) => outputs.set(name, value),
    error: add("error"),
    warning: add("warning"),
    notice: add("notice"),
    writeSummary,
  };
  return { outputs, annotations, reporter };
}

test("files, outputs and annotations of a load", async () => {
  let summary = "";
  const { outputs, annotations, reporter } = recorder(async (markdown) => {
    summary += markdown;
  });
  assert.deepEqual(await reportRun(traceOf(), reporter, { RUNNER_TEMP: temporary }), []);
  assert.deepEqual([...outputs.keys()].sort(), Object.keys(OUTPUTS).sort());
  assert.ok(outputs.get("trace-path")?.startsWith(temporary));
  assert.deepEqual(JSON.parse(await readFile(outputs.get("trace-path")!, "utf8")), traceOf());
  assert.equal(JSON.parse(await readFile(outputs.get("load-info-path")!, "utf8")).rows_loaded, 13_226);
  assert.equal(await readFile(outputs.get("summary-path")!, "utf8"), summary);
  assert.equal(annotations.length, 6);
});

test("a failure without a file is left to setFailed; one in a file is shown there", async () => {
  const plain = recorder();
  await reportRun(failedTrace(), plain.reporter, { RUNNER_TEMP: temporary });
  assert.deepEqual(plain.annotations, []);
  const inFile = recorder();
  const failure = { code: "E_CONFIG", message: "m", retryable: false, context: { file: "a.yml", line: 3 } } as const;
  const environment = { RUNNER_TEMP: temporary, GITHUB_WORKSPACE: temporary };
  await reportRun(failedTrace({ failure }), inFile.reporter, environment);
  assert.deepEqual(inFile.annotations, [], "no such file in the checkout");
  await writeFile(join(temporary, "a.yml"), "");
  await reportRun(failedTrace({ failure }), inFile.reporter, environment);
  const absolute = { ...failure, context: { file: join(temporary, "a.yml"), line: 3 } };
  await reportRun(failedTrace({ failure: absolute }), inFile.reporter, environment);
  const outside = { ...failure, context: { file: "../x.yml", line: 3 } };
  await reportRun(failedTrace({ failure: outside }), inFile.reporter, environment);
  assert.deepEqual(inFile.annotations, ["error E_CONFIG a.yml:3 m", "error E_CONFIG a.yml:3 m"]);
});

test("what cannot be written is told and fails nothing", async () => {
  const { outputs, reporter } = recorder(() => Promise.reject(new Error("no space")));
  const file = join(temporary, "a-file");
  await writeFile(file, "");
  const problems = await reportRun(traceOf(), reporter, { RUNNER_TEMP: join(file, "below") });
  assert.ok(problems.includes("the job summary could not be written: no space"), problems.join("\n"));
  assert.ok(problems.some((problem) => problem.startsWith("trace.json could not be written")));
  assert.equal(outputs.get("status"), "loaded");
});

test("the summary leaves room for what the step has written already", async () => {
  let summary = "";
  const { reporter } = recorder(async (markdown) => {
    summary = markdown;
  });
  const path = join(temporary, "summary");
  await writeFile(path, "x".repeat(998_500));
  await reportRun(traceOf(), reporter, { RUNNER_TEMP: temporary, GITHUB_STEP_SUMMARY: path });
  assert.ok(Buffer.byteLength(summary) <= 1500, String(Buffer.byteLength(summary)));
  assert.match(summary, /Left out/);
});

test("an error before the run has a trace of its own and its exit status", () => {
  const facts = { inputs: { "pipeline-name": "p" }, startedAt: new Date(), version: "1" };
  const config = traceOfFailure(new ConfigError("E_INPUT", "m", { hint: "h" }), facts);
  assert.equal(config.pipeline, "p");
  assert.equal(config.status, "failed");
  assert.equal(exitStatusOf(config, undefined), 2);
  const bug = traceOfFailure(new TypeError("x is not a function"), facts);
  assert.equal(bug.failure?.code, "E_INTERNAL");
  assert.equal(exitStatusOf(bug, undefined), 1);
  const stopped = traceOfFailure(new ConfigError("E_CANCELLED", "stopped"), facts);
  assert.equal(stopped.status, "cancelled");
  assert.equal(exitStatusOf(stopped, "SIGINT"), 130);
  assert.equal(exitStatusOf(stopped, "SIGTERM"), 143);
  assert.equal(exitStatusOf(traceOf(), "SIGTERM"), 0, "committed before it could stop");
});
