/**
 * Runs after the job's steps, whatever came of them: saves what the next run on another runner should know, if `main`
 * recorded a commit. Nothing that goes wrong here fails the job.
 *
 * With the argument `cache` it is the process that talks to the cache service for `main` and for itself.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@actions/core";
import { answerCacheRequest } from "./cache-answer.ts";
import { callCache } from "./cache-process.ts";
import { ENTRY_FILE, readCacheRequest } from "./cache-request.ts";
import { harmless } from "./log.ts";
import { readSaveOrder, type SaveOrder } from "./state.ts";

/** Milliseconds for saving a file of some hundred bytes. */
const PATIENCE = 10_000;

if (process.argv[2] === "cache") await serve(process.argv[3]);
else await save();

async function serve(text: string | undefined): Promise<void> {
  const request = readCacheRequest(text);
  const answer = request === undefined ? { failed: "no such request" } : await answerCacheRequest(request);
  // A socket kept alive must not hold up whoever waits for the end of this process.
  process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit());
}

async function save(): Promise<void> {
  try {
    const order = readSaveOrder(core);
    if (order === undefined) return;
    const result = await saveEntry(order);
    if ("key" in result && result.key !== undefined) core.info(`State version ${order.seen.state.version} cached.`);
    else warn("failed" in result ? result.failed : "the service refused the entry");
  } catch (error) {
    warn(error instanceof Error ? error.message : String(error));
  }
}

async function saveEntry({ key, pipeline, seen }: SaveOrder) {
  const folder = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), "sluice-cache-"));
  try {
    // For people who look into the entry; runs read the key.
    await writeFile(join(folder, ENTRY_FILE), `${JSON.stringify({ pipeline, ...seen }, null, 2)}\n`);
    return await callCache({ do: "save", key }, folder, process.env).within(PATIENCE);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function warn(why: string): void {
  core.warning(harmless(`The state could not be saved to the cache: ${why}`), { title: "W_CACHE_IGNORED" });
}
