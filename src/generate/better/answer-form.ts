import { keysOf } from "../../core/json.ts";
import type { ApiResponse } from "../reading/endpoint.ts";
import { objectAt } from "../reading/scalars.ts";

/**
 * Why answers of which no schema is known hold no records that could be loaded, by what the document says of them:
 * another form than JSON (`text/csv`), or no content. Undefined where they may hold some, or nothing is said.
 */
export function whyNoRecords(responses: readonly ApiResponse[]): string | undefined {
  const good = responses.filter(({ status }) => /^2/.test(status));
  const types = good.flatMap(({ source }) => keysOf(objectAt(source, "content")));
  if (types.some((type) => /json|\*/i.test(type))) return undefined;
  const [type] = types;
  if (type !== undefined) return `the answer is ${type}, not JSON`;
  if (good.length > 0) {
    return good.every(({ status }) => status === "204" || status === "205") ? "the answer has no content" : undefined;
  }
  return responses.some(({ status }) => /^3/.test(status)) ? "the answer only leads elsewhere" : undefined;
}
