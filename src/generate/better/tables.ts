import type { SchemaNode } from "../reading/schema-node.ts";
import { singularName } from "../words/singular.ts";
import { snakeCase } from "../words/snake-case.ts";
import { pathKey } from "./detect.ts";
import { carriedName, type Draft, decide, parentsFirst, recordOf } from "./draft.ts";
import { referenceTo } from "./fields.ts";
import { settleKey } from "./keys.ts";
import { unique } from "./names.ts";
import { isSameRecord } from "./records.ts";
import { askedAlone } from "./shared-records.ts";
import { entityWord } from "./words.ts";

/**
 * Settles key and write disposition of every table. All resources of a table have the same: those that lack the key of
 * the others take it where their records have its columns, and what still differs gets a table of its own.
 */
export function settleTables(drafts: readonly Draft[]): void {
  // The keys of parents tell their children's records apart.
  const alone = askedAlone(drafts);
  for (const draft of parentsFirst(drafts)) settleKey(draft, alone);
  const tables = Map.groupBy(drafts, ({ tableName }) => tableName);
  const taken = new Set(tables.keys());
  for (const [name, resources] of tables) {
    adoptKeys(resources);
    for (const draft of resources) settleDisposition(draft);
    splitTable(name, resources, taken);
  }
  for (const draft of drafts) nameParent(draft);
}

/**
 * Rows of a list below another say to which of its records they belong, where nothing in them does; of one that is unique
 * only within its own parent (revision 3 of an article) to which of these, too.
 */
function nameParent(draft: Draft): void {
  const { parent, isList, resolved } = draft;
  const record = recordOf(draft);
  if (!isList || parent === undefined || record === undefined || draft.include.size > 0) return;
  const inPath = resolved.filter((one) => one.in === "path");
  const needed = parent.identity?.isGlobal === false ? inPath : inPath.slice(-1);
  const piece = parent.endpoint.pieces.fixed.at(-1) ?? "";
  for (const { field: taken, inner } of needed) {
    const field = inner === undefined ? taken : parent.primaryKey.at(-1);
    if (field !== undefined && referenceTo(piece, field, record) === undefined) draft.include.add(field);
  }
}

/**
 * Resources whose records have the columns of the key that others of the table have take it; but a name, which tells the
 * records of one list apart, does not tell those of another apart: labels of all, and those of each project.
 */
function adoptKeys(resources: readonly Draft[]): void {
  const withKey = resources.filter(({ primaryKey }) => primaryKey.length > 0);
  const model = withKey.find(({ isList }) => isList) ?? withKey[0];
  if (model === undefined) return;
  const key = model.primaryKey;
  const isLocal = model.identity?.isGlobal === false && key.length === model.identity.columns.length;
  for (const draft of resources) {
    const record = recordOf(draft);
    if (draft.primaryKey.length > 0 || record === undefined) continue;
    if ((isLocal && draft.isList) || (key.length === 1 && draft.parent !== undefined)) continue;
    if (!key.every((column) => record.allProperties.has(column))) continue;
    draft.primaryKey = key;
    decide(draft, "primary_key", `the key of the other resources of the table ${draft.tableName}`);
  }
}

/**
 * What a load does to rows that are there: with a key it replaces those of equal keys; without one it replaces those of
 * the parents that it asked, or all; only where a cursor leaves out what is there already does it add.
 */
function settleDisposition(draft: Draft): void {
  if (draft.primaryKey.length > 0) {
    draft.disposition = "merge";
    return;
  }
  if (draft.incremental !== undefined) {
    draft.disposition = "append";
    decide(draft, "write_disposition", "there is no key, and the cursor leaves out what was loaded");
    return;
  }
  const { parent } = draft;
  const fields = parentFields(draft);
  if (parent !== undefined && fields.length > 0) {
    draft.disposition = "merge";
    for (const field of fields) draft.include.add(field);
    draft.mergeKey = [...new Set(fields.map((field) => carriedName(parent, field)))];
    decide(draft, "merge_key", "there is no key: the rows of each parent are replaced together");
  } else {
    draft.disposition = "replace";
    decide(draft, "write_disposition", "there is no key, so that rows would stand there twice after a second load");
  }
}

/** Fields of the parent's record that say which it is: what is taken from it, or its key where that is no field of its own. */
function parentFields({ parent, resolved }: Draft): readonly string[] {
  if (resolved.every(({ inner }) => inner === undefined)) return resolved.map(({ field }) => field);
  return parent?.primaryKey ?? [];
}

