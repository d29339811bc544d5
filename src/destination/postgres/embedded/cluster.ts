import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DestinationError } from "../../../core/errors.ts";
import { programFile } from "./binaries.ts";
import { runProgram } from "./run-program.ts";
import type { Unprivileged } from "./unprivileged.ts";

/** The one role of the cluster. */
export const SUPERUSER = "postgres";

/**
 * Makes the cluster unless it is there. `initdb` works in a folder beside it that is renamed when complete, so that a
 * run that was killed half-way leaves no half cluster. Throws `E_DEST_UNAVAILABLE`.
 */
export async function ensureCluster(server: Unprivileged, password: string): Promise<boolean> {
  if (existsSync(join(server.data, "PG_VERSION"))) return false;
  const fresh = `${server.data}.new`;
  const passwordFile = `${fresh}.password`;
  const parent = dirname(server.data);
  mkdirSync(parent, { recursive: true });
  requireOwnFolder(parent);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  server.give(fresh);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  server.give(passwordFile);
  try {
    const initdb = server.command(join(server.bin, programFile("initdb")), [
      `--pgdata=${fresh}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      process.platform === "linux" ? "--locale=C.UTF-8" : "--locale=C",
      "--no-sync",
    ]);
    const { status, output } = await runProgram(initdb.command, initdb.args);
    if (status !== 0) {
      throw new DestinationError("E_DEST_UNAVAILABLE", `initdb failed with status ${status}: ${lastLine(output)}`, {
        hint: "Look at the free space and the rights of the folder, or give a connection string.",
        context: { folder: server.data },
      });
    }
    renameSync(fresh, server.data);
    return true;
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** A folder under a world-writable one may have been put there by somebody else. */
function requireOwnFolder(folder: string): void {
  const uid = process.getuid?.();
  if (uid === undefined || statSync(folder).uid === uid) return;
  throw new DestinationError(
    "E_DEST_UNAVAILABLE",
    `The folder ${folder} for the embedded PostgreSQL belongs to another user`,
    {
      hint: "Choose another work folder, or give a connection string.",
    },
  );
}

/** Major version that made the data of a cluster; undefined when there is no cluster yet. */
export function clusterMajor(data: string): number | undefined {
  const file = join(data, "PG_VERSION");
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : undefined;
}

/** The password kept beside the cluster (0600); made at random, or set to the given one, when there is none yet. */
export function keepPassword(root: string, given: string | undefined): string {
  const file = join(root, "password");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const password = given ?? randomBytes(24).toString("base64url");
  writeFileSync(file, password, { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
  return password;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
