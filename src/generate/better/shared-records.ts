import type { SchemaNode } from "../reading/schema-node.ts";
import { singularize } from "../words/inflect.ts";
import { type Draft, recordOf } from "./draft.ts";
import { anyOf, entityWord, wordOf } from "./words.ts";

/** Whom `{user_id}` after `members` names: not a membership, but somebody who may be a member elsewhere. */
const isPerson = anyOf("user username account person contact login");
/** People and marks of which each may stand below many things, as the lists of them are called. */
const isCommonlyShared = anyOf(
  `user member person people follower following watcher subscriber stargazer collaborator contributor participant reviewer
  assignee attendee maintainer teammate tag label topic category role permission`,
);
const IDENTIFIER_END = /[_-]?(?:gid|uuid|id|key|name|slug)$/i;

/**
 * Makes the test whether one record may stand below several parents, so that it takes the parent's key and its own id to
 * tell the rows of a list apart: members of projects, tags of tasks. Either the list is called so (`/teams/{id}/users`), or
 * the single one is asked for by the id of something else (`/projects/{id}/members/{user_id}`), or all such records have a
 * list of their own (`/tags`) or one further above, and nothing in them says to which parent they belong (`project_id`,
 * `project`).
 */
export function sharedRecords(drafts: readonly Draft[]): (draft: Draft) => boolean {
  const singles = new Map(drafts.flatMap((one) => (one.list === undefined ? [] : [[one.list, one]])));
  const roots = new Set<SchemaNode["schema"]>();
  const names = new Set<string>();
  for (const draft of drafts) {
    const record = recordOf(draft);
    if (!isWhole(draft) || record === undefined) continue;
    names.add(entityWord(draft.endpoint.pieces.fixed.at(-1) ?? ""));
    roots.add(record.schema);
  }

  const widerList = widerLists(drafts);
  // What is shared below one kind of parent is below others.
  const shared = new Set(roots);
  for (const [list, single] of singles) {
    const record = recordOf(list);
    const variable = single.endpoint.pieces.variables.at(-1) ?? "";
    const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
    if (record !== undefined && isOfAnother(variable, piece)) shared.add(record.schema);
  }

  return (draft) => {
    const list = draft.list ?? draft;
    const record = recordOf(list);
    const { parent } = list;
    if (!list.isList || parent === undefined || record === undefined) return false;
    const piece = list.endpoint.pieces.fixed.at(-1) ?? "";
    const isCalledSo = isCommonlyShared(entityWord(piece.split(/[-_]/).at(-1) ?? ""));
    if (!isCalledSo && !shared.has(record.schema) && widerList(list) === undefined) return false;
    return !belongs(record, parent);
  };

  function isOfAnother(variable: string, piece: string): boolean {
    const called = entityWord(variable.replace(IDENTIFIER_END, ""));
    if (called === "" || entityWord(piece).endsWith(called)) return false;
    return isPerson(called) || names.has(called);
  }
}

/**
 * Makes the function that finds the list of the same records one or more steps above a list: `/projects/{id}/commits` for
 * `/projects/{id}/merge_requests/{iid}/commits`.
 */
export function widerLists(drafts: readonly Draft[]): (list: Draft) => Draft | undefined {
  const lists = drafts.filter(({ isList, parent }) => isList && parent !== undefined);
  const bySchema = Map.groupBy(lists, (draft) => recordOf(draft)?.schema);
  return (list) => {
    const record = recordOf(list);
    const above = new Set<Draft>();
    for (let one = list.parent?.parent; one !== undefined; one = one.parent) above.add(one);
    if (record === undefined || above.size === 0 || !list.isList) return undefined;
    return bySchema.get(record.schema)?.find(({ parent }) => parent !== undefined && above.has(parent));
  };
}

/** True for a list that is asked for by itself and holds all there is, not only what is the user's own. */
function isWhole({ isList, endpoint }: Draft): boolean {
  const needs = endpoint.parameters.some(({ in: place, required }) => place === "query" && required);
  const { variables, fixed } = endpoint.pieces;
  return isList && variables.length === 0 && !needs && !fixed.some((piece) => isOwn(piece));
}

const isOwn = anyOf("me my mine self current user account authenticated");

/**
 * True when a property names the parent: `project_id`, `project`, `repository_url` below `repos`; but not where it speaks of
 * several (`organizations_url`, `task_ids`) or says something else (`project_type`).
 */
function belongs(record: SchemaNode, parent: Draft): boolean {
  const entity = entityWord(parent.endpoint.pieces.fixed.at(-1) ?? "");
  // `user_name` of a friend of a user is its own.
  if (recordOf(parent)?.schema === record.schema) return false;
  const names = ([name, { isList }]: readonly [string, SchemaNode]) => {
    const word = wordOf(name);
    if (isList || !word.startsWith(entity)) return false;
    const thing = wordOf(name.replace(REFERENCE_END, ""));
    return word === entity || (thing !== word && wordOf(singularize(thing)) === thing);
  };
  return entity === "" || [...record.allProperties].some(names);
}

const REFERENCE_END = /_?(?:id|gid|uuid|guid|key|slug|name|path|login|ref|url|uri|link|href)$/i;

/** Schemas of records that are listed, or asked for one by one, without a parent: no two of these have the same id. */
export function askedAlone(drafts: readonly Draft[]): ReadonlySet<SchemaNode["schema"]> {
  return new Set(
    drafts.flatMap((draft) => {
      const { variables } = draft.endpoint.pieces;
      const record = recordOf(draft);
      return record !== undefined && variables.length === (draft.isList ? 0 : 1) ? [record.schema] : [];
    }),
  );
}
