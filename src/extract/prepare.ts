import { type Piece, parseTemplate } from "../config/rest-api/placeholders.ts";
import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { ClientConfig } from "../config/rest-api/shape.ts";
import { InternalError, SourceError } from "../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../core/json.ts";
import { compilePath, findFirst, type JsonPath } from "../core/json-path.ts";
import { Secret } from "../core/secret.ts";
import type { Warn } from "../core/warnings.ts";
import type { Cursor } from "../state/cursor.ts";
import { compileText, compileValue, type Lookup, type Template } from "./expand.ts";
import { encodeSegment, isAbsolute, joinUrl, originOf, type QueryValue } from "./http/url.ts";
import type { RequestSpec } from "./request-spec.ts";

/** What the first request of a chain is made from. */
export interface Prepared {
  /** Values that a parent record gives, in the order of the bindings. Throws when one is missing. */
  parentValues(record: JsonValue): readonly JsonValue[];
  /** The request for these parent values; `start` takes the place of the cursor's start in `start_param`. */
  request(values: readonly JsonValue[], cursor: Cursor | undefined, start?: JsonValue): RequestSpec;
  /** Fields that are copied into every child record. */
  inherited(record: JsonValue): JsonObject | undefined;
  /** The only origin that gets credentials. */
  readonly home: string;
}

type Convert = ((value: JsonValue) => JsonValue) | undefined;

/** Compiles the templates of a resource. */
export function prepareResource(
  plan: PlannedResource,
  client: ClientConfig,
  convert: Convert,
  warn: Warn,
  rebaseLinks = false,
): Prepared {
  const fields = plan.bindings.map((binding) => ({ ...binding, path: compilePath(binding.field) }));
  const positions = new Map(fields.map((field, index) => [field.name, index]));
  const inPath = (text: string): string => {
    if (plan.pathEncoding === "segment") return encodeSegment(text);
    if (plan.pathEncoding === undefined && (/[/?#]/.test(text) || text === "." || text === "..")) {
      warn("W_ROUTE_CHANGED", plan.name, { detail: "set path_encoding: segment, or none if that is meant" });
    }
    return text;
  };
  const path = compileText(plan.path, inPath);
  const headers = Object.entries(plan.headers).map(
    ([name, value]) => [compileKey(name), compileHeader(value)] as const,
  );
  const params = plan.params.map(([name, value]) => [compileKey(name), compileParam(value)] as const);
  const json = plan.json === undefined ? undefined : compileValue(plan.json, true);
  const data = compileData(plan.data);
  const base = client.base_url ?? "";

  return {
    home: homeOf(plan.path, base),
    parentValues: (record) => fields.map((field) => parentValue(plan, field, record)),
    inherited: (record) => inherited(plan, record),
    request(values, cursor, start = cursor?.startValue ?? null) {
      const lookup: Lookup = (name) => {
        const position = positions.get(name);
        if (position !== undefined) return values[position] ?? null;
        const value = cursor === undefined ? undefined : cursorField(cursor, name);
        if (value === undefined) throw new InternalError("E_INTERNAL", `placeholder ${name} has no value`);
        return value === null || convert === undefined ? value : convert(value);
      };
      const query = new Map<string, QueryValue>();
      for (const [name, value] of params) query.set(name(lookup), value(lookup));
      if (cursor !== undefined) {
        if (plan.startParam) query.set(plan.startParam, converted(start, convert));
        if (plan.endParam) query.set(plan.endParam, converted(cursor.endValue, convert));
      }
      const body = json?.(lookup);
      return {
        method: plan.method,
        url: joinUrl(base, path(lookup)),
        params: query,
        headers: Object.fromEntries(headers.map(([name, value]) => [name(lookup).toLowerCase(), value(lookup)])),
        json: isJsonObject(body) ? body : undefined,
        data: data?.(lookup),
        ...(rebaseLinks && base !== "" ? { linkBase: base } : {}),
      };
    },
  };
}

function compileKey(name: string): Template<string> {
  return compileText(parseTemplate(name));
}

function compileHeader(value: string | Secret): Template<string> {
  return value instanceof Secret ? () => value.reveal() : compileText(parseTemplate(value));
}

function compileParam(value: JsonValue | Secret): Template<QueryValue> {
  return value instanceof Secret ? () => value : compileValue(value, false);
}

function compileData(data: PlannedResource["data"]): Template<RequestSpec["data"]> | undefined {
  if (data === undefined) return undefined;
  if (data instanceof Secret) return () => data.reveal();
  if (typeof data === "string") return compileText(parseTemplate(data));
  const template = compileValue(data, false);
  return (lookup) => {
    const filled = template(lookup);
    return isJsonObject(filled) ? filled : undefined;
  };
}

function converted(value: JsonValue, convert: Convert): JsonValue {
  return value === null || convert === undefined ? value : convert(value);
}

function cursorField(cursor: Cursor, name: string): JsonValue | undefined {
  switch (name) {
    case "incremental.start_value":
      return cursor.startValue;
    case "incremental.last_value":
      return cursor.lastValue;
    case "incremental.initial_value":
      return cursor.initialValue;
    case "incremental.end_value":
      return cursor.reach;
    default:
      return undefined;
  }
}

/**
 * The origin of `base_url`, or that of an absolute path which is written out in the configuration. An origin that comes
 * out of a parent record is nobody's home.
 */
export function homeOf(path: readonly Piece[], base: string): string {
  const first = path[0];
  const written = first?.kind === "text" && isAbsolute(first.text) ? first.text : "";
  const complete = path.length === 1 || /^https?:\/\/[^/?#]+[/?#]/i.test(written);
  return (complete ? originOf(written) : undefined) ?? originOf(base) ?? "";
}

function parentValue(
  plan: PlannedResource,
  field: { readonly path: JsonPath; readonly field: string; readonly parent: string },
  record: JsonValue,
): JsonValue {
  const value = findFirst(field.path, record);
  if (value === undefined) throw missingField(plan, field.parent, field.field, record, "to ask for its children");
  return value;
}

function inherited(plan: PlannedResource, record: JsonValue): JsonObject | undefined {
  const wanted = plan.config.include_from_parent ?? [];
  const { parent } = plan;
  if (wanted.length === 0 || parent === undefined) return undefined;
  const out: { [key: string]: JsonValue } = {};
  for (const key of wanted) {
    const value = isJsonObject(record) ? getOwn(record, key) : undefined;
    if (value === undefined) throw missingField(plan, parent, key, record, "for include_from_parent");
    setOwn(out, `_${parent}_${key}`, value);
  }
  return out;
}

function missingField(
  plan: PlannedResource,
  parent: string,
  field: string,
  record: JsonValue,
  why: string,
): SourceError {
  const keys = isJsonObject(record)
    ? `a record lacks it; it has: ${keysOf(record).slice(0, 30).join(", ")}`
    : "a record is no object";
  return new SourceError(
    "E_SOURCE_SHAPE",
    `resource ${JSON.stringify(plan.name)} needs the field ${JSON.stringify(field)} of its parent ${JSON.stringify(parent)} ${why}, but ${keys}`,
    { step: "extract", reason: "parent_field_missing", context: { resource: plan.name, parent, field } },
  );
}
