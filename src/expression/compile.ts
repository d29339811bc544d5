import { TypeError as CelTypeError, EvaluationError, ParseError } from "@marcbachmann/cel-js";
import type { JsonValue } from "../core/json.ts";
import { environmentOf, MATCHES, SCOPES, type Scope } from "./environment.ts";
import { checkPattern } from "./patterns.ts";
import { isNode, usedParts } from "./used-parts.ts";
import { fromCel, toCel } from "./values.ts";

/**
 * A compiled expression in CEL, Google's Common Expression Language: it always ends, and reaches nothing but its
 * variables.
 */
export interface Expression {
  readonly text: string;
  /** True when it reads the variable. */
  uses(variable: string): boolean;
  /** Its value for these variables, of which only those in use are looked at. Throws {@link ExpressionFailure}. */
  evaluate(variables: Readonly<Record<string, JsonValue>>): JsonValue;
}

/** What an expression must give; `any`: any JSON value. */
export type Wanted = "any" | "bool" | "list" | "map" | "text";

/** An expression that cannot be compiled. Line and column count from 1, within the expression. */
export class ExpressionError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, offset: number) {
    super(message);
    const before = text.slice(0, offset).split("\n");
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** An expression that does not fit the values it met; the message says what, without a full stop. */
export class ExpressionFailure extends Error {}

/**
 * Compiles an expression for a scope. Throws {@link ExpressionError} when it cannot be read, names what does not exist,
 * is too large, or can never give what is wanted.
 */
export function compileExpression(text: string, scope: Scope, wanted: Wanted): Expression {
  const environment = environmentOf(scope);
  const program = parsed(() => environment.parse(text), text);
  allowNullBranches(program.ast, () => environment.parse("dyn(null)").ast);
  refuse(program.ast, text);
  const checked = program.check();
  if (!checked.valid) throw compileError(checked.error, text, SCOPES[scope]);
  if (!mayGive(checked.type ?? "dyn", wanted)) {
    throw new ExpressionError(`it must give ${NAMES[wanted]}, and gives ${checked.type}`, text, 0);
  }
  const used = usedParts(program.ast, SCOPES[scope]);
  const isWanted = CHECKS[wanted];
  return {
    text,
    uses: (variable) => used.has(variable),
    evaluate(variables) {
      const values: Record<string, unknown> = {};
      for (const [name, parts] of used) values[name] = toCel(variables[name] ?? null, parts);
      const value = evaluated(() => fromCel(program(values)));
      if (!isWanted(value)) throw new ExpressionFailure(`it must give ${NAMES[wanted]}, and gave ${kindOf(value)}`);
      return value;
    },
  };
}

const NAMES: Readonly<Record<Wanted, string>> = {
  any: "a value",
  bool: "true or false",
  list: "a list",
  map: "an object",
  text: "text or null",
};

const CHECKS: Readonly<Record<Wanted, (value: JsonValue) => boolean>> = {
  any: () => true,
  bool: (value) => typeof value === "boolean",
  list: (value) => Array.isArray(value),
  map: (value) => kindOf(value) === "an object" || value === null,
  text: (value) => typeof value === "string" || value === null,
};

/** Whether a static type can be what is wanted; null and optionals only where null may be given. */
function mayGive(type: string, wanted: Wanted): boolean {
  if (wanted === "any" || type.startsWith("dyn")) return true;
  if (wanted === "bool" || wanted === "list") return type.startsWith(wanted);
  return type === "null" || type.startsWith("optional") || type.startsWith(wanted === "text" ? "string" : "map");
}

/** What a value is, for messages: `a list`, `text`, ... */
export function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "object":
      return "value" in value && typeof value.value === "number" ? "a number" : "an object";
    default:
      return "a number";
  }
}

function parsed<T>(parse: () => T, text: string): T {
  try {
    return parse();
  } catch (error) {
    throw compileError(error, text);
  }
}

function evaluated<T>(evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof RangeError && /length|call stack|too long/.test(error.message)) {
      throw new ExpressionFailure("it made too large a value");
    }
    if (error instanceof Error) throw new ExpressionFailure(summaryOf(error));
    throw error;
  }
}

/** `variables`: what there is to be named, for who wrote another name. */
function compileError(error: unknown, text: string, variables: readonly string[] = []): Error {
  if (!(error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const summary = summaryOf(error);
  const known = summary.startsWith("unknown variable") ? `; there is ${variables.join(", ")}` : "";
  return new ExpressionError(`${summary}${known}`, text, error.range?.start ?? 0);
}

/** The library's message without its picture of the place. */
function summaryOf(error: Error): string {
  const summary = "summary" in error && typeof error.summary === "string" ? error.summary : error.message;
  return summary.slice(0, 1).toLowerCase() + summary.slice(1).replaceAll(MATCHES, "matches");
}

/** `condition ? value : null` is a mistake of types in CEL, and what JSON needs most: a null there is of any type. */
function allowNullBranches(node: unknown, anyNull: () => unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) allowNullBranches(item, anyNull);
  } else if (isNode(node)) {
    allowNullBranches(node.args, anyNull);
    const branches: unknown = node.op === "?:" ? node.args : undefined;
    if (!Array.isArray(branches)) return;
    branches.forEach((branch, index) => {
      if (index > 0 && isNode(branch) && branch.op === "value" && branch.args === null) branches[index] = anyNull();
    });
  }
}

/**
 * What would go wrong at run time only: patterns that are none, and a reader that takes `1` for `1.0`. Calls of `matches`
 * become those of our own.
 */
function refuse(node: unknown, text: string): void {
  if (Array.isArray(node)) {
    for (const item of node) refuse(item, text);
  } else if (isNode(node)) {
    if (node.op === "rcall" && Array.isArray(node.args)) {
      const [name, , parameters] = node.args as readonly unknown[];
      const at = "start" in node && typeof node.start === "number" ? node.start : 0;
      if (name === "json") throw new ExpressionError("use parseJson(text) instead of bytes.json()", text, at);
      if (name === "matches" && Array.isArray(parameters)) {
        const pattern: unknown = parameters[0];
        const isWritten = isNode(pattern) && pattern.op === "value" && typeof pattern.args === "string";
        tryPattern(isWritten ? String(pattern.args) : undefined, text, at);
        node.args.splice(0, 1, MATCHES);
      }
    }
    refuse(node.args, text);
  }
}

function tryPattern(pattern: string | undefined, text: string, offset: number): void {
  try {
    checkPattern(pattern);
  } catch (error) {
    throw new ExpressionError(
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "invalid pattern",
      text,
      offset,
    );
  }
}
