import { holdsVariable, pathPieces } from "../reading/path-pieces.ts";
import { flagAt } from "../reading/scalars.ts";
import { singularize } from "../words/inflect.ts";
import { pathKey } from "./detect.ts";
import { carriedName, type Draft, decide, recordOf } from "./draft.ts";
import { type Field, fieldOfVariable, isGlobalId, referenceTo, type Wanted } from "./fields.ts";
import { isSameRecord } from "./records.ts";
import { entityWord, wordOf } from "./words.ts";

/** A path variable with the list that stands before it. */
interface Slot extends Wanted {
  /** Index of its piece. */
  readonly at: number;
  /** The path before it, as `pathKey` writes it. */
  readonly before: string;
  readonly list: Draft | undefined;
}

/**
 * Finds the parent of each resource and the fields that fill its path variables. A variable is filled from the list that
 * stands before it in the path (`/projects` for `{id}` of `/projects/{id}/badges/{badge_id}`), never from one below it; else
 * from a list of that name elsewhere, also one below another (`/organizations/{id}/networks` for `/networks/{id}`).
 * rest_api takes all values from one parent: that of the last variable; what the earlier ones need must stand in its
 * records, or is carried there by `include_from_parent`.
 */
export function resolveParents(drafts: readonly Draft[]): void {
  const known = listsByPath(drafts);
  // Shorter paths first, so that a parent knows its own variables before its children ask.
  const ordered = [...drafts].sort((a, b) => a.endpoint.pieces.pieces.length - b.endpoint.pieces.pieces.length);
  for (const draft of ordered) {
    const slots = slotsOf(draft, known);
    draft.list = listOf(draft, slots);
    resolvePath(draft, slots);
    resolveQuery(draft, known.lists);
  }
}

/**
 * A required query parameter that is called after a list (`workspace`, `workspace_id`) is filled from it, where the list
 * needs nothing itself and no other parent is there.
 */
function resolveQuery(draft: Draft, lists: ReadonlyMap<string, Draft>): void {
  for (const parameter of draft.endpoint.parameters) {
    const { name, required, in: place, schema } = parameter;
    if (place !== "query" || !required || (schema.default ?? "") !== "") continue;
    const same = draft.resolved.find(({ variable }) => variable === name);
    if (same !== undefined) {
      draft.resolved = [...draft.resolved, { ...same, in: "query" }];
      continue;
    }
    const piece = name.replace(IDENTIFIER_END, "");
    const list = lists.get(pluralKey(piece));
    const record = list === undefined ? undefined : recordOf(list);
    if (list === undefined || list === draft || record === undefined || isAbove(draft, list)) continue;
    if (draft.parent !== undefined && draft.parent !== list) continue;
    const { field, inner } = fieldOfVariable({ variable: name, piece, parameter }, record) ?? {};
    // A placeholder in a query holds plain names only.
    if (field === undefined || inner !== undefined || !/^[A-Za-z_]\w*$/.test(field)) continue;
    const reason = `${field} of the list at ${list.endpoint.path}`;
    draft.parent = list;
    draft.resolved = [...draft.resolved, { variable: name, in: "query", field, inner, reason }];
    decide(draft, `params.${name}`, reason);
  }
}

/** True when a list is the resource or hangs on it, so that neither could run first. */
function isAbove(draft: Draft, list: Draft): boolean {
  for (let above: Draft | undefined = list; above !== undefined; above = above.parent) if (above === draft) return true;
  return false;
}

/** The list of which a path that ends in a variable gives single records: that of the same path without it. */
function listOf({ endpoint }: Draft, slots: readonly Slot[]): Draft | undefined {
  const { pieces } = endpoint.pieces;
  const list = holdsVariable(pieces.at(-1) ?? "") ? slots.at(-1)?.list : undefined;
  return list !== undefined && pathKey(list.endpoint.pieces.pieces) === pathKey(pieces.slice(0, -1)) ? list : undefined;
}

