/** The walkthrough's 33 resources, run by the command as its README says, load the rows that dlt 1.31 loaded. */
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { sampleGitlab } from "../support/gitlab.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
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
    assert.deepEqual(await rowsOf(database), expected);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes(gitlab.token));
  }
});

async function rowsOf(database: TestDatabase): Promise<Record<string, number>> {
  const tables = await database.query(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'gitlab_data'::regnamespace AND relkind = 'r' AND relname NOT LIKE '\\_dlt%' ORDER BY relname COLLATE \"C\"",
  );
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const [count] = await database.query(`SELECT count(*) AS n FROM gitlab_data."${name}"`);
    rows[String(name)] = Number(count?.n);
  }
  return rows;
}
