import { spawn } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DestinationError } from "../../../core/errors.ts";
import { findBinaries, type PostgresBinaries, programFile } from "./binaries.ts";
import { clusterMajor, ensureCluster, keepPassword, SUPERUSER } from "./cluster.ts";
import { type Lease, startLockHeldByOther, takeLease, withStartLock } from "./leases.ts";
import { isAlive, type Postmaster, removeStalePidFile, runningPostmaster } from "./postmaster-pid.ts";
import { onProcessEnd } from "./process-end.ts";
import { programEnvironment } from "./run-program.ts";
import { chooseUnprivileged, type RootWay, type Unprivileged } from "./unprivileged.ts";

export interface EmbeddedPostgresOptions {
  /** Work folder; everything is kept in its subfolder `postgres`. */
  readonly folder: string;
  /** Folder with `postgres` and `initdb`, instead of the npm package or the system's. */
  readonly binaries?: string;
  /** Port on 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Password of a new cluster; random when absent. Kept in `postgres/password` (0600). */
  readonly password?: string;
  /** Database to connect to, made when it is missing. */
  readonly database?: string;
  /** Server settings laid over the defaults, `{ fsync: "off" }` in tests. They need a server that is not running yet. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Ways for root to become somebody else, in order. */
  readonly rootWays?: readonly RootWay[];
  readonly onMessage?: (text: string) => void;
}

export interface EmbeddedPostgres {
  /** Holds the password: wrap it in a Secret before it travels. */
  readonly connectionString: string;
  readonly port: number;
  /** `18.4`. */
  readonly version: string;
  /** True when another process had started the server already. */
  readonly shared: boolean;
  /** Leaves the server; the last to leave stops it. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL with its data under `<folder>/postgres`, or joins the server that another process runs there.
 * Works as root and as a normal user, listens on 127.0.0.1 only, and asks for a password. The server is stopped by the
 * last user's `stop()`, and when the process exits or is ended by a signal. After a SIGKILL it stays, and the next
 * start joins it. Throws `E_CONFIG` when there are no programs, `E_DEST_UNAVAILABLE` when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const root = resolve(options.folder, "postgres");
  mkdirSync(root, { recursive: true });
  return withStartLock(root, async () => {
    const given = options.binaries === undefined ? {} : { binaries: options.binaries };
    const major = clusterMajor(join(root, "data"));
    const binaries = await findBinaries({ ...given, ...(major === undefined ? {} : { major }) });
    const server = await chooseUnprivileged(binaries, root, options.rootWays);
    if (server.way !== "setpriv") chmodSync(root, 0o700);
    const password = keepPassword(root, options.password);
    const running = await settledPostmaster(server.data);
    const postmaster = running ?? (await startServer(root, server, binaries, password, options));
    const lease = takeLease(root);
    const leave = createLeave(root, server.data, lease);
    try {
      const database = options.database ?? "sluice";
      await ensureDatabase(postmaster.port, password, database);
      return {
        connectionString: connectionString(postmaster.port, password, database),
        port: postmaster.port,
        version: binaries.version,
        shared: running !== undefined,
        stop: () => withStartLock(root, leave),
      };
    } catch (error) {
      await leave();
      throw error;
    }
  });
}

/** Waits while a server is on its way up or down; undefined when none runs. */
async function settledPostmaster(data: string): Promise<Postmaster | undefined> {
  for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
    const postmaster = runningPostmaster(data);
    if (postmaster === undefined || postmaster.ready) return postmaster;
    await sleep(POLL_MS);
  }
  throw new DestinationError("E_DEST_UNAVAILABLE", "The running embedded PostgreSQL does not get ready", {
    context: { folder: data },
  });
}

const START_WAIT_MS = 60_000;
const STOP_WAIT_MS = 30_000;
const POLL_MS = 10;
const PORT_ATTEMPTS = 5;

