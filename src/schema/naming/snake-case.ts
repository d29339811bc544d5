import { digest128 } from "../../core/digest.ts";
import { ConfigError, DataError } from "../../core/errors.ts";
import { pythonStrip } from "../../core/python-text.ts";

/** Longest name of a table or column in PostgreSQL. dlt counts code points where the server counts bytes. */
export const MAX_IDENTIFIER = 63;
const MAX_SCHEMA_NAME = 64;
const SEPARATOR = "__";

/**
 * One name in dlt's `snake_case` convention: `userID` => `user_id`, `@id` => `aid`, `2FA` => `_2_fa`, `id_` => `idx`.
 * Throws {@link ConfigError} for a name of blanks only. `Infinity` leaves long names as they are.
 */
export function normalizeIdentifier(identifier: string, maxLength: number = MAX_IDENTIFIER): string {
  const stripped = pythonStrip(identifier);
  if (stripped === "")
    throw new ConfigError("E_CONFIG", "a name is empty", { hint: "Give it at least one character." });
  return shorten(snakeCase(stripped), stripped, maxLength);
}

/**
 * A column name from a key as it stands in the data. `__` in the key separates parts, each of which is normalized by itself;
 * blank parts vanish, so that `__` gives the empty string.
 */
export function normalizePath(key: string, maxLength: number = MAX_IDENTIFIER): string {
  const parts = key.split(SEPARATOR).filter((part) => pythonStrip(part) !== "");
  return shorten(parts.map((part) => normalizeIdentifier(part, maxLength)).join(SEPARATOR), key, maxLength);
}

/** A table name, or the part of one that a key gives. dlt: the same rule as for columns in this convention. */
export function normalizeTablesPath(key: string, maxLength: number = MAX_IDENTIFIER): string {
  return normalizePath(key, maxLength);
}

/**
 * {@link normalizePath} as records need it. dlt: a blank key becomes `_empty`; a key such as `__`, which leaves no name,
 * fails there with `KeyError: ''` and here with a {@link DataError}.
 */
export function normalizeKey(key: string, maxLength: number = MAX_IDENTIFIER): string {
  const name = normalizePath(pythonStrip(key) === "" ? "_empty" : key, maxLength);
  if (name !== "") return name;
  throw new DataError("E_DATA_VALUE", `the key ${JSON.stringify(key)} leaves no column name`, {
    step: "normalize",
    hint: "Rename the key in a processing step, or leave it out.",
    context: { key },
  });
}

/** Joins names that are normalized already; a joined name that is too long is tagged by itself. */
export function shortenFragments(parts: readonly string[], maxLength: number = MAX_IDENTIFIER): string {
  const path = parts.filter((part) => pythonStrip(part) !== "").join(SEPARATOR);
  return shorten(path, path, maxLength);
}

/**
 * Cuts the middle out of a name longer than `maxLength` code points and puts a tag there, six characters made from `tagSource`.
 * Throws {@link ConfigError} when the tag alone is longer.
 */
export function shorten(name: string, tagSource: string, maxLength: number): string {
  if (name.length <= maxLength) return name;
  const points = [...name];
  if (points.length <= maxLength) return name;
  const tag = nameTag(tagSource);
  const remaining = maxLength - tag.length;
  if (remaining < 0) throw new ConfigError("E_CONFIG", `names of at most ${maxLength} characters are too short`);
  const tail = Math.floor(remaining / 2);
  return points.slice(0, remaining - tail).join("") + tag + points.slice(points.length - tail).join("");
}

/** The tag of shortened names: 4 bytes of SHAKE-128 in a reduced base64. */
export function nameTag(source: string): string {
  return digest128(source, 4).replaceAll("/", "a").replaceAll("+", "b").toLowerCase();
}

/** Name of a schema (of a source). Throws {@link ConfigError} when empty. */
export function schemaName(name: string): string {
  return normalizeIdentifier(name, MAX_SCHEMA_NAME);
}

/** Name of a dataset: a PostgreSQL schema. Throws {@link ConfigError} when empty. */
export function datasetName(name: string): string {
  if (pythonStrip(name) === "") {
    throw new ConfigError("E_CONFIG", "the dataset name is empty", {
      hint: "Set dataset-name, for example gitlab_data.",
    });
  }
  return normalizeIdentifier(name, MAX_IDENTIFIER);
}

function snakeCase(name: string): string {
  const broken = name
    .replace(REDUCED, (character) => REDUCED_TO[character] ?? "_")
    .replace(NOT_ALPHANUMERIC, "_")
    .replace(BEFORE_WORD, "$1_$2")
    .replace(BEFORE_CAPITAL, "$1_$2")
    .toLowerCase();
  const started = LEADING_DIGIT.test(broken) ? `_${broken}` : broken;
  return started.replace(TRAILING_UNDERSCORES, (run) => "x".repeat(run.length)).replace(UNDERSCORES, "_");
}

const REDUCED = /[+\-*@|]/g;
const REDUCED_TO: Readonly<Record<string, string>> = { "+": "x", "-": "_", "*": "x", "@": "a", "|": "l" };
/** Decimal digits of every script stay. */
const NOT_ALPHANUMERIC = /[^a-zA-Z\p{Nd}_]+/gu;
const BEFORE_WORD = /([^_])([A-Z][a-z]+)/gu;
const BEFORE_CAPITAL = /([a-z0-9])([A-Z])/g;
const LEADING_DIGIT = /^\p{Nd}/u;
const TRAILING_UNDERSCORES = /_+$/;
const UNDERSCORES = /__+/g;
