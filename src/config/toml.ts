import { parse, TomlDate, TomlError } from "smol-toml";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { PlacedFault } from "./document.ts";

/** One of dlt's `.dlt/*.toml` files. */
export interface TomlFile {
  readonly name: string;
  readonly values: JsonObject;
  readonly faults: readonly PlacedFault[];
}

/** Reads a TOML file; absent text gives an empty one. A syntax error is a fault that does not quote the text. */
export function readToml(text: string | undefined, name: string): TomlFile {
  if (text === undefined) return { name, values: {}, faults: [] };
  try {
    const values = plain(parse(text));
    return { name, values: isJsonObject(values) ? values : {}, faults: [] };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message goes on with an excerpt of the file, which may hold a secret.
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const place = { file: name, line: error.line, column: error.column };
    return { name, values: {}, faults: [{ path: [], reason: "syntax", message: `not valid TOML: ${reason}`, place }] };
  }
}

/** The value under dotted keys, undefined when absent. What dlt writes as a placeholder counts as absent. */
export function tomlValue(file: TomlFile, keys: readonly string[]): JsonValue | undefined {
  let here: JsonValue | undefined = file.values;
  for (const key of keys) {
    if (!isJsonObject(here)) return undefined;
    here = getOwn(here, key);
  }
  return here === null || (typeof here === "string" && PLACEHOLDER.test(here)) ? undefined : here;
}

const PLACEHOLDER = /^(?:FILL ME OUT|<configure me>|)$/;

function plain(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === "object" && value !== null) {
    const object: { [key: string]: JsonValue } = {};
    for (const [key, item] of Object.entries(value)) setOwn(object, key, plain(item));
    return object;
  }
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean"
    ? value
    : null;
}
