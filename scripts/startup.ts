/**
 * Measures how long the committed bundles take to start, on the machine at hand: the command until it has printed its
 * version, and the Action until it has read its inputs and opened its first connection (to the destination, whose state
 * decides what is asked of the source). Prints the median of some runs.
 *
 *   node scripts/startup.ts [RUNS]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = Number(process.argv[2] ?? 9);
const dist = join(import.meta.dirname, "..", "dist");
const folder = await mkdtemp(join(tmpdir(), "sluice-startup-"));
try {
  console.log(`dist/cli --version: ${await median(command)} ms`);
  console.log(`dist/main to its first connection: ${await median(action)} ms`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function median(measure: () => Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await measure());
  times.sort((a, b) => a - b);
  return (times[times.length >> 1] ?? Number.NaN).toFixed(0);
}

async function command(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [join(dist, "cli", "index.js"), "--version"], { stdio: "ignore" });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`dist/cli --version ended with ${code}`);
  return performance.now() - start;
}

async function action(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = (server.address() as AddressInfo).port;
  const files = ["OUTPUT", "STATE", "STEP_SUMMARY", "ENV"].map(
    (name) => [`GITHUB_${name}`, join(folder, name)] as const,
  );
  for (const [, file] of files) await writeFile(file, "");
  const start = performance.now();
  const child = spawn(process.execPath, [join(dist, "main", "index.js")], {
    stdio: "ignore",
    env: {
      ...process.env,
      ...Object.fromEntries(files),
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: folder,
      INPUT_SOURCE: "gitlab",
      "INPUT_BASE-URL": `http://127.0.0.1:${port}`,
      INPUT_TOKEN: "no-token",
      "INPUT_CONNECTION-STRING": `postgresql://user:password@127.0.0.1:${port}/db?sslmode=disable`,
    },
  });
  const ended = once(child, "close");
  await Promise.race([
    once(server, "connection"),
    ended.then(() => Promise.reject(new Error("dist/main ended before it connected"))),
  ]);
  const time = performance.now() - start;
  child.kill("SIGKILL");
  await ended;
  server.close();
  return time;
}
