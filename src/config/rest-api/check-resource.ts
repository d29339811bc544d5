import type { Fault } from "../fault.ts";
import { actionFaults } from "./action-shape.ts";
import { authFaults } from "./check-auth.ts";
import { dispositionFaults } from "./check-disposition.ts";
import { incrementalFaults } from "./check-incremental.ts";
import { bodyKeyOf, paginatorFaults } from "./check-paginator.ts";
import { pathFaults } from "./check-path.ts";
import { seedFaults } from "./check-seed.ts";
import { parentTableFaults, tableHintFaults } from "./check-table-hints.ts";
import type { PaginatorConfig } from "./paginator-shape.ts";
import type { Compat, PlannedResource } from "./plan.ts";
import type { RestApiConfig } from "./shape.ts";
import { stepFaults } from "./step-shape.ts";

type Path = readonly (string | number)[];

/** What is wrong with one resource by itself: its own keys, and what comes of them with the defaults. */
export function resourceFaults(resource: PlannedResource, config: RestApiConfig, compat: Compat): Fault[] {
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
      message: `the resource ${JSON.stringify(resource.name)} has include_from_parent but no parent`,
      suggestion: "refer to the parent with {resources.<parent>.<field>}",
    });
  }
  if (Object.keys(resource.json ?? {}).length > 0 && !isEmptyData(resource.data)) {
    faults.push({
      path: at,
      reason: "json_and_data",
      message: `the resource ${JSON.stringify(resource.name)} has both json and data`,
      suggestion: "keep one of them",
    });
  }
  // dlt takes it, and gets away with it where there is one page.
  if (compat === "default") faults.push(...bodyFaults(resource, config.client.paginator ?? undefined, [...at, "data"]));
  faults.push(...dispositionFaults(resource.config.write_disposition, [...resource.at, "write_disposition"]));
  if (typeof written === "object") {
    faults.push(...stepFaults(written.processing_steps, [...resource.at, "processing_steps"]));
    faults.push(...seedFaults(written, resource.at));
    faults.push(...tableHintFaults(written, resource.at));
    faults.push(...parentTableFaults(written.parent_table_name, [...resource.at, "parent_table_name"]));
  }
  if (resource.incremental !== undefined) {
    faults.push(...incrementalFaults(resource.incremental, [...at, "incremental"], resource.name));
  }
  return faults;
}

/** A value that a paginator puts into the JSON body is never sent beside other data: the same page came again and again. */
function bodyFaults(
  { name, data, paginator }: PlannedResource,
  ofClient: PaginatorConfig | undefined,
  at: Path,
): Fault[] {
  const key = isEmptyData(data) ? undefined : bodyKeyOf(paginator ?? ofClient);
  if (key === undefined) return [];
  const message = `the paginator of ${JSON.stringify(name)} writes into a JSON body (${key}), which is not sent beside data`;
  const suggestion =
    "write the body as json, let the paginator use a query parameter, or write paginator: single_page for what has one page";
  return [{ path: at, reason: "paginator_arguments", message, suggestion }];
}

function isEmptyData(data: PlannedResource["data"]): boolean {
  if (data === undefined || data === "") return true;
  return typeof data === "object" && Object.keys(data).length === 0 && !("reveal" in data);
}
