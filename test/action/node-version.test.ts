/** The bundled command under a Node that is too old: it finds the one of `npm ci`, or says in one line what is missing. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";

const dist = join(import.meta.dirname, "..", "..", "dist", "cli");
const box = mkdtempSync(join(tmpdir(), "sluice-node-"));
after(() => rmSync(box, { recursive: true, force: true }));

/** Loaded before anything else, makes this Node say that it is an old one. */
const preload = join(box, "old.cjs");
writeFileSync(
  preload,
  `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });`,
);

/** A copy of the bundle as in a checkout; `node` becomes its `node_modules/.bin/node`. */
function checkout(name: string, node?: string): string {
  const folder = join(box, name);
  cpSync(dist, join(folder, "dist", "cli"), { recursive: true });
  if (node !== undefined) {
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    symlinkSync(node, join(folder, "node_modules", ".bin", "node"));
  }
  return join(folder, "dist", "cli", "index.js");
}

/** A program that answers the question for its version, and nothing else. */
function fakeNode(version: string): string {
  const file = join(box, `node-${version}`);
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(node: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(node, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** A real Node older than 24 on the PATH, as on the machine of a user. */
function olderNode(): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, "node");
    if (!existsSync(file)) continue;
    const version = execFileSync(file, ["-p", "process.versions.node"], { encoding: "utf8" });
    if (Number.parseInt(version, 10) < 24) return file;
  }
  return undefined;
}

test("an old Node without a newer one beside the bundle: one line, exit 2", async () => {
  const ended = await run(process.execPath, ["-r", preload, checkout("alone"), "--version"]);
  assert.equal(ended.code, 2);
  assert.equal(ended.stdout, "");
  assert.match(ended.stderr, /^E_INPUT: Sluice needs Node\.js 24 or newer, this is 18\.20\.8; run "npm ci" .*\n$/);
});

test("an old Node in node_modules/.bin is no help", async () => {
  const ended = await run(process.execPath, ["-r", preload, checkout("older", fakeNode("22.11.0")), "--version"]);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /^E_INPUT: Sluice needs Node\.js 24/);
});

test("with --json the refusal is one object on stdout", async () => {
  const ended = await run(process.execPath, ["-r", preload, checkout("json"), "run", "--json"]);
  assert.equal(ended.code, 2);
  const answer = JSON.parse(ended.stdout) as Record<string, unknown>;
  assert.equal(answer.ok, false);
  assert.equal(answer.code, "E_INPUT");
});

test("an old Node runs the command by the newer one beside the bundle, with its output and exit status", async () => {
  const file = checkout("newer", process.execPath);
  const direct = await run(process.execPath, [file, "--version"]);
  assert.equal(direct.code, 0);
  const viaOld = await run(process.execPath, ["-r", preload, file, "--version"]);
  assert.deepEqual(viaOld, direct);
  const wrong = await run(process.execPath, ["-r", preload, file, "run", "no-such-file.yaml"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no-such-file\.yaml/);
});

const older = olderNode();
test("the same under a real older Node", {
  skip: older === undefined && "SKIPPED: no Node older than 24 on the PATH",
}, async () => {
  const alone = await run(older!, [checkout("real-alone"), "--version"]);
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /^E_INPUT: Sluice needs Node\.js 24 or newer, this is \d+/);
  const helped = await run(older!, [checkout("real-newer", process.execPath), "--version"]);
  assert.deepEqual([helped.code, helped.stderr], [0, ""]);
  assert.match(helped.stdout, /^\d+\.\d+\.\d+\n$/);
});

test("a signal reaches the command once, and ends the launcher as it ends the command", async () => {
  // a stand-in for the newer Node, which counts signals: no command of ours lasts long enough without a server
  const counter = join(box, "counter");
  writeFileSync(
    counter,
    `#!/bin/sh\n[ "$1" = -p ] && { echo 24.0.0; exit; }\ntrap 'echo INT; sleep 0.3; exit 130' INT\necho ready\nwhile :; do sleep 0.1; done\n`,
  );
  chmodSync(counter, 0o755);
  const child = spawn(process.execPath, ["-r", preload, checkout("signal", counter), "run"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (data) => {
    stdout += data;
    if (stdout === "ready\n") child.kill("SIGINT");
  });
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 130);
  assert.equal(stdout, "ready\nINT\n");
});
