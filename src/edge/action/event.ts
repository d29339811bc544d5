import { ConfigError } from "../../core/errors.ts";
import type { Environment } from "./inputs.ts";
import { member } from "./member.ts";

/**
 * What a faulty configuration means in a run that GitHub started without secrets: a pull request from a fork, or one of
 * Dependabot, gets none, so all secret inputs arrive empty. The user must not look for a connection string that stands
 * in the workflow. Returns the given error when that is not the case.
 *
 * @param inputs all inputs by name
 * @param readPayload gives the event's payload; a failure to do so says nothing about the event
 */
export async function explainMissingCredentials(
  error: unknown,
  environment: Environment,
  inputs: Readonly<Record<string, string>>,
  readPayload: () => Promise<unknown>,
): Promise<unknown> {
  if (!(error instanceof ConfigError)) return error;
  const isGiven = (name: string) => (inputs[name] ?? "").trim() !== "";
  if (isGiven("token") && isGiven("connection-string")) return error;
  const why = await eventWithoutSecrets(environment, readPayload);
  if (why === undefined) return error;
  return new ConfigError("E_INPUT", `no credentials in this event: ${why}\n${error.message}`, {
    step: "config",
    // Nothing else is wrong: such a run may be skipped.
    ...(error.reason === "missing_secret" ? { reason: NO_CREDENTIALS } : {}),
    hint: "Set skip-without-credentials: true to skip such runs, run it on push, schedule or workflow_dispatch, or add `if: github.event.pull_request.head.repo.fork == false` to the job.",
    context: { event: environment.GITHUB_EVENT_NAME },
    cause: error,
  });
}

/** Reason of an error that says nothing but that GitHub passed no secrets to the run. */
export const NO_CREDENTIALS = "no_credentials";

/** Payload of the present event. GitHub's client comes along with it, so it is loaded only when it is asked for. */
export async function eventPayload(): Promise<unknown> {
  const { context } = await import("@actions/github");
  return context.payload;
}

/** Why GitHub passes no secrets to a run of this event, or undefined when it does. */
async function eventWithoutSecrets(
  environment: Environment,
  readPayload: () => Promise<unknown>,
): Promise<string | undefined> {
  const event = environment.GITHUB_EVENT_NAME ?? "";
  // `pull_request_target` runs with the secrets of the base repository.
  if (!/^pull_request(?:_review|_review_comment)?$/.test(event)) return undefined;
  if (environment.GITHUB_ACTOR === "dependabot[bot]") return "GitHub passes no secrets to a run of Dependabot";
  // An unreadable payload says nothing; a missing credential is reported as such later.
  const payload = await readPayload().catch(() => undefined);
  return payload !== undefined && isFromFork(payload)
    ? "GitHub passes no secrets to a pull request from a fork"
    : undefined;
}

function isFromFork(event: unknown): boolean {
  const head = member(member(member(event, "pull_request"), "head"), "repo");
  const base = member(member(member(event, "pull_request"), "base"), "repo");
  // The repository of the head is gone (null) when a fork was deleted.
  if (member(head, "fork") === true || head === null) return true;
  return member(head, "full_name") !== member(base, "full_name");
}
