/** Python dlt, the reference implementation, for tests that compare with it. `.ci/run` installs it into `.venv-dlt`. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const DLT_VERSION = "1.31.0";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

export interface DltRun {
  readonly dlt: string;
  readonly load_ids: readonly string[];
  readonly schema_version_hash: string;
}

/** Path of the Python that has dlt; undefined when there is none. `SLUICE_DLT_PYTHON` names another one. */
export function findDlt(): string | undefined {
  const named = process.env.SLUICE_DLT_PYTHON;
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  const windows = process.platform === "win32";
  const python = join(root, ".venv-dlt", windows ? "Scripts" : "bin", windows ? "python.exe" : "python");
  return existsSync(python) ? python : undefined;
}

/**
 * Reason for skipping a test that needs dlt, or false. Where dlt has to be there (`SLUICE_REQUIRE_DLT=1`, set by
 * `.ci/run` after it has installed it) a missing one throws instead.
 */
export function skipWithoutDlt(): string | false {
  if (findDlt() !== undefined) return false;
  const reason = `SKIPPED: no Python dlt in .venv-dlt (python3 -m venv .venv-dlt && .venv-dlt/bin/pip install -r test/differential/requirements.txt)`;
  if (process.env.SLUICE_REQUIRE_DLT === "1") throw new Error(reason);
  console.error(reason);
  return reason;
}

/** Runs a pipeline file (JSON) once; `folder` is dlt's working folder, empty to make it restore from the destination. */
export async function runDlt(file: string, url: string, dataset: string, folder: string): Promise<DltRun> {
  const python = findDlt();
  if (python === undefined) throw new Error("no Python dlt");
  const script = join(root, "test", "differential", "dlt_run.py");
  const args = [script, file, "--url", url, "--dataset", dataset, "--folder", folder];
  const { stdout } = await run(python, args, { cwd: folder, maxBuffer: 16 << 20 });
  const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as DltRun;
  if (answer.dlt !== DLT_VERSION) throw new Error(`dlt is ${answer.dlt}, the tests compare with ${DLT_VERSION}`);
  return answer;
}

/** A Python process that has dlt loaded: a run takes a fraction of a second instead of several. */
export interface DltServer {
  /** As {@link runDlt}; a failed run throws an error with dlt's chain of exceptions. */
  run(file: string, url: string, dataset: string, folder: string): Promise<DltRun>;
  close(): Promise<void>;
}

export function startDlt(folder: string): DltServer {
  const python = findDlt();
  if (python === undefined) throw new Error("no Python dlt");
  const script = join(root, "test", "differential", "dlt_run.py");
  const child = spawn(python, [script, "--serve"], {
    cwd: folder,
    env: { ...process.env, DLT_DATA_DIR: folder, DLT_PROJECT_DIR: folder },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (file, url, dataset, cwd) => {
      const answered = last.then(async () => {
        child.stdin.write(`${JSON.stringify({ file, url, dataset, folder: cwd })}\n`);
        const line = await answers.next();
        if (line.done === true) throw new Error(`dlt has ended\n${said}`);
        const answer = JSON.parse(line.value) as DltRun & { readonly error?: readonly string[] };
        if (answer.dlt !== DLT_VERSION) throw new Error(`dlt is ${answer.dlt}, the tests compare with ${DLT_VERSION}`);
        if (answer.error !== undefined) throw new Error(`dlt failed\n${answer.error.join("\n")}`);
        return answer;
      });
      last = answered.catch(() => {});
      return answered;
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
