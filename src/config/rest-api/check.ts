import type { Fault } from "../fault.ts";
import { nearest } from "../nearest.ts";
import { actionFaults } from "./action-shape.ts";
import { authFaults } from "./check-auth.ts";
import { columnFaults } from "./check-columns.ts";
import { dispositionFaults } from "./check-disposition.ts";
import { httpFaults } from "./check-http.ts";
import { incrementalFaults } from "./check-incremental.ts";
import { pathFaults } from "./check-path.ts";
import { strictAuthFaults, strictMethodFaults } from "./check-strict.ts";
import { windowFaults } from "./check-window.ts";
import { codeFaults } from "./code.ts";
import type { PaginatorConfig, PaginatorMapping } from "./paginator-shape.ts";
import { type Compat, isSeed, type PlannedResource, planResources } from "./plan.ts";
import type { ResourceConfig, RestApiConfig } from "./shape.ts";
import { holdsSecret, stepFaults } from "./step-shape.ts";

type Path = readonly (string | number)[];

/**
 * Everything that the shape of a `rest_api` configuration cannot say, all faults at once, with paths from the top of
 * that configuration. An empty list means that the engine can run it.
 */
export function checkRestApi(config: RestApiConfig, compat: Compat = "default"): Fault[] {
  const plan = planResources(config, compat);
  const faults: Fault[] = [...plan.faults];
  const { client, resource_defaults: defaults } = config;
  if (client.base_url === undefined || client.base_url === null) {
    faults.push({ path: ["client", "base_url"], reason: "missing_key", message: 'the key "base_url" is missing' });
  }
  if (client.base_url && !(/^https?:\/\//i.test(client.base_url) && URL.canParse(client.base_url))) {
    faults.push({
      path: ["client", "base_url"],
      reason: "type",
      message: `expected a URL with http:// or https://, found ${quote(client.base_url)}`,
      suggestion: "write it as https://host/path",
    });
  }
  if (client.base_url && URL.canParse(client.base_url) && hasUser(new URL(client.base_url))) {
    faults.push({
      path: ["client", "base_url"],
      reason: "type",
      message: "the URL holds a user or password, which is not sent",
      suggestion: "take it out, and use auth: {type: http_basic, username: ..., password: ...}",
    });
  }
  faults.push(...authFaults(client.auth ?? undefined, ["client", "auth"]));
  faults.push(...paginatorFaults(client.paginator ?? undefined, ["client", "paginator"]));
  faults.push(...httpFaults(client.http, ["client", "http"]));
  faults.push(...authFaults(defaults?.endpoint?.auth ?? undefined, ["resource_defaults", "endpoint", "auth"]));
  faults.push(
    ...paginatorFaults(defaults?.endpoint?.paginator ?? undefined, ["resource_defaults", "endpoint", "paginator"]),
  );
  faults.push(...stepFaults(defaults?.processing_steps, ["resource_defaults", "processing_steps"]));
  faults.push(...columnFaults(defaults?.columns, ["resource_defaults", "columns"]));
  const defaultActions = defaults?.endpoint?.response_actions;
  faults.push(
    ...actionFaults(defaultActions, ["resource_defaults", "endpoint", "response_actions"], compat === "strict"),
  );

  const seen = new Set<string>();
  for (const resource of plan.resources) {
    if (seen.has(resource.name)) {
      faults.push({
        path: resource.at,
        reason: "duplicate_resource",
        message: `the resource ${quote(resource.name)} is defined twice`,
      });
    }
    seen.add(resource.name);
    if (resource.name.trim() === "") {
      faults.push({
        path: resource.at,
        reason: "type",
        message: "the name of the resource is empty: no table can have it",
      });
    }
    const table = resource.config.table_name ?? "";
    if (table !== "" && table.trim() === "") {
      faults.push({
        path: [...resource.at, "table_name"],
        reason: "type",
        message: "a table needs a name that is not blank",
      });
    }
    faults.push(...resourceFaults(resource, config, compat));
  }
  faults.push(...parentFaults(plan.resources));
  if (compat === "strict") faults.push(...strictFaults(config, plan.resources));
  const byName = new Map(plan.resources.map((resource) => [resource.name, resource]));
  for (const resource of plan.resources) faults.push(...windowFaults(resource, byName));
  return faults;
}

function strictFaults(config: RestApiConfig, resources: readonly PlannedResource[]): Fault[] {
  return [
    ...strictAuthFaults(config.client.auth ?? undefined, ["client", "auth"]),
    ...resources.flatMap((resource) => [
      ...strictMethodFaults(resource.method, [...resource.at, "endpoint", "method"]),
      ...(resource.auth === config.client.auth
        ? []
        : strictAuthFaults(resource.auth ?? undefined, [...resource.at, "endpoint", "auth"])),
    ]),
  ];
}

function resourceFaults(resource: PlannedResource, config: RestApiConfig, compat: Compat): Fault[] {
  const faults: Fault[] = [];
  const written = config.resources[Number(resource.at[1])];
  const own = typeof written === "object" && typeof written.endpoint === "object" ? written.endpoint : undefined;
  const at = [...resource.at, "endpoint"];
  faults.push(...authFaults(own?.auth ?? undefined, [...at, "auth"]));
  faults.push(...paginatorFaults(own?.paginator ?? undefined, [...at, "paginator"]));
  faults.push(...actionFaults(own?.response_actions, [...at, "response_actions"], compat === "strict"));
  faults.push(...pathFaults(resource.dataSelector, [...at, "data_selector"]));
  for (const binding of resource.bindings) faults.push(...pathFaults(binding.field, at));
  if (resource.parent === undefined && (resource.config.include_from_parent ?? []).length > 0) {
    faults.push({
      path: [...resource.at, "include_from_parent"],
      reason: "include_without_parent",
      message: `the resource ${quote(resource.name)} has include_from_parent but no parent`,
      suggestion: "refer to the parent with {resources.<parent>.<field>}",
    });
  }
  if (Object.keys(resource.json ?? {}).length > 0 && !isEmptyData(resource.data)) {
    faults.push({
      path: at,
      reason: "json_and_data",
      message: `the resource ${quote(resource.name)} has both json and data`,
      suggestion: "keep one of them",
    });
  }
  faults.push(...dispositionFaults(resource.config.write_disposition, [...resource.at, "write_disposition"]));
  if (typeof written === "object") {
    faults.push(...stepFaults(written.processing_steps, [...resource.at, "processing_steps"]));
    faults.push(...seedFaults(written, resource.at));
    faults.push(...columnFaults(written.columns, [...resource.at, "columns"]));
  }
  if (resource.incremental !== undefined) {
    faults.push(...incrementalFaults(resource.incremental, [...at, "incremental"], resource.name));
  }
  return faults;
}

function seedFaults(resource: ResourceConfig, at: Path): Fault[] {
  if (!isSeed(resource)) return [];
  const { name, records, records_file: file, endpoint } = resource;
  const faults: Fault[] = [];
  const exclude = (key: string, other: string) => {
    const message = `${quote(name)} has both ${key} and ${other}`;
    faults.push({ path: [...at, key], reason: "type", message, suggestion: "keep one of them" });
  };
  if ((records ?? null) !== null && (file ?? null) !== null) exclude("records_file", "records");
  if ((endpoint ?? null) !== null) exclude("endpoint", (records ?? null) === null ? "records_file" : "records");
  // Read where a file is configured; a program gives the list itself.
  if (typeof records === "string" || (faults.length === 0 && typeof file === "string")) {
    const key = typeof records === "string" ? "records" : "records_file";
    const message = `${key} is read from a pipeline file only`;
    faults.push({ path: [...at, key], reason: "type", message, suggestion: "give a list as records" });
  }
  if (holdsSecret(records)) {
    const message = "a record holds a secret, which cannot be loaded into a table";
    faults.push({ path: [...at, "records"], reason: "type", message, suggestion: "give the field another name" });
  }
  return faults;
}

function isEmptyData(data: PlannedResource["data"]): boolean {
  if (data === undefined || data === "") return true;
  return typeof data === "object" && Object.keys(data).length === 0 && !("reveal" in data);
}

function parentFaults(resources: readonly PlannedResource[]): Fault[] {
  const faults: Fault[] = [];
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const reported = new Set<string>();
  for (const resource of resources) {
    if (resource.parent === undefined) continue;
    if (!byName.has(resource.parent)) {
      const guess = nearest(
        resource.parent,
        [...byName.keys()].filter((name) => name !== resource.name),
      );
      faults.push({
        path: [...resource.at, "endpoint"],
        reason: "unknown_parent",
        message: `the resource ${quote(resource.name)} refers to the parent ${quote(resource.parent)}, which does not exist`,
        ...(guess === undefined ? {} : { suggestion: `did you mean ${quote(guess)}?` }),
      });
      continue;
    }
    const cycle = cycleFrom(resource, byName);
    if (cycle === undefined || cycle.some((name) => reported.has(name))) continue;
    for (const name of cycle) reported.add(name);
    faults.push({
      path: [...resource.at, "endpoint"],
      reason: "parent_cycle",
      message: `resources are parents of each other: ${[...cycle, resource.name].map(quote).join(" -> ")}`,
    });
  }
  return faults;
}

/** Names from the resource along its parents back to itself; undefined when it is not part of a cycle. */
function cycleFrom(
  resource: PlannedResource,
  byName: ReadonlyMap<string, PlannedResource>,
): readonly string[] | undefined {
  const names = [resource.name];
  let parent = resource.parent;
  while (parent !== undefined && parent !== resource.name) {
    if (names.includes(parent)) return undefined;
    names.push(parent);
    parent = byName.get(parent)?.parent;
  }
  return parent === undefined ? undefined : names;
}

function paginatorFaults(config: PaginatorConfig | undefined, at: Path): Fault[] {
  if (config === undefined) return [];
  if (config === "offset") {
    return [{ path: [...at, "limit"], reason: "missing_key", message: 'the key "limit" is missing' }];
  }
  if (typeof config === "string") return [];
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(config)) {
    if (PATH_KEYS.has(key) && typeof value === "string" && value !== "")
      faults.push(...pathFaults(value, [...at, key]));
  }
  faults.push(...placeFaults(config, at));
  if (config.type === "expression") faults.push(...expressionFaults(config, at));
  if ((config.type === "offset" || config.type === "page_number") && !hasStop(config)) {
    const maximum = config.type === "offset" ? "maximum_offset" : "maximum_page";
    faults.push({
      path: at,
      reason: "paginator_arguments",
      message: `the paginator would never stop: one of total_path, ${maximum}, has_more_path or stop_after_empty_page is needed`,
    });
  }
  return faults;
}

