/**
 * First file of the bundled command: checks the Node version before anything modern is loaded, because the libraries
 * of the command throw while loading on an old Node (undici needs 22.19) and their errors help nobody. Under an older
 * Node the command is run again by the Node that `npm ci` has put into the checkout. This file parses and runs on Node
 * 18 and up, so it imports nothing of ours.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REQUIRED_MAJOR = 24;

if (isSupported(process.versions.node)) {
  await import("./index.ts");
} else {
  const here = realpathSync(fileURLToPath(import.meta.url));
  const newer = findNewerNode(dirname(here));
  if (newer === undefined) refuse();
  else runAgain(newer, here);
}

function isSupported(version: string): boolean {
  return Number.parseInt(version, 10) >= REQUIRED_MAJOR;
}

/** `node_modules/.bin/node` of this folder or the nearest one above, if it is new enough. */
function findNewerNode(start: string): string | undefined {
  const inModules = process.platform === "win32" ? join("node", "bin", "node.exe") : join(".bin", "node");
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", inModules);
    if (existsSync(candidate)) {
      const answer = spawnSync(candidate, ["-p", "process.versions.node"], { encoding: "utf8" });
      if (answer.status === 0 && isSupported(answer.stdout)) return candidate;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Runs this command under another Node: same arguments, environment and streams; ends as the child ends. The child
 * gets a process group of its own, so that Ctrl-C reaches it once, through here; twice would mean "leave at once".
 */
function runAgain(node: string, file: string): void {
  const ownGroup = process.platform !== "win32";
  const signals: readonly NodeJS.Signals[] = ownGroup ? ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] : ["SIGINT"];
  // Before the child exists: a signal in between would end this process and leave the child behind.
  for (const signal of signals) process.on(signal, () => ownGroup && child.kill(signal));
  const child = spawn(node, [file, ...process.argv.slice(2)], { stdio: "inherit", detached: ownGroup });
  child.on("error", () => refuse());
  child.on("exit", (code, signal) => {
    for (const name of signals) process.removeAllListeners(name);
    if (signal === null) process.exitCode = code ?? 1;
    else process.kill(process.pid, signal);
  });
}

/** One line that says what is missing; exit 2 (configuration). */
function refuse(): void {
  const message = `Sluice needs Node.js ${REQUIRED_MAJOR} or newer, this is ${process.versions.node}`;
  const hint = `run "npm ci" in its folder, which brings one, or install Node.js ${REQUIRED_MAJOR}`;
  console.error(`E_INPUT: ${message}; ${hint}`);
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ ok: false, code: "E_INPUT", message, retryable: false, hint }));
  }
  process.exitCode = 2;
}
