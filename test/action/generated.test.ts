/** A project that `sluice generate` makes, committed to a repository: its own workflow runs it with the bundled Action. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { folder, sluice } from "../cli/support.ts";
import { sampleGitlab } from "../support/gitlab.ts";
import { fillInWalkthrough, GITLAB_DOCUMENT, WALKTHROUGH_ROWS } from "../support/gitlab-walkthrough.ts";
import { testDatabase } from "../support/postgres.ts";
import { rowsOf } from "../support/rows-of.ts";
import { runAction } from "../support/runner.ts";

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; readonly steps: readonly Step[] }>>;
}

/** The files of a folder that git would take, by path: what `.gitignore` names stays out. */
async function committedFiles(path: string): Promise<Record<string, string>> {
  const ignored = (await readFile(join(path, ".gitignore"), "utf8"))
    .split("\n")
    .filter((line) => /^[\w.]+$/.test(line));
  assert.ok(ignored.includes("secrets.toml"));
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile() && !ignored.includes(entry.name));
  const names = kept.map((entry) => relative(path, join(entry.parentPath, entry.name)));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), "utf8")] as const)),
  );
}

/** `${{ secrets.NAME }}` as GitHub fills it in; anything else that is an expression is none of a generated workflow. */
function filled(values: Readonly<Record<string, string>> = {}, secrets: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\{ secrets\.(\w+) \}\}/g, (_, secret: string) => {
        const given = secrets[secret];
        assert.ok(given !== undefined, `the secret ${secret}`);
        return given;
      }),
    ]),
  );
}

for (const mode of ["compat", "better"] as const) {
  test(`the generated workflow in ${mode} mode: its inputs are the Action's, and the Action loads the project`, async (t) => {
    const gitlab = await sampleGitlab(t);
    const database = await testDatabase(t);
    const cwd = await folder(t);
    const flags = mode === "compat" ? ["--compat"] : [];
    const made = await sluice(["generate", "gitlab", "--path", GITLAB_DOCUMENT, "--no-interactive", ...flags], { cwd });
    assert.equal(made.code, 0, made.stderr);
    const files = await committedFiles(join(cwd, "gitlab_pipeline"));
    files["gitlab_pipeline.yaml"] = fillInWalkthrough(files["gitlab_pipeline.yaml"] ?? "", mode);
    files[".dlt/config.toml"] = (files[".dlt/config.toml"] ?? "").replace(
      "https://www.gitlab.com/api/v4",
      `${gitlab.url}/api/v4`,
    );

    const workflow: Workflow = parse(files[".github/workflows/load.yml"] ?? "");
    assert.deepEqual(Object.keys(workflow.on), ["schedule", "workflow_dispatch"]);
    assert.deepEqual(workflow.permissions, { contents: "read" });
    const [checkout, load, ...others] = workflow.jobs.load?.steps ?? [];
    assert.match(checkout?.uses ?? "", /^actions\/checkout@/);
    assert.match(load?.uses ?? "", /^OWNER\/sluice@/);
    assert.deepEqual(others, []);
    const action = parse(await readFile(join(import.meta.dirname, "..", "..", "action.yml"), "utf8"));
    for (const name of Object.keys(load?.with ?? {}))
      assert.ok(Object.hasOwn(action.inputs, name), `the input ${name}`);

    const secrets = { ALLOYDB_URL: database.url, SOURCES__GITLAB__API_KEY: gitlab.token };
    const request = { inputs: filled(load?.with, secrets), environment: filled(load?.env, secrets), files };
    for (const expected of WALKTHROUGH_ROWS[mode]) {
      const run = await runAction(request);
      assert.equal(run.code, 0, run.log + run.stderr);
      assert.equal(run.outputs.status, "loaded");
      assert.equal(run.outputs["pipeline-name"], "gitlab_pipeline");
      assert.deepEqual(await rowsOf(database, "gitlab_data"), expected);
      assert.ok(!`${run.log}${run.summary}`.includes(gitlab.token), "the token is masked");
    }
  });
}
