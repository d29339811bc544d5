import { holdsVariable } from "../reading/path-pieces.ts";
import { type Draft, decide, recordOf } from "./draft.ts";
import { identityOf } from "./identity.ts";
import { findIncremental } from "./incremental.ts";

/** Finds what tells the records apart, and how to ask for new ones. */
export function identify(draft: Draft, drafts: readonly Draft[]): void {
  const record = recordOf(draft);
  if (record === undefined) {
    draft.findings.push({ code: "DataResponseNoBody", message: "the document does not say what the answer holds" });
    return;
  }
  const { variables, fixed } = draft.endpoint.pieces;
  const single = drafts.find(({ list }) => list === draft);
  const endsInVariable = !draft.isList && holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
  const variable = endsInVariable ? variables.at(-1) : single?.endpoint.pieces.variables.at(-1);
  const identity = identityOf(record, fixed.at(-1) ?? "", variable);
  const isOneOfMany = draft.isList || endsInVariable;
  if (identity === undefined || (!isOneOfMany && !identity.isGlobal)) {
    const message = "no property looks like a primary key";
    if (isOneOfMany) draft.findings.push({ code: "PrimaryKeyNotFound", message });
  } else {
    draft.identity = identity;
    decide(draft, "primary_key", identity.reason);
  }
  const incremental = draft.isList ? findIncremental(draft.endpoint, record) : undefined;
  if (incremental === undefined) return;
  draft.incremental = incremental.config;
  decide(draft, "incremental", incremental.reason);
  if (incremental.order.length > 0) decide(draft, "params", "the list is asked for in the order of the cursor");
  draft.params = incremental.order.map(({ name, value }) => ({
    name,
    in: "query",
    value: { kind: "value", value },
    fillIn: false,
  }));
}
