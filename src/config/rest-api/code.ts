import { z } from "zod";
import { compileExpression, ExpressionError, type Wanted } from "../../expression/compile.ts";
import type { Scope } from "../../expression/environment.ts";
import type { Fault } from "../fault.ts";

/** Reference to JavaScript of the user's, loaded only where that is allowed. */
export const moduleText = z
  .string()
  .describe("JavaScript in the repository: `./steps.mjs#name`, a file beside the pipeline file and its export.");

/** Where Python takes a function: an expression, `fn:name` of the library, or a function of a module. */
export const codeShape = z.union([z.string(), z.strictObject({ module: moduleText })]);

export type Code = z.infer<typeof codeShape>;

/**
 * The name under which the function of a piece of code is given: `name` of `fn:name`, `module:./steps.mjs#name` of a
 * module; undefined for an expression.
 */
export function functionName(code: Code): string | undefined {
  if (typeof code !== "string") return `${MODULE}${code.module}`;
  return code.startsWith("fn:") ? code.slice(3) : undefined;
}

/** Reference to a module in the name of a function; undefined for others. */
export function moduleOf(name: string): string | undefined {
  return name.startsWith(MODULE) ? name.slice(MODULE.length) : undefined;
}

/** True for code that comes with the configuration; functions of a program are its own affair. */
export function mayRunAway(code: Code): boolean {
  const name = functionName(code);
  return name === undefined || moduleOf(name) !== undefined;
}

const MODULE = "module:";

/** What is wrong with a piece of code, with the place inside an expression. */
export function codeFaults(
  code: Code | null | undefined,
  at: readonly (string | number)[],
  scope: Scope,
  wanted: Wanted,
): Fault[] {
  if (code === null || code === undefined) return [];
  if (typeof code !== "string") return /^.+#[A-Za-z_$][\w$]*$/s.test(code.module) ? [] : [moduleFault(code.module, at)];
  if (functionName(code) !== undefined) return [];
  try {
    compileExpression(code, scope, wanted);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [{ path: at, reason: "expression", message: faultText(code, error) }];
  }
}

function moduleFault(reference: string, at: readonly (string | number)[]): Fault {
  const message = `${JSON.stringify(reference)} names no function of a module`;
  return { path: [...at, "module"], reason: "type", message, suggestion: "write it as ./steps.mjs#name" };
}

function faultText(text: string, error: ExpressionError): string {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  const place = error.line === 1 ? `character ${error.column}` : `line ${error.line}, character ${error.column}`;
  return `the expression ${JSON.stringify(shown)} cannot be used: ${error.message} (${place})`;
}
