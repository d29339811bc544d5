import type { StepConfig } from "../config/rest-api/shape.ts";
import type { JsonValue } from "../core/json.ts";

/** Functions of the library's user; a configuration names them as `fn:name`. */
export type SourceFunctions = Readonly<Record<string, (value: JsonValue) => JsonValue>>;

/** Names of functions that a configuration uses and that were not given. */
export function missingFunctions(used: readonly string[], functions: SourceFunctions): readonly string[] {
  return used.filter((name) => !name.startsWith("fn:") || !Object.hasOwn(functions, name.slice(3)));
}

/** The function of a name; undefined without a name. */
export function functionOf(
  name: string | null | undefined,
  functions: SourceFunctions,
): ((value: JsonValue) => JsonValue) | undefined {
  return name === null || name === undefined ? undefined : functions[name.slice(3)];
}

/** All processing steps of a resource as one function over the records of a page. */
export function compileSteps(
  steps: readonly StepConfig[],
  functions: SourceFunctions,
): ((records: readonly JsonValue[]) => readonly JsonValue[]) | undefined {
  const parts = steps.flatMap((step) => {
    const filter = functionOf(step.filter, functions);
    const map = functionOf(step.map, functions);
    const yieldMap = functionOf(step.yield_map, functions);
    return [
      ...(filter === undefined
        ? []
        : [(records: readonly JsonValue[]) => records.filter((record) => isTrue(filter(record)))]),
      ...(map === undefined ? [] : [(records: readonly JsonValue[]) => records.map(map)]),
      ...(yieldMap === undefined
        ? []
        : [(records: readonly JsonValue[]) => records.flatMap((one) => list(yieldMap(one)))]),
    ];
  });
  if (parts.length === 0) return undefined;
  return (records) => parts.reduce((current, part) => part(current), records);
}

function isTrue(value: JsonValue): boolean {
  return value !== false && value !== null && value !== 0 && value !== "" && value !== undefined;
}

function list(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}
