import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { World } from "./scenarios.ts";

const MAIN = join(import.meta.dirname, "..", "..", "src", "edge", "demo", "gitlab", "main.ts");
/** Room for the pages of 200 000 issues; all are built before the first run. */
const CACHE_MB = 2048;
const START_MS = 300_000;

/** A sample GitLab in a process of its own, so that its CPU time is nobody else's. */
export interface GitlabProcess {
  readonly url: string;
  readonly token: string;
  set(changes: Readonly<Record<string, string>>): Promise<void>;
  /** Forgets what was counted. */
  reset(): Promise<void>;
  counts(): Promise<{ readonly requests: number; readonly maxInFlight: number }>;
  stop(): Promise<void>;
}

/** Starts it and waits until records and pages are built. */
export async function startGitlabProcess(world: World, signal: AbortSignal): Promise<GitlabProcess> {
  signal.throwIfAborted();
  const sizes = [
    ["projects", world.projects],
    ["groups", 1],
    ["issues-per-project", world.issuesPerProject],
    ["jobs-per-project", world.jobsPerProject],
    ["cache-mb", CACHE_MB],
    ["port", 0],
  ].flatMap(([name, size]) => [`--${name}`, String(size)]);
  const fixed = ["--restricted", "none", "--quirks", "off", "--wide-issues", "on"];
  const child = spawn(process.execPath, [MAIN, ...sizes, ...fixed], { stdio: ["ignore", "pipe", "inherit"] });
  const end = (): unknown => child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  process.once("exit", end);
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    end();
    await exited;
    signal.removeEventListener("abort", end);
    process.off("exit", end);
  };
  try {
    const { url, token } = await addressIn(child.stdout);
    const ask = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    return {
      url,
      token,
      stop,
      set: async (changes) => void (await ask(`/__set?${new URLSearchParams(changes)}`)),
      reset: async () => void (await ask("/__reset")),
      counts: async () => {
        const { requests, maxInFlight } = (await ask("/__stats")) as { requests: number; maxInFlight: number };
        return { requests, maxInFlight };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads the line that the server prints when it is ready. */
function addressIn(output: NodeJS.ReadableStream): Promise<{ url: string; token: string }> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error("the sample GitLab does not get ready")), START_MS);
    output.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      const ready = /on (http:\S+)\/api\/v4 \(token (\S+)\)/.exec(text);
      if (ready === null) return;
      clearTimeout(timer);
      resolve({ url: ready[1] ?? "", token: ready[2] ?? "" });
    });
    output.on("end", () => {
      clearTimeout(timer);
      reject(new Error(`the sample GitLab ended: ${text.trim()}`));
    });
  });
}