/**
 * Resources of one table that hold different things, or are loaded in different ways, get a table each; lists keep the name.
 * So does each single record without a key, such as the answers of `/metadata` and `/version`: rows of it and of another
 * resource could not be told apart, and may be the same.
 */
function splitTable(name: string, resources: readonly Draft[], taken: Set<string>): void {
  const entityOf = entitiesOf(resources);
  const ways = Map.groupBy(resources, (draft) =>
    JSON.stringify([
      entityOf.get(draft),
      draft.disposition,
      draft.primaryKey,
      draft.mergeKey,
      isLoneRecord(draft) ? draft.endpoint.id : "",
      hasSibling(draft, resources) ? pathOfList(draft) : "",
    ]),
  );
  if (ways.size < 2) return;
  // Those that bring the rows keep the name.
  const [, ...others] = [...ways.values()].sort((a, b) => rank(a) - rank(b));
  for (const group of others) {
    const [first] = group;
    if (first === undefined) continue;
    const { fixed } = first.endpoint.pieces;
    const above = singularName(fixed.at(-2) ?? "");
    const wanted = isLoneRecord(first) ? snakeCase(fixed.join("_")) : above === "" ? "" : `${above}_${name}`;
    const own = unique(wanted || `other_${name}`, taken);
    const reason = isLoneRecord(first)
      ? `others fill ${name}, and without a key its row could not be told from theirs`
      : `other resources of ${name} hold something else, or are loaded in another way`;
    for (const draft of group) {
      draft.tableName = own;
      decide(draft, "table_name", reason);
    }
  }
}

/**
 * True where another list below the same parent has names of its own: a secret of `/actions/secrets` is not that of
 * `/agents/secrets`, though both are called alike.
 */
function hasSibling(draft: Draft, resources: readonly Draft[]): boolean {
  const list = draft.list ?? draft;
  if (list.parent === undefined || list.identity?.isGlobal !== false || list.primaryKey.length === 0) return false;
  return resources.some(
    (other) =>
      other.isList &&
      other.parent === list.parent &&
      other.primaryKey.join() === list.primaryKey.join() &&
      pathOfList(other) !== pathOfList(list),
  );
}

function pathOfList({ list, endpoint }: Draft): string {
  return pathKey((list?.endpoint ?? endpoint).pieces.pieces);
}

/** A record of which the API has one, that nothing identifies. */
function isLoneRecord({ isList, primaryKey, parent, records, endpoint }: Draft): boolean {
  const { pieces, parameters } = endpoint;
  const isOneOfMany = pieces.variables.length > 0 || parameters.some(({ required }) => required);
  return !isList && !isOneOfMany && primaryKey.length === 0 && parent === undefined && records !== undefined;
}

/** `/metadata` of the table `api_entities_metadata`. */
function isCalledLikeTable({ endpoint, tableName }: Draft): boolean {
  const word = entityWord(endpoint.pieces.fixed.at(-1) ?? "");
  return word !== "" && entityWord(tableName).endsWith(word);
}

/**
 * Numbers what the resources of one table hold. Schemas without a name are told apart by where their lists stand: the items
 * of orders are not those of carts, unless they have the same properties. What is not declared is taken to be the same.
 */
function entitiesOf(resources: readonly Draft[]): ReadonlyMap<Draft, number> {
  const known: { readonly place: string; readonly record: SchemaNode }[] = [];
  const numbers = new Map<Draft, number>();
  for (const draft of [...resources].sort((a, b) => Number(b.isList) - Number(a.isList))) {
    const record = recordOf(draft);
    const { pieces } = draft.endpoint.pieces;
    const place = record?.reference ?? pathKey(draft.list?.endpoint.pieces.pieces ?? pieces);
    const same = known.findIndex((one) => one.place === place || (record && isSameRecord(one.record, record)));
    numbers.set(draft, record === undefined ? 0 : same < 0 ? known.length : same);
    if (record !== undefined && same < 0) known.push({ place, record });
  }
  return numbers;
}

/** Lists of all, lists below others, what is called like the table, all else. */
function rank(resources: readonly Draft[]): number {
  const lists = resources.filter(({ isList }) => isList);
  if (lists.length > 0) return lists.some(({ parent }) => parent === undefined) ? 0 : 1;
  return resources.some(isCalledLikeTable) ? 2 : 3;
}
