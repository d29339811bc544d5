import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../../src/core/errors.ts";
import { explainMissingCredentials } from "../../../../src/edge/action/event.ts";

const MISSING = new ConfigError("E_INPUT", "input connection-string: required");
const FORK = {
  pull_request: { head: { repo: { full_name: "them/x", fork: true } }, base: { repo: { full_name: "us/x" } } },
};
const OWN = {
  pull_request: { head: { repo: { full_name: "us/x", fork: false } }, base: { repo: { full_name: "us/x" } } },
};
const GONE = { pull_request: { head: { repo: null }, base: { repo: { full_name: "us/x" } } } };

function explain(event: string, payload: unknown, more: { actor?: string; inputs?: Record<string, string> } = {}) {
  const environment = { GITHUB_EVENT_NAME: event, GITHUB_ACTOR: more.actor };
  return explainMissingCredentials(
    MISSING,
    environment,
    more.inputs ?? { token: "", "connection-string": "" },
    async () => {
      if (payload instanceof Error) throw payload;
      return payload;
    },
  );
}

test("a pull request from a fork is told that it has no credentials", async () => {
  for (const payload of [FORK, GONE]) {
    const error = await explain("pull_request", payload);
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, "E_INPUT");
    assert.match(error.message, /^no credentials in this event: .* from a fork\ninput connection-string/);
  }
  assert.match(
    String(await explain("pull_request", OWN, { actor: "dependabot[bot]" })),
    /no credentials in this event: .*Dependabot/,
  );
});

test("other events, and a run that has its credentials, keep their error", async () => {
  assert.equal(await explain("pull_request", OWN), MISSING);
  assert.equal(await explain("push", FORK), MISSING);
  assert.equal(await explain("pull_request_target", FORK), MISSING);
  assert.equal(await explain("pull_request", new SyntaxError("not JSON")), MISSING);
  assert.equal(await explain("pull_request", FORK, { inputs: { token: "a", "connection-string": "b" } }), MISSING);
  const other = new Error("x");
  assert.equal(
    await explainMissingCredentials(other, { GITHUB_EVENT_NAME: "pull_request" }, {}, async () => undefined),
    other,
  );
});
