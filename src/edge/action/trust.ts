import type { Environment } from "./inputs.ts";
import { member } from "./member.ts";

/**
 * Why the files of the checkout may come from somebody who may not write to the repository, so that none of them is run
 * as code; undefined for other events. Whoever opens a pull request from a fork writes its files, and workflows check
 * them out also for events that have the secrets of the base (`pull_request_target`, `workflow_run`, `issue_comment`).
 * What cannot be told counts as a fork.
 */
export async function foreignFiles(
  environment: Environment,
  readPayload: () => Promise<unknown>,
): Promise<string | undefined> {
  const event = environment.GITHUB_EVENT_NAME ?? "";
  const isReview = event.startsWith("pull_request");
  if (!isReview && event !== "workflow_run" && event !== "issue_comment") return undefined;
  const payload = await readPayload().catch(() => undefined);
  if (isReview) {
    const request = member(payload, "pull_request");
    const head = member(member(request, "head"), "repo");
    return isSame(head, member(member(request, "base"), "repo")) ? undefined : FORK;
  }
  if (event === "workflow_run") {
    const run = member(payload, "workflow_run");
    if (payload !== undefined && !String(member(run, "event")).startsWith("pull_request")) return undefined;
    return isSame(member(run, "head_repository"), member(payload, "repository")) ? undefined : FORK;
  }
  const isOnRequest = payload === undefined || member(member(payload, "issue"), "pull_request") !== undefined;
  return isOnRequest ? "a comment on a pull request does not say whether its files are those of a fork" : undefined;
}

const FORK = "this is a run of a pull request from a fork";

function isSame(head: unknown, base: unknown): boolean {
  const name = member(head, "full_name");
  return typeof name === "string" && name === member(base, "full_name");
}
