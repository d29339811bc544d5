/** A run never throws: whatever happens is in its trace, and the trace lies in the work folder. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SourceError } from "../../../src/core/errors.ts";
import type { Source } from "../../../src/core/source.ts";
import type { Trace } from "../../../src/pipeline/trace.ts";
import { bench, ordersSource } from "./support.ts";

/** A source that yields a page and then fails. */
function failing(error: () => unknown): Source {
  const source = ordersSource([{ id: 1 }], {});
  return {
    ...source,
    extract: (context) => {
      const extraction = source.extract(context);
      return {
        ...extraction,
        pages: (async function* () {
          yield* extraction.pages;
          context.warn("W_CONTENT_TYPE", "orders");
          throw error();
        })(),
      };
    },
  };
}

test("a failure: code, step, message and context, warnings so far, steps with their end, no package", async (t) => {
  const b = await bench(t);
  const cause = new SourceError("E_SOURCE_AUTH", "refused", { hint: "Check it.", context: { resource: "orders" } });
  const { trace, error } = await b.run({ source: failing(() => cause) });
  assert.ok(error instanceof SourceError);
  assert.equal(trace.status, "failed");
  assert.deepEqual(trace.failure, {
    code: "E_SOURCE_AUTH",
    step: "extract",
    message: "refused",
    hint: "Check it.",
    retryable: false,
    context: { resource: "orders" },
  });
  assert.deepEqual(
    trace.steps.map(({ step, ok }) => [step, ok]),
    [
      ["sync", true],
      ["extract", false],
    ],
  );
  assert.deepEqual(
    trace.warnings.map(({ code }) => code),
    ["W_CONTENT_TYPE"],
  );
  assert.ok(b.events.some((event) => event.type === "warning"));
  assert.deepEqual(b.destination.asked, []);
  assert.deepEqual(await readdir(join(b.folder, "packages")), []);
  assert.deepEqual((await readdir(b.folder)).includes("lock"), false);
  assert.deepEqual(JSON.parse(await readFile(join(b.folder, "trace.json"), "utf8")), JSON.parse(JSON.stringify(trace)));
});

test("an error that is not ours is a bug; its stack is in the error alone", async (t) => {
  const b = await bench(t);
  const { trace, error } = await b.run({ source: failing(() => new TypeError("x is undefined")) });
  assert.equal(trace.failure?.code, "E_INTERNAL");
  assert.equal(trace.failure?.message, "TypeError: x is undefined");
  assert.ok(error instanceof TypeError);
  assert.doesNotMatch(JSON.stringify(trace), /trace\.test\.ts/);
});

test("a signal ends the run as cancelled, whatever error it caused on the way", async (t) => {
  const b = await bench(t);
  const controller = new AbortController();
  const source = failing(() => {
    controller.abort();
    return new Error("socket closed");
  });
  const { trace } = await b.run({ source, signal: controller.signal });
  assert.deepEqual([trace.status, trace.failure?.code, trace.failure?.retryable], ["cancelled", "E_CANCELLED", true]);
});

test("a run that is locked out leaves the trace of the other one alone", async (t) => {
  const b = await bench(t);
  await b.run();
  const before = await readFile(join(b.folder, "trace.json"), "utf8");
  // Init is a process that lives, and it started when the machine did.
  const stat = await readFile("/proc/1/stat", "utf8").catch(() => "");
  if (stat === "") return t.skip("SKIPPED: no /proc");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  await writeFile(join(b.folder, "lock"), `1 ${started} x`);
  const { trace } = await b.run();
  assert.equal(trace.failure?.code, "E_LOCKED");
  assert.equal(await readFile(join(b.folder, "trace.json"), "utf8"), before);
  const kept = JSON.parse(before) as Trace;
  assert.equal(kept.status, "loaded");
});
