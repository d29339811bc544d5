import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignFiles } from "../../../../src/edge/action/trust.ts";

const request = (head: object | null, base: object) => ({
  pull_request: { head: { repo: head }, base: { repo: base } },
});
const US = { full_name: "us/x", fork: false };
const THEM = { full_name: "them/x", fork: true };

async function isRefused(event: string, payload: unknown): Promise<boolean> {
  const read = async () => {
    if (payload instanceof Error) throw payload;
    return payload;
  };
  return (await foreignFiles({ GITHUB_EVENT_NAME: event }, read)) !== undefined;
}

test("files of a pull request from a fork are foreign, whatever the event's secrets", async () => {
  for (const event of ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]) {
    assert.equal(await isRefused(event, request(THEM, US)), true, event);
    assert.equal(await isRefused(event, request(null, US)), true, event);
    assert.equal(await isRefused(event, {}), true, event);
    assert.equal(await isRefused(event, new Error("unreadable")), true, event);
    assert.equal(await isRefused(event, request(US, US)), false, event);
  }
  // A repository that is itself a fork, with a pull request from one of its own branches.
  assert.equal(await isRefused("pull_request", request(THEM, THEM)), false);
});

test("a run after a pull request's, and a comment on one", async () => {
  const after = (event: string, head: object | null) => ({
    workflow_run: { event, head_repository: head },
    repository: US,
  });
  assert.equal(await isRefused("workflow_run", after("pull_request", THEM)), true);
  assert.equal(await isRefused("workflow_run", after("pull_request_target", null)), true);
  assert.equal(await isRefused("workflow_run", after("pull_request", US)), false);
  assert.equal(await isRefused("workflow_run", after("push", US)), false);
  assert.equal(await isRefused("workflow_run", new Error("unreadable")), true);
  assert.equal(await isRefused("issue_comment", { issue: { pull_request: {} } }), true);
  assert.equal(await isRefused("issue_comment", { issue: {} }), false);
  assert.equal(await isRefused("issue_comment", new Error("unreadable")), true);
});

test("other events have the files of the repository", async () => {
  for (const event of ["push", "schedule", "workflow_dispatch", ""]) {
    assert.equal(await isRefused(event, new Error("never read")), false, event);
  }
});
