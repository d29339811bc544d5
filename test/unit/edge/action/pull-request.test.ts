import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../../src/core/errors.ts";
import { datasetOfEvent } from "../../../../src/edge/action/pull-request.ts";

function datasetOf(event: string | undefined, payload: unknown, more: { ref?: string; allowed?: boolean } = {}) {
  return datasetOfEvent(
    { datasetName: "gitlab_data", settings: { allowPrWrites: more.allowed ?? false } },
    { ...(event === undefined ? {} : { GITHUB_EVENT_NAME: event }), GITHUB_REF: more.ref ?? "refs/heads/main" },
    async () => {
      if (payload instanceof Error) throw payload;
      return payload;
    },
  );
}

const PULL = { pull_request: { number: 12 } };

test("runs of pull requests have a dataset of their own, unless they may write to the configured one", async () => {
  for (const event of ["pull_request", "pull_request_target", "pull_request_review"])
    assert.equal(await datasetOf(event, PULL), "gitlab_data_pr12");
  assert.equal(await datasetOf("pull_request", PULL, { allowed: true }), "gitlab_data");
  for (const event of ["push", "schedule", "workflow_dispatch", undefined])
    assert.equal(await datasetOf(event, PULL), "gitlab_data");
});

test("without a payload the ref tells the number; where nothing does, the run ends before it writes", async () => {
  const gone = new Error("no such file");
  assert.equal(await datasetOf("pull_request", gone, { ref: "refs/pull/7/merge" }), "gitlab_data_pr7");
  for (const payload of [gone, {}, { pull_request: { number: "12; DROP" } }, { pull_request: null }])
    await assert.rejects(datasetOf("pull_request_target", payload), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "E_INPUT");
      assert.match(error.hint ?? "", /allow-pr-writes/);
      return true;
    });
});
