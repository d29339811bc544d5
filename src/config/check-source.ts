import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
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
  const sealed = seal(source, []);
  const parsed = sourceShape.safeParse(sealed);
  if (parsed.success) {
    const faults = checkRestApi(withoutOptions(parsed.data), compat);
    return faults.length === 0 ? { source: parsed.data, faults } : { faults };
  }
  const shapeFaults = faultsFromZod(parsed.error, sealed, sourceShape);
  return { faults: [...shapeFaults, ...checkRest(source, shapeFaults, compat)] };
}

/** The configuration without the arguments of the source that stand beside it. */
export function withoutOptions(source: SourceFile): Parameters<typeof checkRestApi>[0] {
  const { client, resource_defaults, resources } = source;
  return { client, resources, ...(resource_defaults === undefined ? {} : { resource_defaults }) };
}

/** Faults of the parts whose shape is right; none when too little is left. */
function checkRest(source: JsonObject, shapeFaults: readonly Fault[], compat: "default" | "strict"): readonly Fault[] {
  let rest: JsonObject = source;
  let faults = shapeFaults;
  const removed = new Set<string>();
  let replacedResource = false;
  for (let round = 0; round < 5; round++) {
    for (const fault of faults) {
      const target = fault.reason === "missing_key" ? fault.path.slice(0, -1) : fault.path;
      if (target.length < 2) {
        if (fault.reason === "missing_key" || typeof target[0] !== "string" || target[0] === "client") return [];
        if (target[0] === "resources") return [];
      }
      removed.add(JSON.stringify(target));
      const isResource = target.length === 2 && target[0] === "resources";
      replacedResource ||= isResource;
      rest = without(rest, target, isResource ? `?${target[1]}` : undefined);
    }
    const sealed = seal(rest, []);
    const parsed = sourceShape.safeParse(sealed);
    if (parsed.success) {
      return checkRestApi(withoutOptions(parsed.data), compat).filter(
        (fault) =>
          !fault.path.some((_, length) => removed.has(JSON.stringify(fault.path.slice(0, length + 1)))) &&
          !(replacedResource && fault.reason === "unknown_parent"),
      );
    }
    faults = faultsFromZod(parsed.error, sealed, sourceShape);
  }
  return [];
}

/** The value without what stands at the path, or with something else there. */
function without(value: JsonObject, path: Path, instead: JsonValue | undefined): JsonObject {
  const changed = change(value, path, instead);
  return isJsonObject(changed) ? changed : value;
}

function change(value: JsonValue, path: Path, instead: JsonValue | undefined): JsonValue {
  const [head, ...tail] = path;
  if (head === undefined) return value;
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => {
      if (index !== head) return [item];
      if (tail.length > 0) return [change(item, tail, instead)];
      return instead === undefined ? [] : [instead];
    });
  }
  if (!isJsonObject(value)) return value;
  const result: { [key: string]: JsonValue } = {};
  for (const [key, item] of Object.entries(value)) {
    if (key !== String(head)) setOwn(result, key, item);
    else if (tail.length > 0) setOwn(result, key, change(item, tail, instead));
    else if (instead !== undefined) setOwn(result, key, instead);
  }
  return result;
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
