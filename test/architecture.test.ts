/**
 * ARCHITECTURE.md says who may import whom, where each package lives and why it is there. This test reads those tables
 * and the imports of `src/`, so that the document and the code cannot part.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");
const src = join(root, "src");
const document = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

interface Rule {
  /** Folder or file below `src/`; the longest that matches a file decides. */
  readonly unit: string;
  readonly mayImport: readonly string[];
  readonly packages: readonly string[];
  readonly pure: boolean;
}

interface Import {
  /** Path below `src/` with forward slashes. */
  readonly from: string;
  readonly specifier: string;
}

/** Rows of the Markdown table between two markers, cells trimmed, head and rule left out. */
function tableRows(name: string): string[][] {
  const text = document.split(`<!-- ${name}:start -->`)[1]?.split(`<!-- ${name}:end -->`)[0];
  assert.ok(text !== undefined, `ARCHITECTURE.md has no table "${name}"`);
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, line.lastIndexOf("|"))
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** The words in backticks of a cell. */
function words(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

const rules: Rule[] = tableRows("imports").map(([unit, mayImport, packages, pure]) => ({
  unit: words(unit)[0] ?? "",
  mayImport: words(mayImport),
  packages: words(packages),
  pure: pure === "yes",
}));

/** Comments are blanked, so that a sentence about an import is none. Strings that look like comments do not occur in imports. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/(^|[^:"'`])\/\/[^\n]*/g, "$1");
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));
const code = new Map(files.map((file) => [file, withoutComments(readFileSync(join(src, file), "utf8"))]));

const IMPORT =
  /(?:^|[\s;}])(?:import|export)(?:\s[^"';]*?)?\s*from\s*"([^"]+)"|(?:^|[\s;])import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g;
const imports: Import[] = [...code].flatMap(([from, text]) =>
  [...text.matchAll(IMPORT)].map((match) => ({ from, specifier: match[1] ?? match[2] ?? match[3] ?? "" })),
);

function ruleOf(file: string): Rule {
  const matching = rules.filter((rule) => file === rule.unit || file.startsWith(`${rule.unit}/`));
  const [best] = matching.sort((a, b) => b.unit.length - a.unit.length);
  assert.ok(best !== undefined, `src/${file} is in no folder of the import table of ARCHITECTURE.md`);
  return best;
}

/** Path below `src/` of a relative import; undefined for packages. */
function target(entry: Import): string | undefined {
  if (!entry.specifier.startsWith(".")) return undefined;
  return relative(src, join(src, dirname(entry.from), entry.specifier)).replaceAll("\\", "/");
}

/** `a/b` of `@a/b/c`, `a` of `a/b`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

test("the reader of imports finds what there is", () => {
  assert.ok(files.length > 20, `only ${files.length} files`);
  assert.ok(imports.length > files.length, `only ${imports.length} imports in ${files.length} files`);
  for (const entry of imports) {
    const path = target(entry);
    if (path !== undefined)
      assert.ok(files.includes(path), `src/${entry.from} imports ${entry.specifier}, which is no file`);
  }
});

test("folders import only what the table allows, types included", () => {
  const faults: string[] = [];
  for (const entry of imports) {
    const path = target(entry);
    if (path === undefined) continue;
    const from = ruleOf(entry.from);
    const to = ruleOf(path);
    const allowed =
      from.unit === to.unit || from.mayImport.some((unit) => path === unit || path.startsWith(`${unit}/`));
    if (!allowed) faults.push(`src/${entry.from} imports src/${path}: ${from.unit} may not import ${to.unit}`);
  }
  assert.deepEqual(faults, []);
});

test("a package is imported only where the table puts it", () => {
  const faults: string[] = [];
  for (const entry of imports) {
    if (target(entry) !== undefined) continue;
    const name = packageOf(entry.specifier);
    if (entry.specifier.startsWith("node:")) continue;
    if (builtinModules.includes(name)) faults.push(`src/${entry.from}: write node:${entry.specifier}`);
    else if (!ruleOf(entry.from).packages.includes(name)) faults.push(`src/${entry.from} may not import ${name}`);
  }
  assert.deepEqual(faults, []);
});

test("pure folders ask the outside only through ports", () => {
  const forbidden = [
    /"node:(?:fs|net|http|https|http2|tls|dns|child_process|os|worker_threads)(?:\/promises)?"/,
    /\bprocess\.(?!emitWarning)\w+/,
    /\bDate\.now\(/,
    /\bnew Date\(\)/,
    /\bMath\.random\(/,
    /\bset(?:Timeout|Interval)\(/,
    /\bfetch\(/,
  ];
  const faults = files
    .filter((file) => ruleOf(file).pure)
    .flatMap((file) =>
      forbidden.flatMap((pattern) => code.get(file)?.match(pattern)?.[0] ?? []).map((found) => `src/${file}: ${found}`),
    );
  assert.deepEqual(faults, []);
});

test("only edges write to the console", () => {
  const faults = files.filter((file) => !file.startsWith("edge/") && /\bconsole\.\w+\(/.test(code.get(file) ?? ""));
  assert.deepEqual(faults, []);
});

test("no import cycle, also inside a folder and by types", () => {
  const edges = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const entry of imports) {
    const path = target(entry);
    if (path !== undefined) edges.get(entry.from)?.push(path);
  }
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) assert.equal(visit(file, [])?.join(" -> "), undefined);
});

test("file names are kebab-case and say what the file holds", () => {
  const heaps = /(^|\/)(utils?|helpers?|common|types|misc|shared)\.ts$/;
  const faults = files.filter((file) => {
    const allowed = file.startsWith("edge/demo/") ? /(^|\/)(utils?|helpers?|common|misc)\.ts$/ : heaps;
    return allowed.test(file) || !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file);
  });
  assert.deepEqual(faults, []);
});

test("every dependency has its line of reason, and no other has one", () => {
  const listed = tableRows("dependencies").map(([name]) => words(name)[0] ?? "");
  const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)];
  assert.deepEqual([...listed].sort(), declared.sort());
  for (const [name, , reason] of tableRows("dependencies"))
    assert.ok((reason ?? "").length > 10, `${name} has no reason`);
});

test("every row of the import table stands for something", () => {
  const faults = rules.flatMap((rule) => {
    const own = files.filter((file) => ruleOf(file).unit === rule.unit);
    const used = new Set(
      imports.filter((entry) => own.includes(entry.from)).map((entry) => packageOf(entry.specifier)),
    );
    return [
      ...(own.length === 0 ? [`${rule.unit}: no file`] : []),
      ...rule.packages.filter((name) => !used.has(name)).map((name) => `${rule.unit}: ${name} is not used`),
    ];
  });
  assert.deepEqual(faults, []);
});

test("the invariants name tests that exist", () => {
  const paths = tableRows("invariants").flatMap((row) => words(row.at(-1)));
  assert.equal(tableRows("invariants").length, 5);
  for (const path of paths) assert.ok(existsSync(join(root, path)), `ARCHITECTURE.md names ${path}`);
});
