import { spawn } from "node:child_process";
import { basename, dirname, extname, join } from "node:path";
import { isSecretVariable } from "../shared/secret-variables.ts";
import { type CacheRequest, isCacheAnswer } from "./cache-request.ts";
import type { Environment } from "./inputs.ts";

/** What came of a request: the key that was found or saved, none, or why the cache could not be used. */
export type CacheResult = { readonly key: string | undefined } | { readonly failed: string };

export interface CacheCall {
  /** The result, at the latest after so many milliseconds; the process is ended then. Never rejects. */
  within(ms: number): Promise<CacheResult>;
  /** Ends the process at once. */
  stop(): void;
}

/**
 * Asks the cache service in a process of its own. `@actions/cache` cannot be stopped and asks a failing service for up to
 * half a minute; it takes 0.3 s to load, which so passes on another core; it prints warnings of its own; and it needs
 * neither the credentials in the inputs nor the right to print commands to the runner.
 *
 * @param folder where the process runs; the entry's file lies there when it is to be saved
 */
export function callCache(request: CacheRequest, folder: string, environment: Environment): CacheCall {
  const child = spawn(process.execPath, [postEntry(process.argv[1] ?? ""), "cache", JSON.stringify(request)], {
    cwd: folder,
    env: withoutSecrets(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-MOST_OUTPUT);
    });
  }
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<CacheResult>((resolve) => {
    child.once("error", (error) => resolve({ failed: error.message }));
    child.once("close", () => resolve(readOutput(output)));
  }).finally(() => process.off("exit", kill));
  return {
    stop: kill,
    within: async (ms) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<CacheResult>((resolve) => {
        timer = setTimeout(() => {
          const why = complaintIn(output);
          resolve({ failed: `no answer in time${why === undefined ? "" : `: ${why}`}` });
        }, ms);
      });
      try {
        return await Promise.race([ended, late]);
      } finally {
        clearTimeout(timer);
        kill();
      }
    },
  };
}

const MOST_OUTPUT = 64 * 1024;

/** The file that answers: the bundle beside the running one, or the source beside the running one. */
function postEntry(entry: string): string {
  return basename(entry) === "index.js"
    ? join(dirname(entry), "..", "post", "index.js")
    : join(dirname(entry), `post${extname(entry)}`);
}

function withoutSecrets(environment: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !name.startsWith("INPUT_") && !isSecretVariable(name)) kept[name] = value;
  }
  return kept;
}

/** The last line is the answer; a complaint before it tells a failure from a plain miss. */
function readOutput(output: string): CacheResult {
  const complaint = complaintIn(output);
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  try {
    const answer: unknown = JSON.parse(last);
    if (isCacheAnswer(answer)) {
      if (answer.failed !== undefined) return { failed: oneLine(answer.failed) };
      return answer.key !== undefined || complaint === undefined ? { key: answer.key } : { failed: complaint };
    }
  } catch {
    // Told below: the process died before it could answer.
  }
  return { failed: complaint ?? (oneLine(last) || "its process ended without an answer") };
}

/** What `@actions/cache` printed of a failure: a warning or an error of the runner's kind, a failed attempt, a denied save. */
function complaintIn(output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  const line =
    lines.findLast((each) => /^::(?:warning|error)\b/.test(each)) ??
    lines.findLast((each) =>
      /^(?:Failed to save|Attempt \d+ of \d+ failed|Cache (?:save|restore) skipped)\b/.test(each),
    );
  return line === undefined ? undefined : oneLine(line.replace(/^::\w+[^:]*::/, ""));
}

/** The first line, without query strings, which may hold signatures. */
function oneLine(text: string): string {
  return (text.split(/%0A|[\r\n]/)[0] ?? "").replaceAll(/\?[^\s"')]*/g, "").slice(0, 300);
}
