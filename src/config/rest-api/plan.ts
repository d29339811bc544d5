import type { JsonObject, JsonValue } from "../../core/json.ts";
import { pythonStr } from "../../core/python-text.ts";
import { Secret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import type { AuthConfig } from "./auth-shape.ts";
import type { PaginatorConfig } from "./paginator-shape.ts";
import { type Piece, parseTemplate, TemplateError } from "./placeholders.ts";
import {
  type EndpointConfig,
  type IncrementalConfig,
  isParamMapping,
  type ParamConfig,
  type ResourceConfig,
  type ResponseAction,
  type RestApiConfig,
} from "./shape.ts";

/** A value of a parent record that a child's request needs: `name` is the placeholder as written. */
export interface Binding {
  readonly name: string;
  readonly parent: string;
  /** JSONPath in the parent record. */
  readonly field: string;
}

/** A resource after defaults, shorthands and the single-entity rule; what the engine runs. */
export interface PlannedResource {
  readonly name: string;
  /** Where it stands in the configuration. */
  readonly at: readonly (string | number)[];
  readonly config: Omit<ResourceConfig, "name" | "endpoint">;
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Path as written. */
  readonly writtenPath: string;
  /** Path with static values inserted. */
  readonly path: readonly Piece[];
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** Query parameters without those that went into the path and without legacy mappings. */
  readonly params: readonly (readonly [string, Exclude<ParamConfig, { type: string }>])[];
  readonly json: Readonly<Record<string, JsonValue>> | undefined;
  readonly data: Readonly<Record<string, JsonValue>> | string | Secret | undefined;
  /** Undefined: that of the client, else detected. */
  readonly paginator: PaginatorConfig | undefined;
  readonly dataSelector: string | undefined;
  readonly responseActions: readonly ResponseAction[];
  /** Null: no authentication at all. */
  readonly auth: AuthConfig | null;
  readonly incremental: IncrementalConfig | undefined;
  readonly startParam: string | undefined;
  readonly endParam: string | undefined;
  readonly bindings: readonly Binding[];
  readonly parent: string | undefined;
  readonly idempotent: boolean;
  readonly pathEncoding: "none" | "segment";
  /** The endpoint after defaults, for checks. */
  readonly endpoint: EndpointConfig;
}

export interface Plan {
  readonly resources: readonly PlannedResource[];
  readonly faults: readonly Fault[];
}

export type Compat = "default" | "strict";

/**
 * Applies `resource_defaults`, shorthands, static path values and the single-entity rule, and finds parents. Faults that
 * this work meets are collected; a resource with a fault is still planned as far as possible.
 */
export function planResources(config: RestApiConfig, compat: Compat = "default"): Plan {
  const faults: Fault[] = [];
  const defaults = config.resource_defaults ?? {};
  /** Names of default params that a static path value took away. Only dlt shares them between resources (D6). */
  const usedUp = new Set<string>();
  const defaultColumns = columnsByName(defaults.columns);
  const resources = config.resources.map((written, index) => {
    const at = ["resources", index];
    const resource: ResourceConfig = typeof written === "string" ? { name: written } : written;
    const endpoint = mergeEndpoint(defaults.endpoint ?? {}, ownEndpoint(resource), compat === "strict" ? usedUp : null);
    return planResource(config, resource, endpoint, at, faults, compat === "strict" ? usedUp : null, defaultColumns);
  });
  return { resources, faults };
}

function ownEndpoint(resource: ResourceConfig): EndpointConfig {
  return typeof resource.endpoint === "string" ? { path: resource.endpoint } : (resource.endpoint ?? {});
}

function mergeEndpoint(
  defaults: EndpointConfig,
  own: EndpointConfig,
  usedUp: ReadonlySet<string> | null,
): EndpointConfig {
  const { path: _path, params: defaultParams, ...rest } = defaults;
  const params: Record<string, ParamConfig> = {};
  for (const [name, value] of Object.entries(defaultParams ?? {})) {
    if (usedUp === null || !usedUp.has(name)) params[name] = value;
  }
  Object.assign(params, own.params ?? {});
  const json = own.json === undefined ? defaults.json : own.json === null ? null : { ...defaults.json, ...own.json };
  return { ...rest, ...own, params, ...(json === undefined ? {} : { json }) };
}

function planResource(
  config: RestApiConfig,
  resource: ResourceConfig,
  endpoint: EndpointConfig,
  at: readonly (string | number)[],
  faults: Fault[],
  usedUp: Set<string> | null,
  defaultColumns: Record<string, JsonObject>,
): PlannedResource {
  const { name, endpoint: _endpoint, ...own } = resource;
  const { name: _name, endpoint: _defaultEndpoint, ...defaults } = config.resource_defaults ?? {};
  const merged = { ...defaults, ...own, ...mergeColumns(defaultColumns, own.columns) };
  const endpointAt = [...at, "endpoint"];
  const fault = (path: readonly (string | number)[], reason: string, message: string, suggestion?: string) => {
    faults.push({ path, reason, message, ...(suggestion === undefined ? {} : { suggestion }) });
  };

  const writtenPath = endpoint.path ?? name;
  const params = new Map(Object.entries(endpoint.params ?? {}));
  const hasIncremental = Object.hasOwn(endpoint, "incremental");
  const contexts = hasIncremental ? ["resources", "incremental"] : ["resources"];
  const inContext = (field: string) => contexts.some((context) => field.startsWith(`${context}.`));
  const bindings: Binding[] = [];
  const bind = (binding: Binding) => {
    if (!bindings.some((known) => known.name === binding.name)) bindings.push(binding);
  };

  const template = (text: string, path: readonly (string | number)[]): readonly Piece[] => {
    try {
      return parseTemplate(text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      fault(path, "unknown_placeholder", `${quote(text)} has ${error.message}`);
      return [];
    }
  };
  const useContext = (field: string, path: readonly (string | number)[]) => {
    const [context, parent, ...rest] = field.split(".");
    if (context === "incremental") {
      if (!INCREMENTAL_FIELDS.includes(field.slice("incremental.".length))) {
        fault(
          path,
          "unknown_placeholder",
          `the placeholder ${quote(field)} is not known`,
          `one of ${INCREMENTAL_NAMES}`,
        );
      }
    } else if (parent === undefined || parent === "" || rest.length === 0) {
      fault(
        path,
        "unknown_placeholder",
        `the placeholder ${quote(field)} names no field`,
        "resources.<parent>.<field>",
      );
    } else {
      bind({ name: field, parent, field: rest.join(".") });
    }
  };

  // Path: static values, legacy `resolve`, contexts.
  const pathAt = [...endpointAt, "path"];
  const unbound = new Set([...params].flatMap(([key, value]) => (isResolve(value) ? [key] : [])));
  const path: Piece[] = [];
  for (const piece of template(writtenPath, pathAt)) {
    if (piece.kind === "text") {
      path.push(piece);
    } else if (inContext(piece.name)) {
      useContext(piece.name, pathAt);
      path.push({ ...piece, conversion: "", format: "" });
    } else {
      const value = params.get(piece.name);
      if (value !== undefined && isParamMapping(value) && value.type === "resolve") {
        unbound.delete(piece.name);
        bind({ name: piece.name, parent: value.resource, field: value.field });
        path.push({ ...piece, conversion: "", format: "" });
      } else if (value !== undefined && isParamMapping(value)) {
        fault(
          pathAt,
          "unbound_path_placeholder",
          `the path ${quote(writtenPath)} of ${quote(name)} needs ${quote(piece.name)}, which is an incremental parameter`,
        );
      } else if (value !== undefined) {
        path.push({ kind: "text", text: value instanceof Secret ? value.reveal() : pythonStr(value) });
        params.delete(piece.name);
        if (usedUp !== null && ownEndpoint(resource).params === undefined) usedUp.add(piece.name);
      } else if (piece.name.includes(".")) {
        fault(
          pathAt,
          "unknown_placeholder",
          `the path ${quote(writtenPath)} of ${quote(name)} has the placeholder ${quote(piece.name)}`,
          `it must start with one of ${contexts.join(", ")}`,
        );
      } else {
        fault(
          pathAt,
          "unbound_path_placeholder",
          `the path ${quote(writtenPath)} of ${quote(name)} needs a value for ${quote(piece.name)}`,
          `give it under params, or refer to a parent: {resources.<parent>.${piece.name}}`,
        );
      }
    }
  }
  if (unbound.size > 0) {
    fault(
      [...endpointAt, "params"],
      "unbound_resolve",
      `the parameters ${[...unbound].map(quote).join(", ")} of ${quote(name)} refer to a parent but are not used in the path ${quote(writtenPath)}`,
      "write {resources.<parent>.<field>} as a value to use it in the query",
    );
  }

  // Everything else that may hold placeholders.
  const scan = (value: unknown, place: string, valueAt: readonly (string | number)[]): void => {
    if (typeof value === "string") {
      for (const piece of template(value, valueAt)) {
        if (piece.kind === "text" || piece.name === "") continue;
        if (inContext(piece.name)) useContext(piece.name, valueAt);
        else {
          fault(
            valueAt,
            "unknown_placeholder",
            `${place} of ${quote(name)} has the placeholder ${quote(piece.name)}`,
            `it must start with one of ${contexts.join(", ")}; double the braces for literal ones`,
          );
        }
      }
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        scan(item, place, [...valueAt, index]);
      });
    } else if (typeof value === "object" && value !== null && !(value instanceof Secret)) {
      for (const [key, item] of Object.entries(value)) {
        scan(key, place, [...valueAt, key]);
        scan(item, place, [...valueAt, key]);
      }
    }
  };
  for (const [key, value] of params) {
    scan(key, "params", [...endpointAt, "params", key]);
    if (!isParamMapping(value)) scan(value, "params", [...endpointAt, "params", key]);
  }
  scan(endpoint.json ?? undefined, "json", [...endpointAt, "json"]);
  scan(endpoint.data ?? undefined, "data", [...endpointAt, "data"]);
  scan(endpoint.headers ?? undefined, "headers", [...endpointAt, "headers"]);

  const parents = [...new Set(bindings.map((binding) => binding.parent))];
  if (parents.length > 1) {
    fault(
      endpointAt,
      "several_parents",
      `${quote(name)} refers to several parents: ${parents.map(quote).join(", ")}`,
      "refer to one; take values of its own parent with include_from_parent",
    );
  }

  const legacy = [...params].filter(([, value]) => isParamMapping(value) && value.type === "incremental");
  if (legacy.length > 1) {
    fault(
      [...endpointAt, "params"],
      "several_incrementals",
      `${quote(name)} has several incremental parameters: ${legacy.map(([key]) => quote(key)).join(", ")}`,
    );
  }
  const [legacyName, legacyValue] = legacy[0] ?? [];
  let incremental: IncrementalConfig | undefined = endpoint.incremental ?? undefined;
  let startParam = incremental?.start_param ?? undefined;
  let endParam = incremental?.end_param ?? undefined;
  if (
    legacyName !== undefined &&
    legacyValue !== undefined &&
    isParamMapping(legacyValue) &&
    legacyValue.type === "incremental"
  ) {
    const { type: _type, ...settings } = legacyValue;
    if ((settings.end_value ?? null) !== null || (settings.end_param ?? null) !== null) {
      fault(
        [...endpointAt, "params", legacyName],
        "incremental_arguments",
        `the incremental parameter ${quote(legacyName)} of ${quote(name)} may not have end_value or end_param`,
        "move it to endpoint.incremental",
      );
    }
    incremental = settings;
    startParam = legacyName;
    endParam = undefined;
  }

  const single = isSingleEntity(writtenPath);
  const paginator = endpoint.paginator ?? (single ? "single_page" : undefined);
  return {
    name,
    at,
    config: merged,
    method: endpoint.method ?? "GET",
    writtenPath,
    path,
    headers: { ...(config.client.headers ?? {}), ...(endpoint.headers ?? {}) },
    params: [...params].flatMap(([key, value]) => {
      // A legacy incremental parameter keeps its place in the query; the engine fills it in.
      if (isParamMapping(value)) return value.type === "incremental" ? [[key, null] as const] : [];
      return [[key, value] as const];
    }),
    json: endpoint.json ?? undefined,
    data: endpoint.data ?? undefined,
    paginator: isAuto(paginator) ? undefined : paginator,
    dataSelector: endpoint.data_selector ?? (single ? "$" : undefined),
    responseActions: endpoint.response_actions ?? [],
    auth: (Object.hasOwn(endpoint, "auth") ? endpoint.auth : config.client.auth) ?? null,
    incremental,
    startParam,
    endParam,
    bindings,
    parent: parents[0],
    idempotent: endpoint.idempotent ?? false,
    pathEncoding: endpoint.path_encoding ?? config.client.path_encoding ?? "none",
    endpoint,
  };
}

