import { compareValues, ValueOrderError } from "../../core/value-order.ts";
import type { Fault } from "../fault.ts";
import { pathFaults } from "./check-path.ts";
import { converterFaults } from "./converter-shape.ts";
import type { IncrementalConfig } from "./shape.ts";

/** Faults of an `incremental` section: its JSONPath, and an `end_value` without or below `initial_value`. */
export function incrementalFaults(
  config: IncrementalConfig,
  at: readonly (string | number)[],
  resource: string,
): Fault[] {
  const faults = pathFaults(config.cursor_path, [...at, "cursor_path"]);
  faults.push(...converterFaults(config.convert, [...at, "convert"]));
  faults.push(...converterFaults(config.transform, [...at, "transform"]));
  const initial = config.initial_value ?? null;
  const end = config.end_value ?? null;
  const wrong = (message: string) => {
    faults.push({ path: [...at, "end_value"], reason: "incremental_arguments", message });
  };
  const owner = `the incremental section of ${JSON.stringify(resource)}`;
  if (end === null) return faults;
  if (initial === null) {
    wrong(`${owner} has end_value without initial_value`);
    return faults;
  }
  const direction = config.last_value_func ?? "max";
  try {
    const order = compareValues(end, initial);
    if (direction === "max" ? order < 0 : order > 0) {
      wrong(`${owner} has an end_value that is ${direction === "max" ? "below" : "above"} its initial_value`);
    }
  } catch (error) {
    if (!(error instanceof ValueOrderError)) throw error;
    wrong(`${owner} has end_value and initial_value of different kinds: ${error.message}`);
  }
  return faults;
}