function expressionFaults({ next, stop }: Extract<PaginatorMapping, { type: "expression" }>, at: Path): Fault[] {
  const { url, params, json } = next;
  const faults = [
    ...codeFaults(stop, [...at, "stop"], "page", "bool"),
    ...codeFaults(url, [...at, "next", "url"], "page", "text"),
    ...codeFaults(params, [...at, "next", "params"], "page", "map"),
    ...codeFaults(json, [...at, "next", "json"], "page", "map"),
  ];
  if (url !== undefined || params !== undefined || json !== undefined) return faults;
  const message = "next needs one of url, params and json";
  return [...faults, { path: [...at, "next"], reason: "missing_key", message }];
}

const PATH_KEYS = new Set(["next_url_path", "cursor_path", "total_path", "has_more_path"]);

function hasStop(config: Extract<PaginatorMapping, { type: "offset" | "page_number" }>): boolean {
  const maximum = config.type === "offset" ? config.maximum_offset : config.maximum_page;
  return (
    config.total_path !== null ||
    (maximum ?? null) !== null ||
    (config.has_more_path ?? null) !== null ||
    config.stop_after_empty_page !== false
  );
}

/** Where a value is sent: in the query or in the body, not both, not neither. */
function placeFaults(config: PaginatorMapping, at: Path): Fault[] {
  const pairs: readonly (readonly [string, string | null | undefined, string, string | null | undefined])[] =
    config.type === "cursor"
      ? [["cursor_param", config.cursor_param, "cursor_body_path", config.cursor_body_path]]
      : config.type === "offset"
        ? [
            ["offset_param", config.offset_param, "offset_body_path", config.offset_body_path],
            ["limit_param", config.limit_param, "limit_body_path", config.limit_body_path],
          ]
        : config.type === "page_number"
          ? [["page_param", config.page_param, "page_body_path", config.page_body_path]]
          : [];
  return pairs.flatMap(([param, inQuery, body, inBody]) => {
    const both = (inQuery ?? null) !== null && (inBody ?? null) !== null && inQuery !== "" && inBody !== "";
    const given = (inQuery ?? null) !== null || (inBody ?? null) !== null;
    const neither = given && (inQuery ?? "") === "" && (inBody ?? "") === "";
    if (!both && !neither) return [];
    const message = both ? `${param} and ${body} exclude each other` : `one of ${param} and ${body} is needed`;
    return [{ path: at, reason: "paginator_arguments", message }];
  });
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function hasUser({ username, password }: URL): boolean {
  return username !== "" || password !== "";
}
