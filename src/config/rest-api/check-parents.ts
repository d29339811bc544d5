import type { Fault } from "../fault.ts";
import { nearest } from "../nearest.ts";
import type { PlannedResource } from "./plan.ts";

/** Parents that do not exist, and resources that are parents of each other. */
export function parentFaults(resources: readonly PlannedResource[]): Fault[] {
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

function quote(text: string): string {
  return JSON.stringify(text);
}
