import type { Decision } from "../model.ts";
import { textAt } from "../reading/scalars.ts";
import { type Draft, type Found, recordOf } from "./draft.ts";
import { tableName } from "./names.ts";

/** A resource of which no more is known than its endpoint says. */
export function newDraft(found: Found, name: string): Draft {
  return {
    ...found,
    name,
    tableName: tableName(recordOf(found)?.name ?? "", found.endpoint, name),
    list: undefined,
    parent: undefined,
    resolved: [],
    include: new Set(),
    identity: undefined,
    primaryKey: [],
    mergeKey: [],
    disposition: undefined,
    incremental: undefined,
    selected: true,
    blocked: undefined,
    params: [],
    headers: [],
    optionalParams: [],
    auth: undefined,
    path: found.endpoint.path,
    ownPaginator: undefined,
    json: undefined,
    decisions: firstDecisions(found),
    findings: [],
  };
}

/** Of names, and where the records are. */
function firstDecisions({ endpoint, records }: Found): Decision[] {
  const hasId = textAt(endpoint.operation, "operationId") !== undefined;
  const entity = records?.schema.name ?? "";
  return [
    { about: "name", reason: hasId ? "the operation id" : "the path, as there is no operation id", repair: false },
    {
      about: "table_name",
      reason: entity === "" ? "the last name of the path" : `the schema ${entity}`,
      repair: false,
    },
    ...(records === undefined ? [] : [{ about: "data_selector", reason: records.reason, repair: false }]),
  ];
}
