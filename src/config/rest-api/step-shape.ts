import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import { compilePath } from "../../core/json-path.ts";
import { hasPlaces } from "../../core/json-path-places.ts";
import { holdsSecret, Secret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import { pathFaults } from "./check-path.ts";
import { codeFaults, codeShape } from "./code.ts";
import { jsonValue, text } from "./values.ts";

type Path = readonly (string | number)[];

const fields = z.union([z.string(), z.array(z.string())]);

/** One processing step. The first three may stand together, as in dlt; the others are steps of their own. */
export const stepShape = z.strictObject({
  filter: codeShape.optional().describe("Expression over `record`: true keeps it. Or `fn:name`, or a module."),
  map: codeShape.optional().describe("Expression over `record` whose value replaces it. Or `fn:name`, or a module."),
  yield_map: codeShape
    .optional()
    .describe("Expression over `record` that gives a list: a record for each item. Or `fn:name`, or a module."),
  pick: fields.optional().describe("JSONPaths of the fields that stay: `id`, `author.name`, `notes[*].id`."),
  omit: fields.optional().describe("JSONPaths of the fields that go."),
  // A new name under a key like `token` has been taken for a credential: it is a name all the same.
  rename: z
    .record(z.string(), text)
    .optional()
    .describe("New names by the JSONPath of the field; the field keeps its place and replaces one of its new name."),
  set: z
    .record(z.string(), jsonValue)
    .optional()
    .describe("Fields and their values: as written, or `{expression: ...}` over the record as it was before the step."),
  redact: z
    .strictObject({
      fields: fields.describe("JSONPaths of the fields."),
      replace: jsonValue.optional().describe("What stands there instead; `***` when absent."),
      hash_salt: text
        .optional()
        .describe("Secret: the value becomes its HMAC-SHA256 in hex, the same for the same value and salt."),
    })
    .optional()
    .describe("Hides values; null stays null."),
  explode: z
    .string()
    .optional()
    .describe("JSONPath of a list: a record for each item, which stands in its place; null for an empty list."),
});

export type StepConfig = z.infer<typeof stepShape>;

/** The expression of a value of `set`; undefined for a value as written. */
export function setExpression(value: JsonValue): string | undefined {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return undefined;
  return typeof value.expression === "string" ? value.expression : undefined;
}

/** What the shape of steps cannot say. `at` is the path of the list. */
export function stepFaults(steps: readonly StepConfig[] | null | undefined, at: Path): Fault[] {
  return (steps ?? []).flatMap((step, index) => faultsOf(step, [...at, index]));
}

const TOGETHER: ReadonlySet<string> = new Set(["filter", "map", "yield_map"]);

function faultsOf(step: StepConfig, at: Path): Fault[] {
  const faults: Fault[] = [
    ...codeFaults(step.filter, [...at, "filter"], "record", "bool"),
    ...codeFaults(step.map, [...at, "map"], "record", "any"),
    ...codeFaults(step.yield_map, [...at, "yield_map"], "record", "list"),
  ];
  const keys = Object.entries(step).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const alone = keys.find((key) => !TOGETHER.has(key));
  if (alone !== undefined && keys.length > 1) {
    const message = `a step with ${JSON.stringify(alone)} has other keys: ${keys.filter((key) => key !== alone).join(", ")}`;
    faults.push({ path: at, reason: "type", message, suggestion: "write each as a step of its own, in their order" });
  }
  for (const key of ["pick", "omit", "explode"] as const) faults.push(...fieldFaults(step[key], [...at, key]));
  for (const path of Object.keys(step.rename ?? {})) faults.push(...fieldFaults(path, [...at, "rename", path]));
  for (const [key, value] of Object.entries(step.set ?? {})) faults.push(...setFaults(value, [...at, "set", key]));
  const { redact } = step;
  if (redact === undefined) return faults;
  faults.push(...fieldFaults(redact.fields, [...at, "redact", "fields"]));
  if (redact.replace !== undefined && redact.hash_salt !== undefined) {
    faults.push({ path: [...at, "redact"], reason: "type", message: "replace and hash_salt exclude each other" });
  }
  const salt = redact.hash_salt instanceof Secret ? redact.hash_salt.reveal() : redact.hash_salt;
  if (salt === "") {
    faults.push({ path: [...at, "redact", "hash_salt"], reason: "missing_secret", message: "the salt is empty" });
  }
  return faults;
}

function setFaults(value: JsonValue, at: Path): Fault[] {
  if (holdsSecret(value)) {
    return [{ path: at, reason: "type", message: "a secret cannot be loaded into a table" }];
  }
  const expression = setExpression(value);
  if (expression === undefined && isJsonObject(value) && Object.keys(value).join() === "expression") {
    return [
      {
        path: [...at, "expression"],
        reason: "type",
        message: "expected an expression as text",
        suggestion: "call a module with map",
      },
    ];
  }
  return expression === undefined ? [] : codeFaults(expression, [...at, "expression"], "record", "any");
}

function fieldFaults(written: string | readonly string[] | undefined, at: Path): Fault[] {
  if (written === undefined) return [];
  if (typeof written !== "string") return written.flatMap((path, index) => fieldFaults(path, [...at, index]));
  const faults = pathFaults(written, at);
  if (faults.length > 0 || hasPlaces(compilePath(written))) return faults;
  const message = `${JSON.stringify(written)} names no fields`;
  return [{ path: at, reason: "jsonpath", message, suggestion: "use keys, [0], [*] and .." }];
}
