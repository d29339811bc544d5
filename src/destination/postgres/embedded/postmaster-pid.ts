import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** What a running server writes into its data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; undefined when there is none, or when the process it names is gone or is another program. */
export function runningPostmaster(data: string): Postmaster | undefined {
  const file = pidFile(data);
  let lines: readonly string[];
  try {
    lines = readFileSync(file, "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Number.parseInt(lines[0] ?? "", 10);
  if (!(pid > 0) || !isAlive(pid) || !isPostmaster(pid, data)) return undefined;
  return { pid, port: Number.parseInt(lines[3] ?? "", 10), ready: lines[7]?.trim() === "ready" };
}

/**
 * Removes a `postmaster.pid` whose server is gone. PostgreSQL itself refuses to start when the number in the file
 * belongs by now to another process (after a restart of the machine or of a container).
 */
export function removeStalePidFile(data: string): boolean {
  const file = pidFile(data);
  if (!existsSync(file) || runningPostmaster(data) !== undefined) return false;
  rmSync(file, { force: true });
  return true;
}

/** True while a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function pidFile(data: string): string {
  return join(data, "postmaster.pid");
}

/**
 * The process must be called postgres and work in this data folder, for it is going to get signals. Where `/proc` does
 * not tell, a living process of that number is taken for the server.
 */
function isPostmaster(pid: number, data: string): boolean {
  const program = readProc(pid, "cmdline")?.split("\0")[0];
  if (program !== undefined && basename(program) !== "postgres") return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return true;
  }
}

function isZombie(pid: number): boolean {
  return / Z /.test(readProc(pid, "stat")?.slice(0, 64) ?? "");
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
