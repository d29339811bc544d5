import type { ApiResponse } from "./endpoint.ts";

/**
 * The response that brings records: the first of status `200` or `default`, else the first whose status begins with `2`.
 * Undefined when there is none. dlt-init-openapi's rule; a `201` followed by a `default` gives the latter.
 */
export function mainResponse(responses: readonly ApiResponse[]): ApiResponse | undefined {
  return (
    responses.find(({ status }) => status === "200" || status === "default") ??
    responses.find(({ status }) => status.startsWith("2"))
  );
}
