import type { z } from "zod";
import { Double } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { Fault } from "./fault.ts";
import { child, knownKeys } from "./known-keys.ts";
import { nearest } from "./nearest.ts";
import { isSecretPath, quoteValue } from "./secret-keys.ts";

type Path = readonly (string | number)[];

/**
 * Turns zod's issues into faults as a user needs them: the path as written, a reason of the rest-api specification
 * (`unknown_key`, `missing_key`, `type`, `unknown_type`), what was expected, and the nearest known word. Given the
 * schema that was checked, misspelt keys are compared with the keys known at their place. A refinement may name its
 * own reason: `params: { reason: "paginator_arguments" }`. Values under secret keys are never quoted.
 */
export function faultsFromZod(error: z.core.$ZodError, input: unknown, schema?: z.core.$ZodType): Fault[] {
  return error.issues.flatMap((issue) => explain(issue, input, [], schema));
}

function explain(issue: z.core.$ZodIssue, input: unknown, prefix: Path, schema?: z.core.$ZodType): Fault[] {
  const path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  const value = path.reduce<unknown>(child, input);
  const absent = path.length > 0 && value === undefined;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, input, schema));
    case "invalid_union": {
      if (issue.discriminator !== undefined) return [wrongTag(path, value, absent, issue)];
      if (absent) return [missing(path)];
      return wrongAlternative(issue.errors, path, input, schema);
    }
    case "invalid_value":
      return [absent ? missing(path) : wrongWord(path, value, issue.values)];
    case "invalid_type":
      if (absent) return [missing(path)];
      return [typeFault(path, `expected ${typeWord(issue.expected)}, found ${described(value, path)}`)];
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((inner) => explain(inner, input, path, schema));
    case "custom":
      return [absent && issue.params?.reason === undefined ? missing(path) : refused(issue, path, value)];
    default:
      return [typeFault(path, limitText(issue, value, path))];
  }
}

/** A value that a refinement refused; one without a reason of its own says what it expected. */
function refused(issue: z.core.$ZodIssueCustom, path: Path, value: unknown): Fault {
  const reason = reasonOf(issue.params);
  const found = issue.params?.reason === undefined && issue.message.startsWith("expected");
  const message = found ? `${issue.message}, found ${described(value, path)}` : issue.message;
  return { path, reason, message, ...suggestionOf(issue.params) };
}

/** Keys that the user could have meant: those known at the place and not yet used. */
function siblings(path: Path, key: string, input: unknown, schema: z.core.$ZodType | undefined): readonly string[] {
  if (schema === undefined) return [];
  const here = path.reduce<unknown>(child, input);
  return knownKeys(schema, input, path).filter((known) => known !== key && child(here, known) === undefined);
}

function unknownKey(path: Path, key: string, input: unknown, schema: z.core.$ZodType | undefined): Fault {
  const fault = { path, reason: "unknown_key", message: `unknown key ${JSON.stringify(key)}` };
  const at = path.slice(0, -1);
  const known = siblings(at, key, input, schema);
  const suggestion = PYTHON_KEYS[path.slice(-2).join(".")] ?? placeOf(at, key, input, schema);
  if (suggestion !== undefined) return { ...fault, suggestion };
  const guess = nearest(key, known);
  if (guess !== undefined) return { ...fault, suggestion: didYouMean(guess) };
  return known.length > 0 && known.length <= 12 ? { ...fault, suggestion: `known here: ${known.join(", ")}` } : fault;
}

/** Where a key belongs that is known one level up, or in the one mapping below that knows it. */
function placeOf(at: Path, key: string, input: unknown, schema: z.core.$ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const last = at.at(-1);
  if (typeof last === "string" && knownKeys(schema, input, at.slice(0, -1)).includes(key)) {
    return `it belongs beside ${last}, not below it`;
  }
  const below = knownKeys(schema, input, at).filter((one) => knownKeys(schema, input, [...at, one]).includes(key));
  return below.length === 1 ? `it belongs below ${below[0]}` : undefined;
}

/** Keys of dlt that only a Python program can fill, and what takes their place. */
const PYTHON_KEYS: Readonly<Record<string, string>> = {
  "client.session": "a session is an object of Python; write timeouts, retries, proxy and rate limit under http",
};

function missing(path: Path): Fault {
  return { path, reason: "missing_key", message: `the key ${JSON.stringify(String(path.at(-1)))} is missing` };
}

function typeFault(path: Path, message: string): Fault {
  return { path, reason: "type", message };
}

