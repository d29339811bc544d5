import type { SchemaNode } from "../reading/schema-node.ts";
import { carriedName, type Draft, decide, recordOf } from "./draft.ts";
import { isGlobalId, referenceTo } from "./fields.ts";
import { anyOf } from "./words.ts";

/**
 * The key: what identifies a record, and where that is unique only within a parent, what tells the parents apart.
 * `alone`: schemas of records that are asked for without a parent, so that their ids are unique without it.
 */
export function settleKey(draft: Draft, alone: ReadonlySet<SchemaNode["schema"]>): void {
  const { identity, parent } = draft;
  const record = recordOf(draft);
  if (record === undefined || identity === undefined) return;
  // What a single record is asked for by says to which parent it belongs, as in its list.
  const owner = parent !== undefined && parent === draft.list ? parent.parent : parent;
  const isCounted = owner !== undefined && !alone.has(record.schema) && isNumberBelowText(draft, owner);
  if (isCounted) draft.identity = { ...identity, isGlobal: false };
  // A number within a parent says nothing in a list of those of all parents.
  if (owner === undefined && draft.endpoint.pieces.variables.length === 0 && identity.columns.every(isNumberWithin))
    return;
  if (draft.identity?.isGlobal === true || owner === undefined) {
    draft.primaryKey = identity.columns;
    return;
  }
  // Nothing tells the parents apart, or a name stands there once for each environment (variables of GitLab).
  const isScoped = !identity.columns.some(isGlobalId) && [...record.allProperties.keys()].some(isScope);
  const fields = ownerFields(draft, owner);
  if (fields.length === 0 || isScoped) return;
  const columns = fields.map(({ piece, field }) => referenceTo(piece, field, record) ?? carried(draft, field));
  draft.primaryKey = [...columns, ...identity.columns];
  decide(draft, "primary_key", `${identity.columns.join(", ")} is unique only within its parent`);
}

const isNumberWithin = anyOf("iid");
const isScope = anyOf("environmentscope");

/** Issue 1 of a repository that is known by a text: numbers there begin anew below each. */
function isNumberBelowText({ records, identity }: Draft, owner: Draft): boolean {
  const typesOf = (record: SchemaNode | undefined, column = "") => record?.allProperties.get(column)?.types ?? [];
  const [own, above] = [
    typesOf(records?.schema, identity?.columns.at(-1)),
    typesOf(recordOf(owner), owner.primaryKey.at(-1)),
  ];
  return own.join() === "integer" && above.join() === "string";
}

/** The fields by which the parent of a record is known, each with the piece of the path that it goes by. */
function ownerFields(
  draft: Draft,
  owner: Draft | undefined,
): readonly { readonly piece: string; readonly field: string }[] {
  if (owner === undefined) return [];
  const piece = owner.endpoint.pieces.fixed.at(-1) ?? "";
  // Without a key of its own it is known by what its child takes from it.
  const child = owner === draft.parent ? draft : draft.list;
  const taken = (child?.resolved ?? []).flatMap((one) =>
    one.in === "path" && one.inner === undefined ? [one.field] : [],
  );
  const key = owner.primaryKey.length > 0 ? owner.primaryKey : taken;
  return key.map((field) => ({ piece, field }));
}

/** Carries a field of the owner into the rows, and gives the column that holds it. */
function carried(draft: Draft, field: string): string {
  const { parent, list } = draft;
  if (parent === undefined) return field;
  if (parent !== list || parent.parent === undefined) {
    draft.include.add(field);
    return carriedName(parent, field);
  }
  // A single record has it from its list, which has it from the list above.
  parent.include.add(field);
  const there = carriedName(parent.parent, field);
  draft.include.add(there);
  return carriedName(parent, there);
}