/** Of the lists before the variables, the one that fills most of them; the last of equals. */
function resolvePath(draft: Draft, slots: readonly Slot[]): void {
  const lists = new Set(slots.flatMap(({ list }) => (list === undefined || isAbove(draft, list) ? [] : [list])));
  const ways = [...lists].map((list) => ({ list, fields: withoutRepetition(fieldsFor(slots, list)) }));
  const most = Math.max(0, ...ways.map(({ fields }) => fields.length));
  const best = ways.findLast(({ fields }) => fields.length === most);
  if (best === undefined || most === 0) return;
  draft.parent = best.list;
  draft.resolved = best.fields.map(({ slot, field, inner }) => {
    const { parent } = best.list;
    const carriedFrom =
      parent === undefined ? undefined : best.list.resolved.find((one) => carriedName(parent, one.field) === field);
    if (carriedFrom !== undefined) best.list.include.add(carriedFrom.field);
    const what = inner === undefined ? field : `${inner} of ${field}`;
    const reason = `${what} of the list at ${best.list.endpoint.path}`;
    return { variable: slot.variable, in: "path", field, inner, reason };
  });
  for (const { variable, reason } of draft.resolved) decide(draft, `params.${variable}`, reason);
}

interface Filled extends Field {
  readonly slot: Slot;
}

function fieldsFor(slots: readonly Slot[], list: Draft): readonly Filled[] {
  return slots.flatMap((slot) => {
    const field = fieldFor(slot, list);
    return field === undefined ? [] : [{ slot, ...field }];
  });
}

/** Two variables are not the same field: the one that is called like it keeps it, else the first. */
function withoutRepetition(fields: readonly Filled[]): readonly Filled[] {
  const isNamed = ({ slot, field }: Filled) => wordOf(slot.variable) === wordOf(field);
  return fields.filter((one) => {
    const same = fields.filter(
      ({ field, inner, slot }) => field === one.field && inner === one.inner && slot.variable !== one.slot.variable,
    );
    return (
      same.length === 0 || isNamed(one) || (!same.some(isNamed) && fields.indexOf(one) < fields.indexOf(same[0] ?? one))
    );
  });
}

/** The field of the parent's record that fills a variable. */
function fieldFor(slot: Slot, parent: Draft): Field | undefined {
  const record = recordOf(parent);
  if (record === undefined) return undefined;
  if (slot.list === parent) return fieldOfVariable(slot, record);
  // A variable that stands in the parent's own path, too.
  const { pieces } = parent.endpoint.pieces;
  const isSamePlace = pathKey(pieces.slice(0, slot.at)) === slot.before;
  const own = parent.resolved.find(({ variable }) => isSamePlace && variable === variableAt(parent, slot));
  const field = own?.field ?? "id";
  const held = referenceTo(slot.piece, field.startsWith("_") ? "id" : field, record);
  if (held !== undefined) return { field: held };
  if (own === undefined || own.inner !== undefined || parent.parent === undefined) return undefined;
  return { field: carriedName(parent.parent, own.field) };
}

/** What the parent's path calls a variable that stands at the same place; paths of one API differ in that. */
function variableAt(parent: Draft, slot: Slot): string {
  const piece = parent.endpoint.pieces.pieces[slot.at] ?? "";
  return pathPieces(piece).variables[0] ?? slot.variable;
}

