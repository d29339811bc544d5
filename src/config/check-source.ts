import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import { faultsBeside, type Reading } from "./check-beside.ts";
import type { Path } from "./document.ts";
import { faultsFromZod } from "./explain.ts";
import type { Fault } from "./fault.ts";
import { type SourceFile, sourceShape } from "./pipeline-file.ts";
import { checkRestApi } from "./rest-api/check.ts";
import { isAuthHeader, isSecretKey } from "./secret-keys.ts";

export interface CheckedSource {
  /** Present when there are no faults. */
  readonly source?: SourceFile;
  /** Paths from the top of the source. */
  readonly faults: readonly Fault[];
}

/**
 * Checks a source's configuration by its shape and by what a shape cannot say, both at once: where the shape finds
 * faults, the rest is checked without the parts that are wrong, so that a misspelt key does not hide a missing parent.
 */
export function checkSource(source: JsonObject, compat: "default" | "strict"): CheckedSource {
  const check = (config: SourceFile) => checkRestApi(withoutOptions(config), compat);
  const reading = readShape(source);
  if ("faults" in reading) {
    return { faults: [...reading.faults, ...faultsBeside(source, reading.faults, readShape, check)] };
  }
  const faults = check(reading.config);
  return faults.length === 0 ? { source: reading.config, faults } : { faults };
}

function readShape(source: JsonObject): Reading<SourceFile> {
  const sealed = seal(source, []);
  const parsed = sourceShape.safeParse(sealed);
  return parsed.success ? { config: parsed.data } : { faults: faultsFromZod(parsed.error, sealed, sourceShape) };
}

/** The configuration without the arguments of the source that stand beside it. */
export function withoutOptions(source: SourceFile): Parameters<typeof checkRestApi>[0] {
  const { client, resource_defaults, resources } = source;
  return { client, resources, ...(resource_defaults === undefined ? {} : { resource_defaults }) };
}

/** Texts under secret keys become secrets, except those with placeholders, which hold no value yet. */
function seal(value: JsonValue, path: Path): unknown {
  if (typeof value === "string") return isSealed(value, path) ? new Secret(value) : value;
  if (isJsonArray(value)) return value.map((item, index) => seal(item, [...path, index]));
  if (!isJsonObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(result, key, {
      value: seal(item, [...path, key]),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

function isSealed(value: string, path: Path): boolean {
  if (isAuthHeader(path)) return value !== "";
  // The URL of a proxy with its password.
  if (path.join(".") === "client.http.proxy") return value.includes("@");
  return (
    isSecretKey(path.at(-1)) && value !== "" && (path.includes("auth") || path[0] === "client" || !/[{}]/.test(value))
  );
}

/** All secrets of a source's configuration, in order. */
export function secretsOf(source: JsonObject): readonly Secret[] {
  const found: Secret[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof Secret) found.push(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(seal(source, []));
  return found;
}

/** The name that a source's configuration gives itself. */
export function sourceNameOf(source: JsonObject): string {
  const name = getOwn(source, "name");
  return typeof name === "string" && name !== "" ? name : "rest_api";
}
