import type { JsonObject, JsonValue } from "../core/json.ts";
import type { DocumentFault } from "./openapi-error.ts";

/**
 * An OpenAPI document as the reader gives it and the analysis takes it: one tree in the form of OpenAPI 3. What was
 * written for 2.0 has been converted (better mode), what stood in other files has been brought in below `components`.
 *
 * Scalars: those of JSON have their types, those of YAML are all text (`true`, `20`, `null`), an empty one is `""`;
 * analysis reads both through `scalars.ts`. Keys that look like numbers (`200`) keep their place by `KEY_ORDER`.
 */
export interface ApiDocument {
  /** What messages and comments call it: a file name or a URL without credentials. */
  readonly name: string;
  readonly root: JsonObject;
  /** Parts that had another kind than OpenAPI says and are left out of the tree, with their places. */
  readonly faults: readonly DocumentFault[];
  /** Where it was fetched from, absolute; a relative server URL is joined with it. Undefined for a file. */
  readonly url: string | undefined;
  /**
   * What a `$ref` of the tree points to (`#/components/schemas/A`, with `~0`, `~1`, `%xx`); a target that is a
   * reference itself is given as it is. Undefined when nothing is there. Asked often: quick, and the same object each time.
   */
  resolve(reference: string): JsonValue | undefined;
  /** Why a reference to another file is not followed: `it leads to another origin`. Undefined for one that may be. */
  refused(reference: string): string | undefined;
}
