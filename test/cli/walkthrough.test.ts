/** The walkthrough's 33 resources, run by the command as its README says, load the rows that dlt 1.31 loaded. */
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { rowsOf } from "../support/rows-of.ts";
import { folder, sluice } from "./support.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const golden: { expected_rows: Record<string, number>; expected_rows_after_second_run: Record<string, number> } =
  JSON.parse(await readFile(join(ROOT, "test/golden/cases/openapi/gitlab.walkthrough.json"), "utf8"));

test("the walkthrough: rows of every table after the first and after the second run", async (t) => {
  const gitlab = await sampleGitlab(t);
  const database = await testDatabase(t);
  const cwd = await folder(t);
  await cp(join(ROOT, "examples", "gitlab-walkthrough"), cwd, { recursive: true });
  const environment = {
    SOURCES__GITLAB__API_KEY: gitlab.token,
    SOURCES__GITLAB__BASE_URL: `${gitlab.url}/api/v4`,
    DESTINATION__POSTGRES__CREDENTIALS: database.url,
  };
  for (const expected of [golden.expected_rows, golden.expected_rows_after_second_run]) {
    const ended = await sluice(["run", "gitlab.yaml", "--progress", "none"], { cwd, environment });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await rowsOf(database, "gitlab_data"), expected);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes(gitlab.token));
  }
});
