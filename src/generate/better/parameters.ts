import { Double, isJsonArray, isJsonObject, type JsonValue } from "../../core/json.ts";
import { parsePythonFloat, pythonStr } from "../../core/python-text.ts";
import type { GeneratedParam, OptionalParam } from "../model.ts";
import type { Parameter } from "../reading/endpoint.ts";
import { flagAt, isTruthy, listAt, textAt } from "../reading/scalars.ts";
import { isHeaderName, isHeaderValue, isWritableKey, writableVariable } from "../reading/writable.ts";
import { type Draft, decide } from "./draft.ts";
import { declaredPageSize, pageParameters } from "./page-parameters.ts";
import { propertyPath } from "./property-path.ts";

export interface Words {
  readonly required: string;
  readonly optional: string;
}

/** Headers that a REST client sends by itself, or that OpenAPI says to ignore. */
const OWN_HEADERS = new Set(["accept", "content-type", "authorization", "user-agent", "host", "accept-encoding"]);

/**
 * Writes the parameters of a resource: resolved variables, the other ones, required query parameters and headers. What
 * nobody knows keeps the placeholder, and the resource is not selected until it is filled in. `secretNames`: parameters
 * that authentication sends, as `header x-key`.
 */
export function writeParameters(draft: Draft, secretNames: ReadonlySet<string>, words: Words): void {
  const { endpoint } = draft;
  const params: GeneratedParam[] = [];
  const headers: GeneratedParam[] = [];
  const missing: string[] = [];

  // rest_api has one parameter of a name: of two, that of the path is never sent and may be called otherwise.
  const required = new Set(
    endpoint.parameters.filter((one) => one.in === "query" && one.required).map(({ name }) => name),
  );
  const placeholder = (variable: string) =>
    writableVariable(cleanVariable(variable) + (required.has(variable) ? "_in_path" : ""));

  const put = (list: GeneratedParam[], name: string, place: GeneratedParam["in"], parameter: Parameter | undefined) => {
    const value = parameter === undefined ? undefined : declaredValue(parameter);
    if (value === undefined) missing.push(name);
    list.push({
      name,
      in: place,
      value: { kind: "value", value: value ?? words.required },
      fillIn: value === undefined,
    });
  };

  const unsendable = endpoint.parameters.find((one) => one.required && !canBeSent(one));
  if (unsendable !== undefined) {
    const what = `the ${unsendable.in} parameter ${JSON.stringify(unsendable.name)} cannot be sent`;
    draft.blocked = `${what}, and the endpoint requires it`;
  }

  for (const { variable, in: place, field, inner } of draft.resolved) {
    const resource = draft.parent?.name ?? "";
    const name = place === "path" ? placeholder(variable) : variable;
    const path = inner === undefined ? fieldPath(field) : propertyPath([field, inner]);
    params.push({ name, in: place, value: { kind: "resolve", resource, field: path }, fillIn: false });
  }
  for (const variable of new Set(endpoint.pieces.variables)) {
    if (draft.resolved.some((one) => one.variable === variable && one.in === "path")) continue;
    const parameter = endpoint.parameters.find((one) => one.in === "path" && one.name === variable);
    put(params, placeholder(variable), "path", parameter);
  }
  const used = usedParameters(draft);
  const query = endpoint.parameters.filter(
    (one) =>
      one.in === "query" &&
      canBeSent(one) &&
      !used.has(one.name) &&
      !secretNames.has(`query ${one.name.toLowerCase()}`),
  );
  for (const parameter of query) if (parameter.required) put(params, parameter.name, "query", parameter);
  const size = pageSize(draft, used);
  if (size !== undefined && !params.some(({ name }) => name === size.name)) params.push(size);
  if (draft.isList) params.push(...query.flatMap((one) => wholeList(draft, one) ?? []));
  for (const parameter of endpoint.parameters) {
    const name = parameter.name.toLowerCase();
    if (parameter.in !== "header" || !parameter.required || OWN_HEADERS.has(name)) continue;
    if (secretNames.has(`header ${name}`) || !canBeSent(parameter)) continue;
    put(headers, parameter.name, "header", parameter);
  }
  draft.params = [...params, ...draft.params];
  draft.headers = headers;
  draft.optionalParams = query
    .filter(({ required, name }) => !required && !params.some((param) => param.name === name))
    .map((one): OptionalParam => optional(one, declaredValue(one) ?? words.optional));
  draft.path =
    endpoint.path.split("#")[0]?.replace(/\{([^{}]+)\}/g, (_, name: string) => `{${placeholder(name)}}`) ?? "";
  if (missing.length === 0) return;
  draft.selected = false;
  const message = `the document gives no value for ${missing.join(", ")}: fill it in, then select the resource`;
  draft.findings.push({
    code: draft.params.some(isMissingVariable) ? "UnresolvedPathParameters" : "RequiredParameters",
    message,
  });
  decide(draft, "selected", `${missing.join(", ")} must be filled in first`);
}

