/** A project that `sluice generate` makes of GitLab's document loads the sample GitLab, once its values are filled in. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sampleGitlab } from "../support/gitlab.ts";
import { fillInWalkthrough, GITLAB_DOCUMENT, WALKTHROUGH_ROWS } from "../support/gitlab-walkthrough.ts";
import { testDatabase } from "../support/postgres.ts";
import { rowsOf } from "../support/rows-of.ts";
import { folder, sluice } from "./support.ts";

for (const mode of ["compat", "better"] as const) {
  test(`the walkthrough in ${mode} mode: generate, fill in, check, run`, async (t) => {
    const gitlab = await sampleGitlab(t);
    const database = await testDatabase(t);
    const cwd = await folder(t);
    const run = async (...args: string[]) => {
      const ended = await sluice(args, { cwd, environment: { DESTINATION__POSTGRES__CREDENTIALS: database.url } });
      return { ...ended, all: `${ended.stdout}${ended.stderr}` };
    };
    const flags = mode === "compat" ? ["--compat"] : [];
    const made = await run("generate", "gitlab", "--path", GITLAB_DOCUMENT, "--no-interactive", ...flags);
    assert.equal(made.code, 0, made.all);
    const file = join(cwd, "gitlab_pipeline", "gitlab_pipeline.yaml");
    if (mode === "compat") {
      const open = await run("check", "gitlab_pipeline/gitlab_pipeline.yaml", "--offline");
      assert.equal(open.code, 2);
      assert.equal(open.stderr.match(/the placeholder is still there/g)?.length, 23);
    }
    await writeFile(file, fillInWalkthrough(await readFile(file, "utf8"), mode));
    const toml = async (name: string, from: string, to: string) => {
      const path = join(cwd, "gitlab_pipeline", ".dlt", name);
      const text = await readFile(path, "utf8");
      assert.ok(text.includes(from));
      await writeFile(path, text.replace(from, to));
    };
    await toml("config.toml", "https://www.gitlab.com/api/v4", `${gitlab.url}/api/v4`);
    await toml("secrets.toml", "FILL ME OUT", gitlab.token);
    const checked = await run("check", "gitlab_pipeline/gitlab_pipeline.yaml");
    assert.equal(checked.code, 0, checked.all);
    for (const expected of WALKTHROUGH_ROWS[mode]) {
      const ended = await run("run", "gitlab_pipeline/gitlab_pipeline.yaml", "--progress", "none");
      assert.equal(ended.code, 0, ended.all);
      assert.deepEqual(await rowsOf(database, "gitlab_data"), expected);
      assert.ok(!ended.all.includes(gitlab.token));
    }
  });
}
