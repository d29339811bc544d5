import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Ended, folder, onlyObject, sluice } from "./support.ts";

const COMMANDS = [
  ...["run", "generate", "extract", "normalize", "check", "info", "trace", "schema", "load-package", "failed-jobs"],
  ...["sync", "drop", "drop-pending-packages", "demo"],
];
const ROOT = new URL("../../", import.meta.url);

/** Help texts by command; asked for once. */
let helps: Promise<ReadonlyMap<string, Ended>> | undefined;
function helpTexts(cwd: string): Promise<ReadonlyMap<string, Ended>> {
  const ask = async (name: string) => [name, await sluice([name, "--help"], { cwd })] as const;
  helps ??= Promise.all(COMMANDS.map(ask)).then((pairs) => new Map(pairs));
  return helps;
}

test("every command has help with an example of itself, --json and --verbose", async (t) => {
  const cwd = await folder(t);
  const top = await sluice(["--help"], { cwd });
  assert.deepEqual([top.code, top.stderr], [0, ""]);
  for (const [name, help] of await helpTexts(cwd)) {
    assert.match(top.stdout, new RegExp(`^ {2}${name} `, "m"));
    assert.deepEqual([help.code, help.stderr], [0, ""], name);
    assert.match(help.stdout, new RegExp(`^Usage: sluice ${name} \\[options\\]`));
    assert.match(help.stdout, new RegExp(`\nExamples?:\n(?:  sluice ${name} [^\n]+\n)+$`));
    for (const flag of ["--json", "--verbose", "-h, --help"]) {
      assert.match(help.stdout, new RegExp(`^ {2}${flag} `, "m"));
    }
  }
});

test("the version is that of package.json; no command at all shows the help and is exit 2", async (t) => {
  const cwd = await folder(t);
  const { version } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8"));
  const shown = await sluice(["--version"], { cwd });
  assert.deepEqual([shown.code, shown.stdout, shown.stderr], [0, `${version}\n`, ""]);
  const bare = await sluice([], { cwd });
  assert.equal(bare.code, 2);
  assert.match(bare.stdout + bare.stderr, /^Usage: sluice /m);
});

test("the commands of the README exist with their flags", async (t) => {
  const cwd = await folder(t);
  const readme = await readFile(new URL("README.md", ROOT), "utf8");
  const lines = [...readme.matchAll(/^(?:npx )?sluice ([\w-]+)(.*?)(?: +#.*)?$/gm)];
  assert.ok(lines.length >= COMMANDS.length);
  const known = await helpTexts(cwd);
  for (const [, name = "", rest = ""] of lines) {
    const help = known.get(name)?.stdout;
    assert.ok(help !== undefined, name);
    for (const [flag] of rest.matchAll(/--[a-z-]+/g)) assert.ok(help.includes(`${flag} `), `${name} ${flag}`);
  }
});

test("demo: two days, and nothing stays", async (t) => {
  const cwd = await folder(t);
  const ended = await sluice(["demo", "--json"], { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const { ok, runs } = onlyObject(ended);
  assert.equal(ok, true);
  const [first, second] = runs as { row_counts: Record<string, number>; loads_ids: string[] }[];
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual([first.loads_ids.length, second.loads_ids.length], [1, 1]);
  assert.equal(first.row_counts.issues, 2000);
  assert.ok((second.row_counts.issues ?? 0) > 0 && (second.row_counts.issues ?? 0) < 500);
  // For people, on standard error here.
  assert.match(ended.stderr, /^Day 2: /m);
  assert.match(ended.stderr, /^issues +2,000 +136$/m);
  assert.doesNotMatch(ended.stderr, /glpat-/);
  assert.deepEqual(await readdir(cwd), []);
});