async function startServer(
  root: string,
  server: Unprivileged,
  binaries: PostgresBinaries,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<Postmaster> {
  const say = options.onMessage ?? (() => {});
  if (await ensureCluster(server, password)) {
    say(`PostgreSQL ${binaries.version} (${binaries.origin}): made a new cluster in ${server.data}`);
  }
  if (removeStalePidFile(server.data)) say("Removed the lock file of a PostgreSQL that no longer runs");
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const log = join(root, "server.log");
    const failure = await launch(server, port, log, options.settings ?? {});
    if (failure === undefined) {
      const postmaster = runningPostmaster(server.data);
      if (postmaster !== undefined) return postmaster;
    }
    // The port was free a moment ago; somebody else may have taken it since.
    if (options.port === undefined && attempt < PORT_ATTEMPTS && /in use/.test(failure ?? "")) continue;
    throw new DestinationError(
      "E_DEST_UNAVAILABLE",
      `The embedded PostgreSQL did not start: ${failure ?? "it ended"}`,
      {
        hint: `Read ${log}, or give a connection string.`,
        context: { port, folder: server.data },
      },
    );
  }
}

/** Starts the server apart from our process group, so that Ctrl-C reaches us alone; undefined when it is ready. */
async function launch(
  server: Unprivileged,
  port: number,
  log: string,
  settings: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const all = { ...SERVER_SETTINGS, port: String(port), ...settings };
  const { command, args } = server.command(join(server.bin, programFile("postgres")), [
    "-D",
    server.data,
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const output = openSync(log, "w", 0o600);
  const child = spawn(command, args, {
    cwd: "/",
    env: programEnvironment(),
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  child.unref();
  let ended: (() => string) | undefined;
  child.on("error", (error) => {
    ended = () => error.message;
  });
  child.on("exit", () => {
    // Read only while the start is waited for: a server that was stopped later may be gone with its folder.
    ended ??= () => reasonOfLog(log);
  });
  for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
    if (ended !== undefined) return ended();
    const postmaster = runningPostmaster(server.data);
    if (postmaster?.ready === true && postmaster.port === port) return undefined;
    await sleep(POLL_MS);
  }
  child.kill("SIGQUIT");
  return `not ready after ${START_WAIT_MS / 1000} s`;
}

/** No Unix socket: its path is limited to 107 bytes, which a work folder can exceed. */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
};

function reasonOfLog(log: string): string {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  const fatal = lines.find((line) => /in use/.test(line)) ?? lines.find((line) => /FATAL|PANIC/.test(line));
  return (fatal ?? lines.at(-1) ?? "").replace(/^.*?(?=FATAL|PANIC|could not)/, "") || "it ended without a message";
}

/**
 * The way out, once: gives the lease back and stops the server when it was the last. Also done, as far as possible
 * without waiting, when the process ends in another way.
 */
function createLeave(root: string, data: string, lease: Lease): () => Promise<void> {
  const forget = onProcessEnd(() => {
    if (lease.release() && !startLockHeldByOther(root)) signal(runningPostmaster(data)?.pid, "SIGINT");
  });
  let left = false;
  return async () => {
    if (left) return;
    left = true;
    forget();
    if (lease.release()) await stopServer(data);
  };
}

async function stopServer(data: string): Promise<void> {
  const pid = runningPostmaster(data)?.pid;
  for (const name of ["SIGINT", "SIGQUIT"] as const) {
    signal(pid, name);
    for (let waited = 0; waited < STOP_WAIT_MS; waited += POLL_MS) {
      if (pid === undefined || !isAlive(pid)) return;
      await sleep(POLL_MS);
    }
  }
  throw new DestinationError("E_DEST_UNAVAILABLE", `The embedded PostgreSQL does not stop (process ${pid})`, {
    context: { folder: data },
  });
}

/** SIGINT is a fast shutdown: sessions are ended, data is written. */
function signal(pid: number | undefined, name: "SIGINT" | "SIGQUIT"): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}

function connectionString(port: number, password: string, database: string): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function ensureDatabase(port: number, password: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: connectionString(port, password, "postgres") });
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } catch (cause) {
    throw new DestinationError(
      "E_DEST_UNAVAILABLE",
      `The embedded PostgreSQL runs but refuses us: ${cause instanceof Error ? cause.message : String(cause)}`,
      { context: { port }, cause },
    );
  } finally {
    await client.end().catch(() => {});
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolvePort(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
