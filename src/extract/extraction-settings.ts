import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { RestApiConfig } from "../config/rest-api/shape.ts";
import type { SourceFunctions } from "./functions.ts";
import type { HttpOptions } from "./http/client.ts";
import type { ExtractLimits } from "./limits.ts";
import type { SourceMemory } from "./source-memory.ts";

/** What an extraction works with: the plan of a source, and how it is run. */
export interface ExtractionSettings {
  /** Of the source. */
  readonly name: string;
  readonly config: RestApiConfig;
  readonly plan: readonly PlannedResource[];
  readonly selected: ReadonlySet<string>;
  readonly strict: boolean;
  readonly http: HttpOptions;
  readonly memory: SourceMemory;
  readonly limits: Partial<ExtractLimits>;
  /** `skip`: a resource that the source fails is left out, with all below it. */
  readonly onResourceError: "fail" | "skip";
  readonly functions: SourceFunctions;
  readonly rebaseLinks: boolean;
}
