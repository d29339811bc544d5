import type { Finding } from "../model.ts";
import type { Endpoint } from "../reading/endpoint.ts";
import { mainResponse } from "../reading/main-response.ts";
import { looksLikeList } from "../reading/path-pieces.ts";
import { type CompatPaginator, compatPaginators } from "./paginator.ts";
import { compatPayloads, type Payload } from "./payload.ts";
import { compatPrimaryKey } from "./primary-key.ts";

/** What one endpoint says by itself. */
export interface Detected {
  readonly paginator: CompatPaginator | undefined;
  /** Undefined when the answer has no schema. */
  readonly payload: Payload | undefined;
  readonly primaryKey: string | undefined;
  readonly isList: boolean;
  readonly findings: readonly Finding[];
}

/** Makes the function that looks at an endpoint by itself, as dlt-init-openapi does. */
export function compatDetection(): (endpoint: Endpoint) => Detected {
  const detectPaginator = compatPaginators();
  const detectPayload = compatPayloads();
  return (endpoint) => {
    const findings: Finding[] = [];
    const response = mainResponse(endpoint.responses);
    const schema = response?.schema;
    if (response === undefined) {
      findings.push({ code: "DataResponseUndetected", message: "the document declares no response of status 2xx" });
    } else if (schema === undefined) {
      findings.push({ code: "DataResponseNoBody", message: "the response has no JSON schema" });
    }
    const { paginator, hints } = detectPaginator(endpoint, schema);
    if (hints.length > 0) {
      const message = `there seem to be pages (${hints.join(", ")}), but nothing says how they are counted`;
      findings.push({ code: "PossiblePaginator", message });
    }
    const byPath = looksLikeList(endpoint.pieces);
    const payload = schema === undefined ? undefined : detectPayload(schema, paginator !== undefined || byPath);
    const primaryKey = payload === undefined ? undefined : compatPrimaryKey(payload.schema, endpoint.pieces);
    if (payload !== undefined && primaryKey === undefined) {
      findings.push({ code: "PrimaryKeyNotFound", message: "no property looks like a primary key" });
    }
    return { paginator, payload, primaryKey, isList: payload?.isList ?? byPath, findings };
  };
}
