import type { NameSuffixes } from "../config/generator-file.ts";
import type { GenerateMode } from "./model.ts";
import type { Method } from "./reading/read-endpoints.ts";

/** What a user may ask of the analysis. */
export interface AnalysisOptions {
  readonly mode: GenerateMode;
  /** Name of the source; its snake case is used. Undefined: made from the document's title. */
  readonly source?: string | undefined;
  /** Methods that become resources, in this order within a path; `["get"]` when absent. */
  readonly methods?: readonly Method[] | undefined;
  /** Take the names of resources from operation ids, whatever else would do. */
  readonly nameByOperation?: boolean | undefined;
  /** Stands for a required value that nobody knows; `FILL_ME_IN` when absent. */
  readonly requiredValue?: string | undefined;
  /** Stands for an optional value without default; `OPTIONAL_CONFIG` when absent. */
  readonly optionalValue?: string | undefined;
  readonly suffixes?: NameSuffixes | undefined;
}
