import { holdsSecret } from "../../core/secret.ts";
import type { Fault } from "../fault.ts";
import { isSeed } from "./plan.ts";
import type { ResourceConfig } from "./shape.ts";

/** What is wrong with records that stand in the configuration. `at` is the path of the resource. */
export function seedFaults(resource: ResourceConfig, at: readonly (string | number)[]): Fault[] {
  if (!isSeed(resource)) return [];
  const { name, records, records_file: file, endpoint } = resource;
  const faults: Fault[] = [];
  const exclude = (key: string, other: string) => {
    const message = `${JSON.stringify(name)} has both ${key} and ${other}`;
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
