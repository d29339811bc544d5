import { spawn } from "node:child_process";

export interface ProgramResult {
  /** Exit status; -1 when the program could not be started or was killed. */
  readonly status: number;
  /** Standard output and standard error together. */
  readonly output: string;
}

/** Runs a program to its end and collects what it prints. Never throws: a missing program is status -1. */
export function runProgram(command: string, args: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: programEnvironment(), stdio: ["ignore", "pipe", "pipe"], cwd: "/" });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.on("data", (part: Buffer) => parts.push(part));
    child.on("error", (error) => resolve({ status: -1, output: error.message }));
    child.on("close", (status) => resolve({ status: status ?? -1, output: Buffer.concat(parts).toString() }));
  });
}

/** Little of our environment reaches PostgreSQL: `PGDATA`, `PGOPTIONS`, a locale or a secret would only do harm. */
export function programEnvironment(): Record<string, string> {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "LD_LIBRARY_PATH"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}
