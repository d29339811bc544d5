/** JavaScript of the repository, called by the bundle: off by default, never for a fork. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonApi } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";
import { type ActionRequest, runAction } from "../support/runner.ts";

const files = (url: string) => ({
  "flows/a.yaml": `
source:
  client: {base_url: ${url}, paginator: single_page}
  resources:
    - name: orders
      processing_steps:
        - filter: record.id > 1
        - map: {module: "./steps.mjs#label"}
`,
  "flows/steps.mjs": `
import { sep } from "node:path";
export const label = (record) => ({ ...record, label: "nr" + sep + record.id });
`,
});

const repository = (full_name: string) => ({ full_name, fork: full_name !== "octo/data" });
const pullRequest = (name: string, head: string): NonNullable<ActionRequest["event"]> => ({
  name,
  payload: { pull_request: { number: 7, head: { repo: repository(head) }, base: { repo: repository("octo/data") } } },
});

test("a module of the checkout is called where allow-modules says so", async (t) => {
  const api = await jsonApi(t, { "/orders": '[{"id":1},{"id":2}]' });
  const database = await testDatabase(t);
  const inputs = {
    source: "flows/a.yaml",
    "connection-string": database.url,
    "dataset-name": "shop",
    "allow-modules": "true",
  };
  const run = await runAction({ inputs, files: files(api.url) });
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(await database.query("SELECT id, label FROM shop.orders"), [{ id: "2", label: "nr/2" }]);
});

test("it is off otherwise, and for files of a fork whatever the input says", async (t) => {
  const api = await jsonApi(t, { "/orders": "[]" });
  const inputs = { source: "flows/a.yaml", "connection-string": "postgresql://u:pass-word@127.0.0.1:9/x" };
  const off = await runAction({ inputs, files: files(api.url) });
  assert.equal(off.outputs["error-code"], "E_CONFIG", off.log);
  assert.match(
    off.log,
    /flows\/a\.yaml:8: .*map\.module: .*is not loaded: JavaScript of the repository is off; set allow-modules/,
  );
  for (const name of ["pull_request", "pull_request_target"]) {
    const run = await runAction({
      inputs: { ...inputs, token: "tok-en", "allow-modules": "true" },
      files: files(api.url),
      event: pullRequest(name, "them/data"),
    });
    assert.equal(run.outputs["error-code"], "E_CONFIG", run.log);
    assert.match(run.log, /is not loaded: this is a run of a pull request from a fork/);
  }
});
