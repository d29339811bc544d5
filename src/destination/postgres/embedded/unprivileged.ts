import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ConfigError } from "../../../core/errors.ts";
import { type PostgresBinaries, programFile } from "./binaries.ts";
import { runProgram } from "./run-program.ts";

/** How PostgreSQL's programs are started, for PostgreSQL refuses to run as root. */
export interface Unprivileged {
  readonly way: "direct" | "unshare" | "setpriv";
  /** Folder of the programs to start; a copy where the original cannot be reached. */
  readonly bin: string;
  /** Folder of the cluster's data. */
  readonly data: string;
  /** Puts what is needed before a program and its arguments. */
  command(program: string, args: readonly string[]): { readonly command: string; readonly args: readonly string[] };
  /** Makes a file or a folder readable for the server's user. */
  give(path: string): void;
}

const NOBODY = 65534;
const UNSHARE = ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];
const SETPRIV = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];

export type RootWay = "unshare" | "setpriv";

/**
 * Chooses how to start PostgreSQL. A normal user starts it directly. Root uses, in this order, a user namespace in
 * which root appears as nobody (files stay root's), then nobody itself with a copy of the programs and with data in a
 * place that nobody can reach. Throws `E_CONFIG` when neither works.
 */
export async function chooseUnprivileged(
  binaries: PostgresBinaries,
  root: string,
  ways: readonly RootWay[] = ["unshare", "setpriv"],
): Promise<Unprivileged> {
  const data = join(root, "data");
  if (process.getuid?.() !== 0) {
    return {
      way: "direct",
      bin: binaries.bin,
      data,
      command: (program, args) => ({ command: program, args }),
      give: () => {},
    };
  }
  const postgres = programFile("postgres");
  // Data that nobody owns was made by the second way; in the namespace of the first it would belong to a stranger.
  const owner = existsSync(data) ? statSync(data).uid : 0;
  if (ways.includes("unshare") && owner === 0 && !existsSync(join(nobodyData(root), "PG_VERSION"))) {
    const { status } = await runProgram("unshare", [...UNSHARE, join(binaries.bin, postgres), "--version"]);
    if (status === 0) return viaUnshare(binaries.bin, data);
  }
  if (ways.includes("setpriv")) {
    const bin = reachableByNobody(binaries.bin) ? binaries.bin : copyPrograms(binaries);
    const { status } = await runProgram("setpriv", [...SETPRIV, join(bin, postgres), "--version"]);
    if (status === 0) return viaSetpriv(bin, reachableByNobody(root) ? data : nobodyData(root));
  }
  throw new ConfigError("E_CONFIG", "PostgreSQL does not run as root, and neither unshare nor setpriv works here", {
    hint: "Run as another user, or give a connection string.",
  });
}

function viaUnshare(bin: string, data: string): Unprivileged {
  return {
    way: "unshare",
    bin,
    data,
    command: (program, args) => ({ command: "unshare", args: [...UNSHARE, program, ...args] }),
    give: () => {},
  };
}

function viaSetpriv(bin: string, data: string): Unprivileged {
  return {
    way: "setpriv",
    bin,
    data,
    command: (program, args) => ({ command: "setpriv", args: [...SETPRIV, program, ...args] }),
    give: (path) => chownSync(path, NOBODY, NOBODY),
  };
}

/** True when every folder on the way down lets others pass. */
function reachableByNobody(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

function nobodyData(root: string): string {
  return join("/var/tmp", `sluice-postgres-${shortHash(root)}`, "data");
}

/** A copy for nobody, made once a version and place (0.1 s, 59 MB); root's own, so that nobody else can change it. */
function copyPrograms({ bin, version }: PostgresBinaries): string {
  const copy = join(tmpdir(), `sluice-postgres-${version}-${shortHash(bin)}`);
  const ready = existsSync(copy) && statSync(copy).uid === 0 && (statSync(copy).mode & 0o022) === 0;
  if (!ready) {
    rmSync(copy, { recursive: true, force: true });
    const fresh = `${copy}.${process.pid}`;
    mkdirSync(fresh, { mode: 0o755 });
    chmodSync(fresh, 0o755);
    for (const folder of ["bin", "lib", "share"]) {
      const from = join(dirname(bin), folder);
      if (existsSync(from)) cpSync(from, join(fresh, folder), { recursive: true, verbatimSymlinks: true });
    }
    renameSync(fresh, copy);
  }
  return join(copy, "bin");
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
