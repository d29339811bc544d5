import type { Fault } from "../fault.ts";
import type { PlannedResource } from "./plan.ts";

/** Names of resources that come twice, and names of resources and tables that are blank. */
export function nameFaults(resources: readonly PlannedResource[]): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const { name, at, config } of resources) {
    if (seen.has(name)) {
      const message = `the resource ${JSON.stringify(name)} is defined twice`;
      faults.push({ path: at, reason: "duplicate_resource", message });
    }
    seen.add(name);
    if (name.trim() === "") {
      faults.push({ path: at, reason: "type", message: "the name of the resource is empty: no table can have it" });
    }
    const table = config.table_name ?? "";
    if (table !== "" && table.trim() === "") {
      const message = "a table needs a name that is not blank";
      faults.push({ path: [...at, "table_name"], reason: "type", message });
    }
  }
  return faults;
}
