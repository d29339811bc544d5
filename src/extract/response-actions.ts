import { type ActionWord, isActionWord, isConditional, type ResponseAction } from "../config/rest-api/action-shape.ts";
import { decodeText } from "../core/decode-text.ts";
import { DataError, SourceError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { ExpressionFailure } from "../expression/compile.ts";
import { compileCode, type SourceFunctions } from "./functions.ts";
import type { HttpAnswer } from "./http/messages.ts";
import { statusFailure } from "./read-body.ts";
import { TimeGuardError, withinTime } from "./time-guard.ts";

/** The `response_actions` of a resource. */
export interface ResponseActions {
  /** What becomes of an answer; undefined: what its status says. `accept`: it is read whatever its status. */
  verdict(answer: HttpAnswer): Verdict | undefined;
  /** The answer in UTF-8, where an encoding is set for it. Throws `E_SOURCE_BODY` when it is not in that encoding. */
  decoded(answer: HttpAnswer): HttpAnswer;
  /** True when bodies may be replaced, so that they must be read. */
  readonly rewrites: boolean;
  /** The body after all rewrites that take the answer; `read` parses it, and is asked for only where it is needed. */
  rewritten(answer: HttpAnswer, read: () => JsonValue): JsonValue;
}

export interface Verdict {
  readonly action: ActionWord | "accept";
  readonly message?: string;
}

interface Settings {
  readonly resource: string;
  readonly strict: boolean;
  readonly functions: SourceFunctions;
  readonly maxStepMs: number;
}

/** Compiles checked actions. They are looked at in their order. */
export function compileActions(actions: readonly ResponseAction[], settings: Settings): ResponseActions {
  const rewrites = actions.flatMap((action, index) =>
    action.rewrite === undefined
      ? []
      : [{ action, index, rewrite: compileCode(action.rewrite, "answer", "any", settings.functions) }],
  );
  const encodings = actions.flatMap((action) =>
    action.encoding === undefined ? [] : [{ action, encoding: action.encoding }],
  );

  return {
    verdict(answer) {
      if (actions.length === 0) return undefined;
      const matches = matcher(answer);
      for (const action of actions) {
        if (!isActionWord(action.action, settings.strict) || !isConditional(action) || !matches(action)) continue;
        return { action: action.action, ...(action.message === undefined ? {} : { message: action.message }) };
      }
      const isTaken = rewrites.some(({ action }) => action.status_code === answer.status && matches(action));
      return isTaken ? { action: "accept" } : undefined;
    },
    decoded(answer) {
      if (encodings.length === 0) return answer;
      const matches = matcher(answer);
      const found = encodings.find(({ action }) => matches(action));
      return found === undefined ? answer : decode(answer, found.encoding);
    },
    rewrites: rewrites.length > 0,
    rewritten(answer, read) {
      const matches = matcher(answer);
      return rewrites
        .filter(({ action }) => matches(action))
        .reduce<() => JsonValue>((before, { index, rewrite }) => {
          const body = rewrittenBy(answer, before, rewrite, { ...settings, index });
          return () => body;
        }, read)();
    },
  };
}

/** Whether the conditions of an action hold; one without any takes every answer. The body's text is made once. */
function matcher(answer: HttpAnswer): (action: ResponseAction) => boolean {
  let text: string | undefined;
  return ({ status_code: status = null, content = null }) => {
    if (status !== null && status !== answer.status) return false;
    if (content === null) return true;
    text ??= textOf(answer);
    return text.includes(content);
  };
}

function rewrittenBy(
  answer: HttpAnswer,
  before: () => JsonValue,
  rewrite: (variables: Readonly<Record<string, JsonValue>>) => JsonValue,
  { resource, index, maxStepMs }: Settings & { readonly index: number },
): JsonValue {
  const variables = {
    get body() {
      return before();
    },
    get text() {
      return textOf(answer);
    },
    status: answer.status,
    headers: { ...answer.headers },
  };
  const where = `resource ${JSON.stringify(resource)}: response_actions[${index}].rewrite fails for ${answer.shownUrl}`;
  try {
    return withinTime(maxStepMs, () => rewrite(variables));
  } catch (error) {
    if (error instanceof ExpressionFailure) {
      throw new SourceError("E_SOURCE_SHAPE", `${where}: ${error.message}`, {
        step: "extract",
        reason: "expression",
        hint: "Correct the expression, or bind it to status_code or content.",
      });
    }
    if (error instanceof TimeGuardError) {
      throw new DataError("E_LIMIT", `${where}: ${error.message}`, {
        step: "extract",
        hint: "Simplify the expression.",
      });
    }
    throw error;
  }
}

function decode(answer: HttpAnswer, encoding: string): HttpAnswer {
  try {
    return { ...answer, bytes: Buffer.from(decodeText(answer.bytes, encoding), "utf8") };
  } catch {
    throw new SourceError("E_SOURCE_BODY", `${answer.shownUrl} answered with text that is not in ${encoding}`, {
      step: "extract",
      hint: "Correct encoding in response_actions.",
      context: { url: answer.shownUrl },
    });
  }
}

function textOf(answer: HttpAnswer): string {
  const { buffer, byteOffset, byteLength } = answer.bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8");
}

/** The error that an action asks for, or that is left when asking again did not help. */
export function actionFailure(
  answer: HttpAnswer,
  method: string,
  { action, message }: Verdict,
  excerpt: string,
): SourceError {
  const why = message ?? (action === "retry" ? "response_actions ask for it again" : "response_actions refuse it");
  const text = excerpt === "" ? why : `${why}: ${excerpt}`;
  if (answer.status >= 400) return statusFailure(answer, method, text);
  return new SourceError(
    action === "retry" ? "E_SOURCE_UNAVAILABLE" : "E_SOURCE_SHAPE",
    `${method} ${answer.shownUrl} answered ${answer.status}: ${text}`,
    {
      step: "extract",
      reason: "response_action",
      hint: action === "retry" ? "Run again later." : "Look at what the source answers, or change response_actions.",
      context: { url: answer.shownUrl, status: answer.status },
    },
  );
}
