import { z } from "zod";
import type { Fault } from "../fault.ts";
import { codeFaults, codeShape } from "./code.ts";
import { wholeNumber } from "./values.ts";

type Path = readonly (string | number)[];

/** Words of `action` that act; `compat: strict` knows only `ignore`, as dlt. */
export const ACTION_WORDS = ["ignore", "stop", "retry", "fail"] as const;

export type ActionWord = (typeof ACTION_WORDS)[number];

/** What is done with an answer. Both conditions must hold where both are given. */
export const actionShape = z.strictObject({
  status_code: z.union([wholeNumber, z.string()]).nullish().describe("Status of the answer; a text never fits."),
  content: z.string().nullish().describe("Part of the body's text."),
  action: z
    .string()
    .meta({ anyOf: [{ enum: ACTION_WORDS }, { type: "string" }] })
    .optional()
    .describe(
      "`ignore` ends the pages quietly and counts it as skipped, `stop` ends them as complete, `retry` asks again, `fail` ends the run; other words do nothing.",
    ),
  message: z.string().optional().describe("Stands in the error of `fail`, and of `retry` after the last attempt."),
  rewrite: codeShape
    .optional()
    .describe(
      "Expression whose value replaces the body, over `body`, `text` (the body as it came), `status` and `headers`. With status_code that status is no error. Or `fn:name`, or a module.",
    ),
  encoding: z.string().optional().describe("The body's encoding, whatever it says itself: `windows-1252`."),
});

export type ResponseAction = z.infer<typeof actionShape>;

export function isActionWord(word: string | undefined, strict: boolean): word is ActionWord {
  return strict ? word === "ignore" : ACTION_WORDS.some((known) => known === word);
}

/** What the shape of actions cannot say. `at` is the path of the list. */
export function actionFaults(
  actions: readonly ResponseAction[] | null | undefined,
  at: Path,
  strict: boolean,
): Fault[] {
  return (actions ?? []).flatMap((action, index) => faultsOf(action, [...at, index], strict));
}

function faultsOf(action: ResponseAction, at: Path, strict: boolean): Fault[] {
  const { action: word, message, rewrite, encoding } = action;
  const faults: Fault[] = [...codeFaults(rewrite, [...at, "rewrite"], "answer", "any")];
  if (word === undefined && rewrite === undefined && encoding === undefined) {
    faults.push({ path: [...at, "action"], reason: "missing_key", message: 'the key "action" is missing' });
  }
  if (!strict && word !== "ignore" && isActionWord(word, false) && !isConditional(action)) {
    const text = `the action ${JSON.stringify(word)} never matches without status_code or content`;
    faults.push({ path: at, reason: "missing_key", message: text });
  }
  if (message !== undefined && word !== "fail" && word !== "retry") {
    const text = "only the actions fail and retry have a message";
    faults.push({ path: [...at, "message"], reason: "type", message: text });
  }
  if (encoding !== undefined && !isEncoding(encoding)) {
    const text = `${JSON.stringify(encoding)} is no encoding that is known`;
    faults.push({
      path: [...at, "encoding"],
      reason: "unknown_type",
      message: text,
      suggestion: "use a name of the WHATWG encoding standard, such as windows-1252, iso-8859-15 or shift_jis",
    });
  }
  return faults;
}

/** True when a status or a content is asked for. */
export function isConditional({ status_code: status = null, content = null }: ResponseAction): boolean {
  return status !== null || content !== null;
}

function isEncoding(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}
