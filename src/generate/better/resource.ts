import type { GeneratedResource } from "../model.ts";
import { operationFacts } from "../reading/operation-facts.ts";
import { flagAt } from "../reading/scalars.ts";
import { columnHints } from "./columns.ts";
import { type Draft, decide, recordOf } from "./draft.ts";
import { propertyPath } from "./property-path.ts";

/** The finished resource. */
export function resourceOf(draft: Draft): GeneratedResource {
  const { endpoint, records } = draft;
  const operation = operationFacts(endpoint);
  const record = recordOf(draft);
  const columns = record === undefined ? [] : columnHints(record, draft.primaryKey);
  if (draft.include.size > 0)
    decide(draft, "include_from_parent", "the rows, or those below them, need these of their parent");
  if (columns.length > 0) decide(draft, "columns", "the types that the schema declares");
  const findings = [...draft.findings];
  if (flagAt(endpoint.operation, "deprecated")) {
    findings.push({ code: "Deprecated", message: "the document marks this endpoint as deprecated" });
  }
  const params = [
    ...draft.params.filter((one) => one.in === "path"),
    ...draft.params.filter((one) => one.in !== "path"),
  ];
  return {
    name: draft.name,
    tableName: draft.tableName,
    primaryKey: draft.primaryKey,
    mergeKey: draft.mergeKey,
    writeDisposition: draft.disposition,
    selected: draft.selected,
    includeFromParent: [...draft.include],
    columns,
    endpoint: {
      method: endpoint.method,
      path: draft.path,
      dataSelector: records === undefined ? undefined : propertyPath(records.path),
      params: params.length === 0 && draft.optionalParams.length === 0 ? undefined : params,
      optionalParams: draft.optionalParams,
      headers: draft.headers,
      json: draft.json,
      paginator: draft.ownPaginator,
      detectedPaginator: draft.paginator?.config,
      incremental: draft.incremental,
      auth: draft.auth,
    },
    parent: draft.parent?.name,
    isList: draft.isList,
    operation: { ...operation, comment: operation.comment?.replace(/\s+/g, " ").trim() },
    decisions: draft.decisions.map((one) =>
      // What identifies a record may not tell the rows of the table apart.
      one.about === "primary_key" && draft.primaryKey.length === 0
        ? { ...one, reason: `none: ${one.reason}, and may stand in several rows here` }
        : one,
    ),
    findings,
  };
}