/** False for what HTTP cannot carry, or a pipeline file cannot hold. */
function canBeSent({ name, in: place }: Parameter): boolean {
  return place === "header" ? isHeaderName(name) : place !== "query" || isWritableKey(name);
}

/** A key of a record as JSONPath; hyphens may stand in it. */
function fieldPath(field: string): string {
  return /^[A-Za-z_][\w-]*$/.test(field) ? field : propertyPath([field]);
}

function isMissingVariable(param: GeneratedParam): boolean {
  return param.in === "path" && param.fillIn;
}

/** A variable's name without what a placeholder of ours cannot hold: `{+name}`, `{id:[0-9]+}`. It is never sent. */
function cleanVariable(name: string): string {
  return (
    name
      .trim()
      .replace(/:.*$/, "")
      .replace(/[^A-Za-z0-9_-]/g, "") || "value"
  );
}

/** The value that the document itself gives: default, the only value allowed, or `const`. */
export function declaredValue({ schema, source }: Parameter): JsonValue | undefined {
  const choices = listAt(schema.schema, "enum");
  const only = choices.length === 1 ? choices[0] : undefined;
  const value = isTruthy(schema.default) || schema.default === false ? schema.default : (schema.schema.const ?? only);
  if (value === undefined || value === null || value === "" || isJsonObject(value)) return undefined;
  const place = textAt(source, "in");
  if (isJsonArray(value)) return value.every((item) => typeof item === "string") ? value.join(",") : undefined;
  if (value === "null" && flagAt(schema.schema, "nullable")) return undefined;
  if (place === "header" && typeof value === "string" && !isHeaderValue(value)) return undefined;
  return typed(value, schema.types, place);
}

/** YAML gives text; what the schema calls a number or boolean becomes one. `1e400` is no number and stays as it is written. */
function typed(value: JsonValue, types: readonly string[], place: string | undefined): JsonValue {
  if (value instanceof Double)
    return Number.isFinite(value.value) ? value.value : (value.lexeme ?? String(value.value));
  if (place === "header") return typeof value === "boolean" ? String(value) : pythonStr(value);
  if (typeof value !== "string") return value;
  if (types.includes("boolean") && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (types.includes("integer") && /^-?\d{1,15}$/.test(value)) return Number(value);
  const number = types.includes("number") ? parsePythonFloat(value) : undefined;
  return number !== undefined && Number.isFinite(number) ? number : value;
}

/** Parameters that paginator and cursor send. */
function usedParameters({ paginator, incremental, params, resolved }: Draft): ReadonlySet<string> {
  const cursor = incremental === undefined ? [] : [incremental.startParam, incremental.endParam ?? ""];
  const query = resolved.flatMap((one) => (one.in === "query" ? [one.variable] : []));
  return new Set([...(paginator?.uses ?? []), ...cursor, ...query, ...params.map(({ name }) => name)]);
}

/** Pages as large as the document allows, where the paginator does not say it itself. */
function pageSize(draft: Draft, used: ReadonlySet<string>): GeneratedParam | undefined {
  const { cursors, offsets, pages, limits } = pageParameters(draft.endpoint);
  if (!draft.isList || (draft.paginator === undefined && cursors.length + offsets.length + pages.length === 0)) {
    return undefined;
  }
  const limit = limits.find((one) => one.in === "query" && !used.has(one.name));
  const declared = limit === undefined ? undefined : declaredPageSize(limit);
  if (limit === undefined || declared === undefined || !declared.isLargest) return undefined;
  decide(draft, `params.${limit.name}`, `${declared.from} of a page, so that fewer requests are made`);
  return { name: limit.name, in: "query", value: { kind: "value", value: declared.size }, fillIn: false };
}

/** `state: all`, where the API by itself gives only the open ones. */
function wholeList(draft: Draft, { name, required, schema }: Parameter): GeneratedParam | undefined {
  const byDefault = schema.default ?? "";
  const isNarrow = byDefault !== "" && byDefault !== "all" && listAt(schema.schema, "enum").includes("all");
  if (required || !isNarrow || !/^(?:scope|state|status)$/i.test(name)) return undefined;
  decide(draft, `params.${name}`, "without it the API gives only a part of the list");
  return { name, in: "query", value: { kind: "value", value: "all" }, fillIn: false };
}

function optional(parameter: Parameter, value: JsonValue): OptionalParam {
  const description = textAt(parameter.source, "description") ?? parameter.schema.description;
  return {
    name: parameter.name,
    value,
    description: description?.replace(/\s+/g, " ").trim(),
    deprecated: flagAt(parameter.source, "deprecated"),
  };
}
