import type { OperationFacts } from "../model.ts";
import type { Endpoint } from "./endpoint.ts";
import { flagAt, listAt } from "./scalars.ts";

/** What a user chooses and lists endpoints by. */
export function operationFacts({ id, method, path, operation, description }: Endpoint): OperationFacts {
  return {
    id,
    method,
    path,
    tags: listAt(operation, "tags").filter((tag) => typeof tag === "string"),
    deprecated: flagAt(operation, "deprecated"),
    comment: description,
  };
}