/** The `type` of a paginator, of an auth, ... names no known kind. */
function wrongTag(path: Path, value: unknown, absent: boolean, issue: z.core.$ZodIssueInvalidUnion): Fault {
  const options = "options" in issue ? (issue.options ?? []) : [];
  // dlt: a mapping as a parameter is one of an unknown type, also when it names none.
  if (absent && path.at(-3) === "params") {
    const message = `a mapping as a parameter needs a type, one of ${words(options)}`;
    return { path, reason: "unknown_type", message };
  }
  return absent ? { ...missing(path), suggestion: `one of ${words(options)}` } : wrongWord(path, value, options);
}

function wrongWord(path: Path, value: unknown, options: readonly unknown[]): Fault {
  const guess =
    typeof value === "string"
      ? nearest(
          value,
          options.filter((one) => typeof one === "string"),
        )
      : undefined;
  // A value of another kind than every option is a wrong type; a word that is not among them is an unknown one.
  const known = options.some((option) => typeof option === typeof value);
  return {
    path,
    reason: known ? "unknown_type" : "type",
    message: `expected ${options.length === 1 ? "" : "one of "}${words(options)}, found ${described(value, path)}`,
    ...(guess === undefined ? {} : { suggestion: didYouMean(guess) }),
  };
}

/**
 * No alternative of a union fits. Alternatives that read the kind of value that was written (a mapping, a string) tell
 * what is wrong inside it; the one with the fewest complaints speaks. If none does, the kinds are listed.
 */
function wrongAlternative(
  errors: readonly (readonly z.core.$ZodIssue[])[],
  path: Path,
  input: unknown,
  schema: z.core.$ZodType | undefined,
): Fault[] {
  const value = path.reduce<unknown>(child, input);
  const inside = errors.filter((issues) => !issues.some((issue) => issue.path.length === 0 && isKind(issue)));
  const best = inside.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return best.flatMap((issue) => explain(issue, input, path, schema));
  const flat = errors.flat().filter((issue) => issue.path.length === 0);
  const options = flat.flatMap((issue) => (issue.code === "invalid_value" ? issue.values : []));
  if (options.some((option) => typeof option === typeof value)) return [wrongWord(path, value, options)];
  const kinds = flat.map((issue) => kindWord(issue));
  if (options.length > 0) kinds.unshift(`one of ${words(options)}`);
  return [
    typeFault(path, `expected ${[...new Set(kinds)].filter(Boolean).join(" or ")}, found ${described(value, path)}`),
  ];
}

function kindWord(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return typeWord(issue.expected);
  return issue.code === "custom" ? issue.message.replace(/^expected /, "") : "";
}

function isKind(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "custom") return issue.params?.reason === undefined;
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "null",
};

function typeWord(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

/** Kind and value of what was found, the value only if it is a scalar. */
function described(value: unknown, path: Path): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Secret) return "a text that is kept secret";
  if (value instanceof Double) return value.lexeme ?? String(value.value);
  switch (typeof value) {
    case "object":
      return "a mapping";
    case "string":
      return `the text ${quoteValue(value, isSecretPath(path) && !isKindOfAuth(value, path))}`;
    case "undefined":
      return "nothing";
    default:
      return quoteValue(value, isSecretPath(path));
  }
}

/** A word right under `auth` is a kind that we do not know; whatever else stands there may be a token. */
function isKindOfAuth(value: string, path: Path): boolean {
  return path.at(-1) === "auth" && /^[a-z]{2,12}(_[a-z0-9]{2,12}){0,3}$/.test(value);
}

function limitText(issue: z.core.$ZodIssue, value: unknown, path: Path): string {
  const found = described(value, path);
  if (issue.code === "too_small") return `expected at least ${issue.minimum}${unit(issue.origin)}, found ${found}`;
  if (issue.code === "too_big") return `expected at most ${issue.maximum}${unit(issue.origin)}, found ${found}`;
  return `${issue.message.replace(/^Invalid/, "invalid")}, found ${found}`;
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}

function reasonOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const reason = params?.reason;
  return typeof reason === "string" ? reason : "type";
}

function suggestionOf(params: Readonly<Record<string, unknown>> | undefined): { suggestion?: string } {
  const suggestion = params?.suggestion;
  return typeof suggestion === "string" ? { suggestion } : {};
}

function words(options: readonly unknown[]): string {
  const named = options.filter((option) => option !== undefined);
  return named.map((option) => (typeof option === "string" ? option : JSON.stringify(option))).join(", ");
}

function didYouMean(word: string): string {
  return `did you mean ${JSON.stringify(word)}?`;
}
