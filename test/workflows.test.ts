/** What actionlint and zizmor do not ask of our workflows. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

interface Job {
  readonly needs?: readonly string[];
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: number;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(import.meta.dirname, "..");
const folder = join(root, ".github", "workflows");
const workflows = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));

test("the final job of ci.yml needs every other one", () => {
  const { jobs } = parse(workflows.get("ci.yml") ?? "") as Workflow;
  const others = Object.keys(jobs).filter((name) => name !== "all");
  assert.deepEqual([...(jobs.all?.needs ?? [])].sort(), others.sort());
});

test("CI builds the bundles again and compares them byte for byte", () => {
  const { jobs } = parse(workflows.get("ci.yml") ?? "") as {
    jobs: Record<string, { steps?: { run?: string }[]; needs?: string[] }>;
  };
  const comparing = Object.keys(jobs).filter((name) =>
    jobs[name]?.steps?.some(({ run }) => run === "npm run check:dist"),
  );
  assert.equal(comparing.length, 1);
  assert.ok(jobs.all?.needs?.includes(comparing[0] ?? ""), "the merge waits for it");
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  assert.match(scripts["check:dist"] ?? "", /^node scripts\/build\.ts --check$/);
});

test("nothing is granted at the top, every job says what it needs and when it ends", () => {
  for (const [file, text] of workflows) {
    const workflow = parse(text) as Workflow;
    assert.deepEqual(workflow.permissions, {}, file);
    assert.match(workflow.concurrency?.group ?? "", /github\.ref/, file);
    for (const [name, job] of Object.entries(workflow.jobs)) {
      assert.ok(job.permissions !== undefined && typeof job["timeout-minutes"] === "number", `${file}: ${name}`);
    }
  }
});

test("every action is pinned to a commit, with its version beside it", () => {
  for (const [file, text] of workflows) {
    for (const line of text.split("\n").filter((line) => /^\s*-?\s*uses:/.test(line))) {
      if (/uses: \.\/(\s|$)/.test(line)) continue;
      assert.match(line, /uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
    }
  }
});

test("one version of dlt, Biome and knip, wherever it is named", () => {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const versions = (pattern: RegExp): Set<string | undefined> =>
    new Set(
      ["package.json", ".ci/run", ".github/workflows/ci.yml", "test/support/dlt.ts", "CONTRIBUTING.md"].flatMap(
        (path) => [...read(path).matchAll(pattern)].map((match) => match[1]),
      ),
    );
  assert.equal(versions(/(?:dlt\[postgres\]==|dlt_version=|DLT_VERSION = ")(\d[\d.]*\d)/g).size, 1);
  assert.equal(versions(/biome@(\d[\d.]*\d)/g).size, 1);
  assert.equal(versions(/knip@(\d[\d.]*\d)/g).size, 1);
});
