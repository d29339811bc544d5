/**
 * Builds `lib/` (the npm package) and `dist/` (what GitHub runs): `tsc`, then one bundle an entry by `ncc`.
 *
 *   node scripts/build.ts             writes dist/
 *   node scripts/build.ts --check     builds into a temporary folder and compares it with dist/; exit 1 on a difference
 *   node scripts/build.ts --out DIR   writes the bundles into DIR instead
 *
 * The same sources and the same lock file give the same bytes, in any folder, as long as `node_modules` is a real
 * folder (ncc names modules by their path below the checkout).
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs, promisify } from "node:util";

interface Bundle {
  readonly name: string;
  /** Compiled entry below `lib/`. */
  readonly entry: string;
  /** Limit in bytes of all `.js` files together, so that a heavy dependency does not come in unseen. */
  readonly budget: number;
}

const MB = 1_000_000;

/** A program of the build found something wrong; the message is what it said. */
class ToolError extends Error {}

const BUNDLES: readonly Bundle[] = [
  { name: "main", entry: "edge/action/main.js", budget: 7 * MB },
  { name: "post", entry: "edge/action/post.js", budget: 5 * MB },
  { name: "cli", entry: "edge/cli/launcher.js", budget: 6 * MB },
];

const root = join(import.meta.dirname, "..");
const lib = join(root, "lib");
const resolve = createRequire(import.meta.url).resolve;
const run = promisify(execFile);

const { values: options } = parseArgs({ options: { check: { type: "boolean" }, out: { type: "string" } } });
try {
  process.exitCode = options.check === true ? await check() : await build(options.out ?? join(root, "dist"));
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Compiles and bundles everything into `out`; returns the exit status. */
async function build(out: string): Promise<number> {
  await compile();
  const faults = (await Promise.all(BUNDLES.map((bundle) => bundleInto(bundle, join(out, bundle.name))))).flat();
  for (const fault of faults) console.error(`build: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** `src/` -> `lib/`. The folder is emptied first: a file whose source is gone must not reach the package. */
async function compile(): Promise<void> {
  await rm(lib, { recursive: true, force: true });
  await node([join(resolve("typescript/package.json"), "..", "bin", "tsc"), "-p", join(root, "tsconfig.json")]);
}

/** Bundles one entry, prints its size and returns what is wrong with it. */
async function bundleInto(bundle: Bundle, out: string): Promise<string[]> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const ncc = resolve("@vercel/ncc/dist/ncc/cli.js");
  const options = ["-o", out, "--license", "licenses.txt", "--no-cache", "--quiet"];
  await node([ncc, "build", join(lib, bundle.entry), ...options]);
  const faults: string[] = [];
  let bytes = 0;
  for (const file of await readdir(out)) {
    if (!file.endsWith(".js")) continue;
    const text = await readFile(join(out, file), "utf8");
    bytes += Buffer.byteLength(text);
    // What ncc makes of code that it cannot follow fails only when a user gets there: refuse it here.
    if (text.includes("function webpackEmptyAsyncContext")) {
      faults.push(
        `${bundle.name}/${file}: an import() of a computed name was bundled; mark it /* webpackIgnore: true */`,
      );
    }
    if (/^[0-9a-f]{20}\.js$/.test(file)) {
      faults.push(
        `${bundle.name}/${file}: new URL("...", import.meta.url) was copied as an asset; join the path instead`,
      );
    }
  }
  if (!existsSync(join(out, "package.json"))) faults.push(`${bundle.name}: no package.json that says "type": "module"`);
  if (bytes > bundle.budget)
    faults.push(`${bundle.name}: ${megabytes(bytes)} exceed the budget of ${megabytes(bundle.budget)}`);
  console.log(`dist/${bundle.name}: ${megabytes(bytes)} of ${megabytes(bundle.budget)}`);
  return faults;
}

/** Builds beside and compares byte for byte with `dist/`; keeps the expected files when `SLUICE_EXPECTED_DIST` names a folder. */
async function check(): Promise<number> {
  const out = await mkdtemp(join(tmpdir(), "sluice-dist-"));
  try {
    const status = await build(out);
    if (status !== 0) return status;
    const different = await differences(join(root, "dist"), out);
    for (const line of different) console.error(`build: dist/${line}`);
    if (different.length === 0) {
      console.log("dist/ is what the sources give");
      return 0;
    }
    const keep = process.env.SLUICE_EXPECTED_DIST;
    if (keep !== undefined && keep !== "") await cp(out, keep, { recursive: true });
    console.error('build: dist/ is not what the sources give; run "npm run build" and commit dist/');
    return 1;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function differences(committed: string, expected: string): Promise<string[]> {
  const [have, want] = await Promise.all([filesBelow(committed), filesBelow(expected)]);
  const lines: string[] = [];
  for (const name of [...new Set([...have, ...want])].sort()) {
    if (!have.has(name)) lines.push(`${name}: missing`);
    else if (!want.has(name)) lines.push(`${name}: not made by the build`);
    else if (!(await readFile(join(committed, name))).equals(await readFile(join(expected, name))))
      lines.push(`${name}: differs`);
  }
  return lines;
}

async function filesBelow(folder: string): Promise<Set<string>> {
  const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
  return new Set(entries.filter((e) => e.isFile()).map((e) => relative(folder, join(e.parentPath, e.name))));
}

/** Runs a program of `node_modules` under this Node; its output is shown only when it fails. */
async function node(args: readonly string[]): Promise<void> {
  try {
    await run(process.execPath, args, { cwd: root, maxBuffer: 64 * MB });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const name = relative(root, args[0] ?? "");
    throw new ToolError([stdout, stderr, `build: ${name} failed`].filter(Boolean).join("\n"));
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(2)} MB`;
}
