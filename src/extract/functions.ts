import { type Code, functionName, moduleOf } from "../config/rest-api/code.ts";
import { codePlaces } from "../config/rest-api/code-places.ts";
import type { RestApiConfig } from "../config/rest-api/shape.ts";
import { InternalError } from "../core/errors.ts";
import { isJsonArray, isJsonObject, type JsonValue } from "../core/json.ts";
import { compileExpression, ExpressionFailure, kindOf, type Wanted } from "../expression/compile.ts";
import { SCOPES, type Scope } from "../expression/environment.ts";

/**
 * Functions that a configuration names: those of the library's user (`fn:name`) by their name, those of modules by
 * `module:` and their reference.
 */
export type SourceFunctions = Readonly<Record<string, (value: JsonValue) => JsonValue | undefined>>;

/** Names of functions that a configuration uses and that were not given. */
export function missingFunctions(config: RestApiConfig, functions: SourceFunctions): readonly string[] {
  const used = codePlaces(config).flatMap(({ code }) => functionName(code) ?? []);
  return [...new Set(used)].filter((name) => !Object.hasOwn(functions, name));
}

/**
 * Checked code as a function of the variables of its scope. A function gets the first of them; one that gives nothing is
 * an {@link ExpressionFailure}, or false where a truth is wanted: without its `return` it would make empty rows. So is one
 * that gives neither a list nor one record where a list is wanted, and a promise or an iterator, which nobody awaits or reads.
 */
export function compileCode(
  code: Code,
  scope: Scope,
  wanted: Wanted,
  functions: SourceFunctions,
): (variables: Readonly<Record<string, JsonValue>>) => JsonValue {
  const name = functionName(code);
  if (name === undefined) {
    const expression = compileExpression(String(code), scope, wanted);
    return (variables) => expression.evaluate(variables);
  }
  const call = functions[name];
  if (call === undefined) throw new InternalError("E_INTERNAL", `the function ${name} was not given`);
  const [first] = SCOPES[scope];
  const shown = moduleOf(name) ?? `fn:${name}`;
  const refuse = (what: string): ExpressionFailure => {
    const instead = wanted === "list" ? "a list of records" : wanted === "bool" ? "true or false" : "a value, or null";
    return new ExpressionFailure(`${shown} returns ${what}: it must return ${instead}`);
  };
  return (variables) => {
    const made = call(variables[first] ?? null);
    if (made === undefined) {
      if (wanted === "bool") return false;
      throw refuse("nothing");
    }
    const other = typeof made === "object" && made !== null ? otherKind(made) : undefined;
    if (other !== undefined) throw refuse(other);
    if (wanted === "list" && !isJsonArray(made) && !isJsonObject(made)) throw refuse(kindOf(made));
    return made;
  };
}

/** What JavaScript takes for an object and JSON has not. */
function otherKind(made: object): string | undefined {
  if (made instanceof Promise) {
    // It may fail, and nobody waits for it.
    made.catch(() => undefined);
    return "a promise";
  }
  return Symbol.iterator in made && !Array.isArray(made) ? "an iterator" : undefined;
}
