import { holdsVariable } from "../reading/path-pieces.ts";
import { singularName } from "../words/singular.ts";
import { type Draft, decide, recordOf } from "./draft.ts";
import { identifying } from "./fields.ts";
import { type Identity, identityOf } from "./identity.ts";
import { findIncremental } from "./incremental.ts";
import { sharedRecords } from "./shared-records.ts";
import { anyOf, entityWord } from "./words.ts";

/** Finds what tells the records of each endpoint apart, and how to ask for new ones. */
export function identify(drafts: readonly Draft[]): void {
  const singles = new Map(drafts.flatMap((one) => (one.list === undefined ? [] : [[one.list, one]])));
  const isShared = sharedRecords(drafts);
  for (const draft of drafts) identifyOne(draft, singles.get(draft), isShared);
}

/** `single`: the endpoint for one of the records of a list. */
function identifyOne(draft: Draft, single: Draft | undefined, isShared: (draft: Draft) => boolean): void {
  const record = recordOf(draft);
  if (record === undefined) {
    draft.findings.push({ code: "DataResponseNoBody", message: "the document does not say what the answer holds" });
    return;
  }
  const { variables, fixed } = draft.endpoint.pieces;
  const endsInVariable = !draft.isList && holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
  const variable = endsInVariable ? variables.at(-1) : single?.endpoint.pieces.variables.at(-1);
  const identity = withVersion(draft, identityOf(record, fixed.at(-1) ?? "", variable));
  const isOneOfMany = draft.isList || endsInVariable;
  if (identity === undefined || (!isOneOfMany && !identity.isGlobal)) {
    const message = "no property looks like a primary key";
    if (isOneOfMany) draft.findings.push({ code: "PrimaryKeyNotFound", message });
  } else {
    decide(draft, "primary_key", identity.reason);
    const shared = identity.isGlobal && isShared(draft);
    draft.identity = shared ? { ...identity, isGlobal: false } : identity;
    if (shared) nameAfterParent(draft);
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

/**
 * Versions of a thing may all have the id of the thing: what numbers them is in the key. Without such a number nothing is
 * the key where they are recorded as the thing itself is.
 */
function withVersion(draft: Draft, identity: Identity | undefined): Identity | undefined {
  const list = draft.list ?? draft;
  const record = recordOf(draft);
  const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
  if (identity === undefined || record === undefined || list.parent === undefined || !isHistory(entityWord(piece))) {
    return identity;
  }
  const number = identifying(record).find(([name]) => isVersion(name))?.[0];
  if (number === undefined) return recordOf(list.parent)?.schema === record.schema ? undefined : identity;
  if (identity.columns.includes(number)) return identity;
  const reason = `${identity.reason}, ${number} its versions`;
  return { columns: [...identity.columns, number], isGlobal: false, reason };
}

const isHistory = anyOf("version revision history snapshot archive");
const isVersion = anyOf("version versionnumber versionid revision revisionnumber revisionid rev");

/** What may stand below several parents is about them: `project_member`, `task_tag`. */
function nameAfterParent(draft: Draft): void {
  const list = draft.list ?? draft;
  const above = singularName(list.parent?.endpoint.pieces.fixed.at(-1) ?? "");
  const own = singularName(list.endpoint.pieces.fixed.at(-1) ?? "");
  const reason = "the same record may stand below other parents, too";
  decide(draft, "primary_key", reason);
  if (above === "" || own === "") return;
  draft.tableName = `${above}_${own}`;
  decide(draft, "table_name", reason);
}