function slotsOf(draft: Draft, { lists, sources }: Lists): readonly Slot[] {
  const { pieces } = draft.endpoint.pieces;
  return pieces.flatMap((piece, index) => {
    const before = pieces.slice(0, index);
    const last = before.at(-1);
    const name = before.findLast((one) => !holdsVariable(one)) ?? "";
    const byPath = lists.get(pathKey(before)) ?? (last === name ? lists.get(rootKey(name)) : undefined);
    return pathPieces(piece).variables.map((variable) => {
      const parameter = draft.endpoint.parameters.find((one) => one.in === "path" && one.name === variable);
      // `{workspace}` and `{workspace_id}` are of the list of workspaces wherever they stand.
      const called = variable.replace(IDENTIFIER_END, "");
      const named = called === "" ? undefined : lists.get(pluralKey(called));
      const isOther = named !== undefined && !entityWord(name).endsWith(entityWord(called));
      const wanted = { variable, piece: name, parameter, at: index, before: pathKey(before) };
      // The list before it is meant all the same where it has the very records that are asked for by it.
      const isOneOf = index === pieces.length - 1 && byPath !== undefined && hasRecordsOf(byPath, draft);
      if (byPath !== undefined && (!isOther || isOneOf)) return { ...wanted, list: byPath };
      if (named !== undefined) return { ...wanted, piece: called, list: named };
      const below = last === name ? sources.get(belowKey(name)) : undefined;
      return { ...wanted, list: below?.slice(0, MOST_SOURCES).find((list) => isCertain(wanted, list)) };
    });
  });
}

/** Lists of one name that are looked at: an API has a few, and many would be looked at for each of many paths. */
const MOST_SOURCES = 50;
const IDENTIFIER_END = /[_-]?(?:id|gid|uuid|slug|key|name)$/i;

function hasRecordsOf(list: Draft, draft: Draft): boolean {
  const [one, many] = [recordOf(draft), recordOf(list)];
  return one !== undefined && many !== undefined && isSameRecord(one, many);
}

interface Lists {
  /**
   * By their path, names in the singular and variables alike, and by their name alone when nothing must be filled for
   * them: by the name as it is, and, where it is a plural, by its singular. The shortest path counts.
   */
  readonly lists: ReadonlyMap<string, Draft>;
  /** Those below other lists by their name: `/organizations/{id}/networks` for `/networks/{id}`. Shorter paths first. */
  readonly sources: ReadonlyMap<string, readonly Draft[]>;
}

/** True where the field of the list's records is sure: of the variable's very name, or an id that no two of them share. */
function isCertain(wanted: Wanted, list: Draft): boolean {
  const record = recordOf(list);
  const { field, inner } = (record && fieldOfVariable(wanted, record)) ?? {};
  if (field === undefined || inner !== undefined) return false;
  return isGlobalId(field) || wordOf(field) === wordOf(wanted.variable);
}

function listsByPath(drafts: readonly Draft[]): Lists {
  const found = new Map<string, Draft>();
  const sources = new Map<string, Draft[]>();
  const depth = ({ endpoint }: Draft) => endpoint.pieces.pieces.length;
  for (const draft of [...drafts].sort((a, b) => depth(a) - depth(b))) {
    const { pieces, variables } = draft.endpoint.pieces;
    const last = pieces.at(-1);
    if (!draft.isList || last === undefined || recordOf(draft) === undefined) continue;
    if (!found.has(pathKey(pieces))) found.set(pathKey(pieces), draft);
    if (holdsVariable(last)) continue;
    if (variables.length > 0) {
      const same = sources.get(belowKey(last));
      if (!isSource(draft)) continue;
      if (same === undefined) sources.set(belowKey(last), [draft]);
      else same.push(draft);
      continue;
    }
    if (!found.has(rootKey(last))) found.set(rootKey(last), draft);
    if (wordOf(singularize(last)) !== wordOf(last) && !found.has(pluralKey(last))) found.set(pluralKey(last), draft);
  }
  return { lists: found, sources };
}

/** True for a list that can run once its path is filled. */
function isSource({ endpoint }: Draft): boolean {
  const needs = endpoint.parameters.some(({ in: place, required }) => place === "query" && required);
  return !needs && !flagAt(endpoint.operation, "deprecated");
}

function belowKey(piece: string): string {
  return `b/${wordOf(singularize(piece))}`;
}

function rootKey(piece: string): string {
  return `*/${wordOf(singularize(piece))}`;
}

function pluralKey(piece: string): string {
  return `s/${wordOf(singularize(piece))}`;
}
