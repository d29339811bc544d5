/** A job of one step that uses the Action: `main`, then `post` with what `main` left for it, as the runner does. */
import { ACTION_ENTRY, type ActionRequest, type ActionResult, parseFileCommands, runAction } from "./runner.ts";

export interface JobResult {
  readonly main: ActionResult;
  readonly post: ActionResult;
  /** Annotations of both with this title. */
  readonly warnings: (code: string) => readonly string[];
}

export async function runJob(request: ActionRequest): Promise<JobResult> {
  const main = await runAction(request);
  const post = await runPost(main, request);
  const annotations = [...main.annotations, ...post.annotations];
  return {
    main,
    post,
    warnings: (code) =>
      annotations
        .filter(({ level, properties }) => level === "warning" && properties.title === code)
        .map(({ message }) => message),
  };
}

/** `post` after this `main`. */
export function runPost(main: ActionResult, request: ActionRequest): Promise<ActionResult> {
  const state: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseFileCommands(main.state))) state[`STATE_${name}`] = value;
  return runAction({
    inputs: request.inputs,
    environment: { ...request.environment, ...state },
    // The bundle is `dist/main/index.js`, the source `main.ts`.
    entry: ACTION_ENTRY.replace(/main(\.[jt]s|[\\/]index\.js)$/, "post$1"),
  });
}
