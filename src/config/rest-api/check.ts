import type { Fault } from "../fault.ts";
import { actionFaults } from "./action-shape.ts";
import { authFaults } from "./check-auth.ts";
import { baseUrlFaults } from "./check-base-url.ts";
import { httpFaults } from "./check-http.ts";
import { nameFaults } from "./check-names.ts";
import { paginatorFaults } from "./check-paginator.ts";
import { parentFaults } from "./check-parents.ts";
import { resourceFaults } from "./check-resource.ts";
import { strictAuthFaults, strictMethodFaults } from "./check-strict.ts";
import { parentTableFaults, tableHintFaults } from "./check-table-hints.ts";
import { windowFaults } from "./check-window.ts";
import { type Compat, type PlannedResource, planResources } from "./plan.ts";
import type { RestApiConfig } from "./shape.ts";
import { stepFaults } from "./step-shape.ts";

/**
 * Everything that the shape of a `rest_api` configuration cannot say, all faults at once, with paths from the top of
 * that configuration. An empty list means that the engine can run it.
 */
export function checkRestApi(config: RestApiConfig, compat: Compat = "default"): Fault[] {
  const plan = planResources(config, compat);
  const faults: Fault[] = [...plan.faults];
  const { client, resource_defaults: defaults } = config;
  faults.push(...baseUrlFaults(client.base_url, ["client", "base_url"]));
  faults.push(...authFaults(client.auth ?? undefined, ["client", "auth"]));
  faults.push(...paginatorFaults(client.paginator ?? undefined, ["client", "paginator"]));
  faults.push(...httpFaults(client.http, ["client", "http"]));
  faults.push(...authFaults(defaults?.endpoint?.auth ?? undefined, ["resource_defaults", "endpoint", "auth"]));
  faults.push(
    ...paginatorFaults(defaults?.endpoint?.paginator ?? undefined, ["resource_defaults", "endpoint", "paginator"]),
  );
  faults.push(...stepFaults(defaults?.processing_steps, ["resource_defaults", "processing_steps"]));
  faults.push(...tableHintFaults(defaults, ["resource_defaults"]));
  faults.push(...parentTableFaults(defaults?.parent_table_name, ["resource_defaults", "parent_table_name"]));
  const defaultActions = defaults?.endpoint?.response_actions;
  faults.push(
    ...actionFaults(defaultActions, ["resource_defaults", "endpoint", "response_actions"], compat === "strict"),
  );

  faults.push(...nameFaults(plan.resources));
  for (const resource of plan.resources) faults.push(...resourceFaults(resource, config, compat));
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
