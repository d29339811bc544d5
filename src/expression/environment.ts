import { Environment } from "@marcbachmann/cel-js";
import { parseJson } from "../core/json-reader.ts";
import { compactJson } from "../core/json-writer.ts";
import { matchesPattern } from "./patterns.ts";
import { type CelValue, fromCel, timestampText, toCel } from "./values.ts";

/** What an expression may read. */
export const SCOPES = {
  /** A record, in steps. */
  record: ["record"],
  /** A cursor's value, in `convert`. */
  value: ["value"],
  /** An answer, in `rewrite`. */
  answer: ["body", "text", "status", "headers"],
  /** An answer and what was made of it, in the paginator `expression`. */
  page: ["body", "headers", "status", "records", "request"],
} as const;

export type Scope = keyof typeof SCOPES;

/**
 * The name under which our `matches` is known: the library's own takes patterns of JavaScript, and cannot be replaced.
 */
export const MATCHES = "matchesRe2";

/** An expression is a line or a few: these keep its tree, and with it the stack, small. */
const LIMITS = { maxAstNodes: 2000, maxDepth: 50, maxListElements: 200, maxMapEntries: 200, maxCallArguments: 16 };

const environments = new Map<Scope, Environment>();

/** CEL with the variables of a scope and the functions of ours; made once for each scope. */
export function environmentOf(scope: Scope): Environment {
  let environment = environments.get(scope);
  if (environment === undefined) {
    environment = withFunctions(
      new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits: LIMITS }),
    );
    for (const name of SCOPES[scope]) environment.registerVariable(name, name === "text" ? "string" : "dyn");
    environments.set(scope, environment);
  }
  return environment;
}

/** What records of an API need and CEL lacks. `integer op double` is a mistake in CEL, in JSON it is one list of numbers. */
function withFunctions(environment: Environment): Environment {
  environment
    .registerFunction("string.replace(string, string): string", replaced)
    .registerFunction(`string.${MATCHES}(string): bool`, matchesPattern)
    .registerFunction(
      "merge(map, map): map",
      (base: AnyMap, over: AnyMap) => new Map([...entries(base), ...entries(over)]),
    )
    .registerFunction("parseJson(string): dyn", (text: string) => toCel(parseJson(text, { maxDepth: 100 })))
    .registerFunction("toJson(dyn): string", (value: unknown) => compactJson(fromCel(value)))
    .registerFunction("string(google.protobuf.Timestamp): string", (date: Date) => timestampText(date))
    .registerFunction("string(google.protobuf.Duration): string", (duration: object) => String(duration));
  for (const [left, right] of [
    ["int", "double"],
    ["double", "int"],
  ]) {
    environment
      .registerOperator(`${left} + ${right}`, (a: number | bigint, b: number | bigint) => Number(a) + Number(b))
      .registerOperator(`${left} - ${right}`, (a: number | bigint, b: number | bigint) => Number(a) - Number(b))
      .registerOperator(`${left} * ${right}`, (a: number | bigint, b: number | bigint) => Number(a) * Number(b))
      .registerOperator(`${left} / ${right}`, (a: number | bigint, b: number | bigint) => Number(a) / Number(b));
  }
  return environment;
}

/** Characters of what `replace` makes: an answer's text and some. */
const MOST_CHARACTERS = 128 * 1024 * 1024;

function replaced(text: string, from: string, to: string): string {
  if (from === "") return text;
  const parts = text.split(from);
  if (text.length + parts.length * to.length > MOST_CHARACTERS) throw new RangeError("the text is too long");
  return parts.join(to);
}

type AnyMap = ReadonlyMap<string, CelValue> | Readonly<Record<string, CelValue>>;

function entries(map: AnyMap): Iterable<[string, CelValue]> {
  return map instanceof Map ? map : Object.entries(map);
}
