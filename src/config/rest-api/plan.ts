import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { Secret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import type { ResponseAction } from "./action-shape.ts";
import type { AuthConfig } from "./auth-shape.ts";
import { columnsByName, mergeColumns, mergeEndpoint, ownEndpoint, type SharedColumns } from "./merge-defaults.ts";
import type { PaginatorConfig } from "./paginator-shape.ts";
import type { Piece } from "./placeholders.ts";
import { type Binding, type ReportFault, readTemplates, type Templates } from "./read-templates.ts";
import {
  type EndpointConfig,
  type IncrementalConfig,
  isParamMapping,
  type ParamConfig,
  type ResourceConfig,
  type RestApiConfig,
} from "./shape.ts";

/** A resource after defaults, shorthands and the single-entity rule; what the engine runs. */
export interface PlannedResource {
  readonly name: string;
  /** Where it stands in the configuration. */
  readonly at: readonly (string | number)[];
  readonly config: Omit<ResourceConfig, "name" | "endpoint" | "records" | "records_file">;
  /** Its records, when they stand in the configuration: it asks for nothing then. */
  readonly seed: readonly JsonObject[] | undefined;
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Path as written. */
  readonly writtenPath: string;
  /** Path with static values inserted. */
  readonly path: readonly Piece[];
  /** The same to be shown: with the names of what is not known yet, and no secrets. */
  readonly shownPath: string;
  /** A secret was inserted into it. */
  readonly isPathSecret: boolean;
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
  /** `none` only where it was written: then a value may change the route, and nobody is warned. */
  readonly pathEncoding: "none" | "segment" | undefined;
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
  const fault: ReportFault = (path, reason, message, suggestion) => {
    faults.push({ path, reason, message, ...(suggestion === undefined ? {} : { suggestion }) });
  };
  const defaults = config.resource_defaults ?? {};
  const defaultColumns = columnsByName(defaults.columns);
  /** Default params that a static path value took away: dlt shares them between resources (D6), we do not. */
  const usedUp = new Set<string>();
  const resources = config.resources.map((written, index) => {
    const resource: ResourceConfig = typeof written === "string" ? { name: written } : written;
    const own = ownEndpoint(resource);
    // The endpoint of the defaults is for those that ask.
    const endpoint = isSeed(resource) ? own : mergeEndpoint(defaults.endpoint ?? {}, own, usedUp);
    const writtenPath = endpoint.path ?? resource.name;
    const at = ["resources", index];
    const templates = readTemplates(resource.name, writtenPath, endpoint, [...at, "endpoint"], fault);
    if (compat === "strict" && own.params === undefined) for (const name of templates.inserted) usedUp.add(name);
    return planResource(config, resource, { endpoint, writtenPath, at, templates, defaultColumns }, fault);
  });
  return { resources, faults };
}

interface Parts {
  readonly endpoint: EndpointConfig;
  readonly writtenPath: string;
  readonly at: readonly (string | number)[];
  readonly templates: Templates;
  readonly defaultColumns: SharedColumns;
}

function planResource(
  config: RestApiConfig,
  resource: ResourceConfig,
  parts: Parts,
  fault: ReportFault,
): PlannedResource {
  const { name, endpoint: _endpoint, records, records_file: _file, ...own } = resource;
  const { endpoint: _defaultEndpoint, ...defaults } = config.resource_defaults ?? {};
  const { endpoint, writtenPath, at, templates } = parts;
  const { client } = config;
  const parents = [...new Set(templates.bindings.map((binding) => binding.parent))];
  if (parents.length > 1) {
    fault(
      [...at, "endpoint"],
      "several_parents",
      `${quote(name)} refers to several parents: ${parents.map(quote).join(", ")}`,
      "refer to one; take values of its own parent with include_from_parent",
    );
  }
  const single = isSingleEntity(writtenPath);
  const paginator = endpoint.paginator ?? (single ? "single_page" : undefined);
  return {
    name,
    at,
    config: { ...defaults, ...own, ...mergeColumns(parts.defaultColumns, own.columns) },
    seed: Array.isArray(records) ? records : undefined,
    method: endpoint.method ?? "GET",
    writtenPath,
    path: templates.path,
    shownPath: templates.shownPath,
    isPathSecret: templates.isPathSecret,
    headers: { ...literalHeaders(client.headers), ...(endpoint.headers ?? {}) },
    params: [...templates.params].flatMap(([key, value]) => {
      // A legacy incremental parameter keeps its place in the query; the engine fills it in.
      if (isParamMapping(value)) return value.type === "incremental" ? [[key, null] as const] : [];
      return [[key, value] as const];
    }),
    json: endpoint.json ?? undefined,
    data: endpoint.data ?? undefined,
    paginator: isAuto(paginator) ? undefined : paginator,
    // dlt: an empty one is none, though it keeps "$" away.
    dataSelector: (endpoint.data_selector ?? (single ? "$" : undefined)) || undefined,
    responseActions: endpoint.response_actions ?? [],
    auth: (Object.hasOwn(endpoint, "auth") || isSeed(resource) ? endpoint.auth : client.auth) ?? null,
    ...incrementalOf(name, endpoint, templates.params, [...at, "endpoint"], fault),
    bindings: templates.bindings,
    parent: parents[0],
    idempotent: endpoint.idempotent ?? false,
    pathEncoding: endpoint.path_encoding ?? client.path_encoding ?? undefined,
  };
}

/** The cursor of a resource: its section, or a legacy parameter, which wins. */
function incrementalOf(
  name: string,
  endpoint: EndpointConfig,
  params: ReadonlyMap<string, ParamConfig>,
  at: readonly (string | number)[],
  fault: ReportFault,
): Pick<PlannedResource, "incremental" | "startParam" | "endParam"> {
  const legacy = [...params].flatMap(([key, value]) =>
    isParamMapping(value) && value.type === "incremental" ? [{ key, value }] : [],
  );
  const [first] = legacy;
  if (first === undefined) {
    const incremental = endpoint.incremental ?? undefined;
    return {
      incremental,
      startParam: incremental?.start_param ?? undefined,
      endParam: incremental?.end_param ?? undefined,
    };
  }
  if (legacy.length > 1) {
    const names = legacy.map(({ key }) => quote(key)).join(", ");
    fault([...at, "params"], "several_incrementals", `${quote(name)} has several incremental parameters: ${names}`);
  }
  const { type: _type, ...incremental } = first.value;
  if ((incremental.end_value ?? null) !== null || (incremental.end_param ?? null) !== null) {
    fault(
      [...at, "params", first.key],
      "incremental_arguments",
      `the incremental parameter ${quote(first.key)} of ${quote(name)} may not have end_value or end_param`,
      "move it to endpoint.incremental",
    );
  }
  return { incremental, startParam: first.key, endParam: undefined };
}

/** dlt: placeholders are read in the headers of an endpoint alone; braces in those of the client stand for themselves. */
function literalHeaders(headers: RestApiConfig["client"]["headers"]): Readonly<Record<string, string | Secret>> {
  const literal = (text: string) => text.replace(/[{}]/g, "$&$&");
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      literal(name),
      typeof value === "string" ? literal(value) : value,
    ]),
  );
}

/** True for a resource whose records stand in the configuration. */
export function isSeed({ records, records_file: file }: ResourceConfig): boolean {
  return (records ?? null) !== null || (file ?? null) !== null;
}

/** `auto` on an endpoint means "not set here". */
function isAuto(paginator: PaginatorConfig | undefined): boolean {
  return paginator === "auto" || (typeof paginator === "object" && paginator.type === "auto");
}

/** The last segment of the path holds a placeholder: one entity is expected (section 6.5). */
function isSingleEntity(path: string): boolean {
  const last = path.split("/").findLast((segment) => segment !== "" && segment !== ".");
  return last !== undefined && /\{[a-zA-Z0-9.\-_]+\}/.test(last);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
