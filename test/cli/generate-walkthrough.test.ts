/** A project that `sluice generate` makes of GitLab's document loads the sample GitLab, once its values are filled in. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isMap, isSeq, parseDocument } from "yaml";
import { sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { rowsOf } from "../support/rows-of.ts";
import { folder, sluice } from "./support.ts";

const CASES = join(import.meta.dirname, "..", "golden", "cases", "openapi");

interface Correction {
  readonly resource: string | null;
  readonly key: string;
  readonly corrected: unknown;
}
const golden: {
  expected_rows: Record<string, number>;
  expected_rows_after_second_run: Record<string, number>;
  corrections: Correction[];
} = JSON.parse(await readFile(join(CASES, "gitlab.walkthrough.json"), "utf8"));

/**
 * Better mode loads the requesters, of whom compat mode takes only their attributes, the main branch once, and what
 * `/version` says into a table beside that of `/metadata`.
 */
const { api_entities_custom_attribute: _inRequesters, ...shared } = golden.expected_rows;
const better: Record<string, number> = {
  ...shared,
  api_entities_access_requester: 4,
  api_entities_access_requester__custom_attributes: 6,
  api_entities_branch: 25,
  api_entities_branch__commit__parent_ids: 24,
  api_entities_metadata: 1,
  version: 1,
};
/** Rows after the first and after the second run: better mode leaves none that a second load would repeat. */
const EXPECTED = {
  compat: [golden.expected_rows, golden.expected_rows_after_second_run],
  better: [better, better],
};

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
    const made = await run("generate", "gitlab", "--path", join(CASES, "gitlab.yaml"), "--no-interactive", ...flags);
    assert.equal(made.code, 0, made.all);
    const file = join(cwd, "gitlab_pipeline", "gitlab_pipeline.yaml");
    if (mode === "compat") {
      const open = await run("check", "gitlab_pipeline/gitlab_pipeline.yaml", "--offline");
      assert.equal(open.code, 2);
      assert.equal(open.stderr.match(/the placeholder is still there/g)?.length, 23);
    }
    await fillIn(file, mode);
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
    for (const expected of EXPECTED[mode]) {
      const ended = await run("run", "gitlab_pipeline/gitlab_pipeline.yaml", "--progress", "none");
      assert.equal(ended.code, 0, ended.all);
      assert.deepEqual(await rowsOf(database, "gitlab_data"), expected);
      assert.ok(!ended.all.includes(gitlab.token));
    }
  });
}

/** Puts the values of the golden file where the generated one has placeholders, and selects what waited for them. */
async function fillIn(file: string, mode: "compat" | "better"): Promise<void> {
  const document = parseDocument(await readFile(file, "utf8"));
  const resources = document.getIn(["source", "resources"]);
  assert.ok(isSeq(resources));
  const waiting = resources.items.filter((item) => isMap(item) && String(item).includes("FILL_ME_IN")).filter(isMap);
  for (const { resource: name, key, corrected } of golden.corrections) {
    const resource = resources.items.find((item) => isMap(item) && item.get("name") === name);
    if (name === null || !isMap(resource) || !/^(?:params\.|data_selector)/.test(key)) continue;
    const path = ["endpoint", ...key.split(".")];
    // Better mode finds the right parents and selectors itself: only its placeholders are filled in.
    if (mode === "compat" || resource.getIn(path) === "FILL_ME_IN")
      resource.setIn(path, document.createNode(corrected));
  }
  for (const resource of waiting) resource.delete("selected");
  await writeFile(file, String(document));
}
