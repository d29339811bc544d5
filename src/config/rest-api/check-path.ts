import { compilePath } from "../../core/json-path.ts";
import { JsonPathError } from "../../core/json-path-parser.ts";
import type { Fault } from "../fault.ts";

/** The fault of a JSONPath that cannot be read, or none. */
export function pathFaults(path: string | undefined, at: readonly (string | number)[]): Fault[] {
  if (path === undefined) return [];
  try {
    compilePath(path);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [{ path: at, reason: "jsonpath", message: error.message }];
  }
}
