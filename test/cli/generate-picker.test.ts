/** The list of endpoints on a terminal: search, marks, groups by tag, everything by Enter, leaving it. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { patternFor } from "../../src/edge/cli/generate/pick-endpoints.ts";
import { chooseResources } from "../../src/generate/choose-resources.ts";
import { folder } from "./support.ts";

const noTerminal = spawnSync("script", ["--version"]).status !== 0 && "no `script` to make a terminal";
const ENTRY = join(import.meta.dirname, "..", "..", "src", "edge", "cli", "index.ts");
const GITLAB = join(import.meta.dirname, "..", "golden", "cases", "openapi", "gitlab.yaml");
const [ENTER, TAB, DOWN, CTRL_C] = ["\r", "\t", "\x1b[B", "\x03"];

/** One command on a terminal; each key is pressed when what stands beside it has been shown. */
async function onTerminal(
  cwd: string,
  args: readonly string[],
  keys: readonly (readonly [waitFor: RegExp, key: string])[],
  columns = 120,
): Promise<{ readonly code: number; readonly shown: string }> {
  const words = [process.execPath, ENTRY, ...args].map((word) => `'${word}'`).join(" ");
  // A terminal of `script` has no size of its own.
  const command = `stty cols ${columns} rows 40; exec ${words}`;
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: cwd,
    TERM: "xterm-256color",
    COLUMNS: String(columns),
    LINES: "40",
  };
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  const stop = setTimeout(() => child.kill(), 60_000);
  let shown = "";
  let from = 0;
  let next = 0;
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    shown += part;
    for (let step = keys[next]; step?.[0].test(shown.slice(from)); step = keys[next]) {
      from = shown.length;
      next += 1;
      child.stdin.write(step[1]);
    }
  });
  const [code] = (await once(child, "close")) as [number];
  clearTimeout(stop);
  assert.equal(next, keys.length, shown);
  return { code, shown };
}

async function resourcesIn(cwd: string): Promise<readonly string[]> {
  const file = parse(await readFile(join(cwd, "gitlab_pipeline", "gitlab_pipeline.yaml"), "utf8"));
  return file.source.resources.map(({ endpoint }: { endpoint: { path: string } }) => endpoint.path);
}

const ARGS = ["generate", "gitlab", "--path", GITLAB, "--compat", "--interactive"];

test("Enter alone takes everything", { skip: noTerminal }, async (t) => {
  const cwd = await folder(t);
  const { code, shown } = await onTerminal(cwd, ARGS, [[/Which of the 33 endpoints/, ENTER]]);
  assert.equal(code, 0, shown);
  assert.equal((await resourcesIn(cwd)).length, 33);
  assert.match(shown, /33 of 33 endpoints -> 18 tables/);
});

test("typing searches paths, names and tags; Tab marks; a marked tag is all its endpoints", {
  skip: noTerminal,
}, async (t) => {
  const cwd = await folder(t);
  const { code, shown } = await onTerminal(cwd, ARGS, [
    [/Which of the 33 endpoints/, "badges"],
    [/7 matches/, TAB],
    [/◼/, "\x7f".repeat(6)],
    [/applications/, "metadata"],
    [/3 matches/, DOWN],
    [/get_api_v4_metadata/, TAB],
    [/◼/, ENTER],
  ]);
  assert.equal(code, 0, shown);
  const paths = await resourcesIn(cwd);
  assert.deepEqual([paths.length, paths.filter((path) => path.includes("badges")).length], [7, 6]);
  assert.ok(paths.includes("/metadata"), paths.join());
  const settings = JSON.parse(await readFile(join(cwd, "gitlab_pipeline/.generate/settings.json"), "utf8"));
  assert.deepEqual(settings.endpoints, ["tag:badges", "getApiV4Metadata"]);
});

test("what is picked is remembered as a pattern that chooses it, whatever its operation id looks like", () => {
  const patterns = (id: string) => {
    const operation = { id, method: "GET", path: "/a", tags: [], deprecated: false, comment: undefined };
    const one = { name: "a_list", tableName: "a", operation };
    const pattern = patternFor(one);
    assert.deepEqual(chooseResources([{ ...one, name: "b", operation: { ...operation, id: "b" } }, one], [pattern]), [
      one,
    ]);
    return pattern;
  };
  assert.equal(patterns("listA"), "listA");
  for (const id of ["-listA", "+listA", " -listA", "list*", "tag:list", "l?st"]) assert.equal(patterns(id), "a_list");
});

test("on a narrow terminal a line stays a line: the end of a path is seen, and all of it is searched", {
  skip: noTerminal,
}, async (t) => {
  const cwd = await folder(t);
  const { code, shown } = await onTerminal(
    cwd,
    ARGS,
    [
      [/Which of the 33 endpoints/, "dictionary"],
      [/1 matches|1 match/, TAB],
      [/◼/, ENTER],
    ],
    60,
  );
  assert.equal(code, 0, shown);
  assert.match(shown, /GET \/admin\/databa\S*\.\.\.\S*tables\/\{table_name\}/);
  assert.deepEqual(await resourcesIn(cwd), ["/admin/databases/{database_name}/dictionary/tables/{table_name}"]);
});

test("Ctrl-C leaves the list and writes nothing", { skip: noTerminal }, async (t) => {
  const cwd = await folder(t);
  const { code, shown } = await onTerminal(cwd, ARGS, [[/Which of the 33 endpoints/, CTRL_C]]);
  assert.equal(code, 130, shown);
  assert.match(shown, /E_CANCELLED: no endpoints were chosen; nothing was written/);
  assert.deepEqual(await readdir(cwd), []);
});

test("--no-interactive asks nothing, also on a terminal", { skip: noTerminal }, async (t) => {
  const cwd = await folder(t);
  const { code, shown } = await onTerminal(cwd, [...ARGS, "--no-interactive"], []);
  assert.equal(code, 0, shown);
  assert.doesNotMatch(shown, /Which of/);
});

test("an existing folder: asked, and only yes writes over it; an update asks too", { skip: noTerminal }, async (t) => {
  const cwd = await folder(t);
  const args = [...ARGS, "--endpoints", "/metadata"];
  assert.equal((await onTerminal(cwd, args, [])).code, 0);
  const no = await onTerminal(cwd, args, [[/Write over the files that were generated\? \[y\/N\]/, "n\r"]]);
  assert.equal(no.code, 2);
  const wider = [...ARGS, "--endpoints", "/metadata,/version"];
  const unwanted = await onTerminal(cwd, [...wider, "--update"], [[/Write these changes to .*\? \[y\/N\]/, "n\r"]]);
  assert.equal(unwanted.code, 130, unwanted.shown);
  assert.deepEqual(await resourcesIn(cwd), ["/metadata"]);
  const wanted = await onTerminal(cwd, [...wider, "--update"], [[/Write these changes to .*\? \[y\/N\]/, "y\r"]]);
  assert.equal(wanted.code, 0, wanted.shown);
  assert.deepEqual((await resourcesIn(cwd)).toSorted(), ["/metadata", "/version"]);
});
