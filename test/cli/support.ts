/** Runs the command line as a user does: a process of its own, in a folder of its own, with hardly any environment. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FailureTrace } from "../../src/pipeline/trace.ts";
import { failureText } from "../../src/report/load-info.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "src", "edge", "cli", "index.ts");

/** What `node:test` gives to a test or to the hooks of a suite. */
interface Cleanup {
  after(end: () => Promise<void>): void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
}

/** One command, to its end. */
export async function sluice(args: readonly string[], options: RunOptions): Promise<Ended> {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: options.cwd,
    // Keeps the sources without their types; halves the start of each of the many processes.
    NODE_COMPILE_CACHE: join(tmpdir(), "sluice-compile-cache"),
    ...options.environment,
  };
  const child = spawn(process.execPath, [ENTRY, ...args], { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  options.onStart?.(child);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** The one JSON object that a command with `--json` prints: a line, and nothing else. */
export function onlyObject(ended: Ended): Record<string, unknown> {
  const lines = ended.stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`not one line:\n${ended.stdout}\n${ended.stderr}`);
  const value: unknown = JSON.parse(lines[0] ?? "");
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`no object: ${lines[0]}`);
  return value as Record<string, unknown>;
}

/** An empty folder, gone when the test ends; `files` are written into it. */
export async function folder(t: Cleanup, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "sluice-cli-")));
  t.after(() => rm(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

export interface JsonApi {
  readonly url: string;
  /** Path and query of each request, in order. */
  readonly asked: string[];
  /** Answers by path: the text of a body, or what to do. May be changed while it runs. */
  readonly answers: Record<string, Answer>;
}

export type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** A source on loopback. Bodies are texts, so that numbers stand as a test writes them. */
export async function jsonApi(t: Cleanup, answers: Record<string, Answer>): Promise<JsonApi> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? "/";
    asked.push(target);
    const answer = answers[new URL(target, "http://x").pathname];
    if (typeof answer === "function") return answer(request, response);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(answer ?? "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
}

/** A pipeline file `shop` with one page a resource; `resources` as they stand in the file. */
export function shopFile(url: string, resources: readonly unknown[], source: object = {}): string {
  return JSON.stringify({
    pipeline: "shop",
    dataset: "shop_data",
    source: { name: "shop", client: { base_url: url, paginator: { type: "single_page" } }, resources, ...source },
  });
}

export interface Shop {
  readonly database: TestDatabase;
  readonly api: JsonApi;
  readonly cwd: string;
  /** The flags that name the database. */
  readonly url: readonly string[];
  /** Folder of the load packages. */
  readonly packages: string;
  /** One command that must succeed. */
  succeed(...args: string[]): Promise<Ended>;
}

/** The pipeline `shop` with its source and its database, not loaded yet. */
export async function startShop(
  t: Cleanup,
  answers: Record<string, Answer>,
  resources: readonly unknown[],
): Promise<Shop> {
  const database = await testDatabase(t);
  const api = await jsonApi(t, answers);
  const cwd = await folder(t, { "shop.json": shopFile(api.url, resources) });
  const succeed = async (...args: string[]) => {
    const ended = await sluice(args, { cwd });
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  };
  const url = ["--connection-string", database.url];
  return { database, api, cwd, url, packages: join(cwd, ".sluice", "pipelines", "shop", "packages"), succeed };
}

/** Every failure: exit status, one object on standard output, code and one line (and a hint) on standard error. */
export function assertFailed(ended: Ended, code: string, exit: number): Record<string, unknown> & { message: string } {
  assert.deepEqual([ended.code, ended.signal], [exit, null], ended.stderr);
  const object = onlyObject(ended);
  assert.equal(object.ok, false);
  assert.equal(object.code, code);
  assert.equal(object.retryable, exit === 5);
  assert.ok(typeof object.hint === "string" && object.hint !== "", "a hint");
  const { message } = object;
  assert.ok(typeof message === "string");
  const text = failureText({ message, context: object.context as FailureTrace["context"] });
  assert.ok(ended.stderr.includes(`${code}: ${text}\n${object.hint}\n`), ended.stderr);
  assert.doesNotMatch(ended.stderr, /^\s+at .*:\d+:\d+/m, "no stack");
  return { ...object, message };
}

/** Schemas of the database beside those that every database has. */
export async function schemasOf(database: TestDatabase): Promise<readonly unknown[]> {
  return database.query(
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')",
  );
}
