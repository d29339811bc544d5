import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DestinationError } from "../../../core/errors.ts";
import { isAlive } from "./postmaster-pid.ts";

/**
 * Several processes may use one cluster at a time. Each leaves a file with its process number; whoever leaves last
 * stops the server. Files of processes that died count for nothing.
 */
export interface Lease {
  /** Takes the lease back; true when nobody else uses the server. */
  release(): boolean;
}

/** Tells our files from those of an earlier process of the same number, as containers have it. */
const OURS = `${process.pid}-${randomBytes(4).toString("hex")}`;
let counter = 0;

export function takeLease(root: string): Lease {
  const folder = join(root, "users");
  mkdirSync(folder, { recursive: true });
  counter += 1;
  const name = `${OURS}-${counter}`;
  writeFileSync(join(folder, name), "");
  return {
    release: () => {
      rmSync(join(folder, name), { force: true });
      return otherUsers(folder).length === 0;
    },
  };
}

function otherUsers(folder: string): readonly string[] {
  // Asked for at the end of the process too, when the folder may be gone: then nobody else is there.
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => {
    const pid = Number.parseInt(name, 10);
    if (pid === process.pid ? name.startsWith(OURS) : isAlive(pid)) return true;
    rmSync(join(folder, name), { force: true });
    return false;
  });
}

const LOCK_WAIT_MS = 60_000;
/** Locks that this process holds; a lock file with our number that is not here was left by an earlier process. */
const held = new Set<string>();

/** Runs `work` while no other process starts or stops the server of this folder. Throws `E_LOCKED` after a minute. */
export async function withStartLock<T>(root: string, work: () => Promise<T>): Promise<T> {
  const file = lockFile(root);
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (!tryLock(file)) {
    if (performance.now() > deadline) {
      throw new DestinationError(
        "E_LOCKED",
        `Process ${lockHolder(file)} has been starting the embedded PostgreSQL for a minute`,
        {
          hint: `End that process, or remove ${file} when it does not exist.`,
        },
      );
    }
    await sleep(25);
  }
  try {
    return await work();
  } finally {
    held.delete(file);
    rmSync(file, { force: true });
  }
}

/** True while another living process starts or stops the server; for the moment of exit, when waiting is not possible. */
export function startLockHeldByOther(root: string): boolean {
  const holder = lockHolder(lockFile(root));
  return holder !== undefined && holder !== process.pid && isAlive(holder);
}

function lockFile(root: string): string {
  return join(root, "starting");
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    held.add(file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const holder = lockHolder(file);
  const stale = holder === process.pid ? !held.has(file) : holder !== undefined && !isAlive(holder);
  if (stale) rmSync(file, { force: true });
  return false;
}

function lockHolder(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