const INCREMENTAL_FIELDS = ["start_value", "last_value", "initial_value", "end_value"];
const INCREMENTAL_NAMES = INCREMENTAL_FIELDS.map((field) => `incremental.${field}`).join(", ");

function isResolve(value: ParamConfig): boolean {
  return isParamMapping(value) && value.type === "resolve";
}

/** `auto` on an endpoint means "not set here". */
export function isAuto(paginator: PaginatorConfig | undefined): boolean {
  return paginator === "auto" || (typeof paginator === "object" && paginator.type === "auto");
}

/** The last segment of the path holds a placeholder: one entity is expected (section 6.5). */
function isSingleEntity(path: string): boolean {
  const last = path.split("/").findLast((segment) => segment !== "" && segment !== ".");
  return last !== undefined && /\{[a-zA-Z0-9.\-_]+\}/.test(last);
}

type Columns = ResourceConfig["columns"];

/**
 * Column hints by name; those of the resource are laid over those of the defaults, hint by hint.
 *
 * dlt: hints of a resource for a column of the defaults stay in the defaults for the resources after it
 * (`golden/rest-api/hints-per-resource.json`), so `defaults` is changed in place.
 */
function mergeColumns(defaults: Record<string, JsonObject>, own: Columns): { columns?: Record<string, JsonObject> } {
  if (own === null) return {};
  if (own === undefined) return Object.keys(defaults).length === 0 ? {} : { columns: { ...defaults } };
  const columns = { ...defaults };
  for (const [name, hints] of Object.entries(columnsByName(own))) {
    const merged = { ...defaults[name], ...hints };
    if (defaults[name] !== undefined) defaults[name] = merged;
    columns[name] = merged;
  }
  return { columns };
}

function columnsByName(columns: Columns): Record<string, JsonObject> {
  if (columns === undefined || columns === null) return {};
  const list: readonly (readonly [string, JsonObject])[] = Array.isArray(columns)
    ? columns.map((column) => [typeof column.name === "string" ? column.name : "", column] as const)
    : Object.entries(columns);
  return Object.fromEntries(list.map(([name, hints]) => [name, { ...hints, name }]));
}

function quote(text: string): string {
  return JSON.stringify(text);
}
