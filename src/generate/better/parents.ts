import { holdsVariable, pathPieces } from "../reading/path-pieces.ts";
import { singularize } from "../words/inflect.ts";
import { pathKey } from "./detect.ts";
import { type Draft, decide, recordOf } from "./draft.ts";
import { fieldOfVariable, referenceTo } from "./fields.ts";
import { wordOf } from "./words.ts";

/** A path variable with the list that stands before it. */
interface Slot {
  readonly variable: string;
  /** Index of its piece. */
  readonly at: number;
  /** The piece of the path before it. */
  readonly piece: string;
  readonly list: Draft | undefined;
}

/**
 * Finds the parent of each resource and the fields that fill its path variables. A variable is filled from the list that
 * stands before it in the path (`/projects` for `{id}` of `/projects/{id}/badges/{badge_id}`), never from one below it.
 * rest_api takes all values from one parent: that of the last variable; what the earlier ones need must stand in its
 * records, or is carried there by `include_from_parent`.
 */
export function resolveParents(drafts: readonly Draft[]): void {
  const lists = listsByPath(drafts);
  // Shorter paths first, so that a parent knows its own variables before its children ask.
  const ordered = [...drafts].sort((a, b) => a.endpoint.pieces.pieces.length - b.endpoint.pieces.pieces.length);
  for (const draft of ordered) {
    const slots = slotsOf(draft, lists);
    const nearest = slots.findLast(({ list }) => list !== undefined && list !== draft);
    draft.list = holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "") ? slots.at(-1)?.list : undefined;
    if (nearest?.list === undefined) continue;
    resolveFrom(draft, nearest.list, slots);
  }
}

function resolveFrom(draft: Draft, parent: Draft, slots: readonly Slot[]): void {
  const record = recordOf(parent);
  if (record === undefined) return;
  const resolved = slots.flatMap((slot) => {
    const field = fieldFor(slot, parent);
    if (field === undefined) return [];
    return [{ variable: slot.variable, field, reason: `${field} of the list at ${parent.endpoint.path}` }];
  });
  if (resolved.length === 0) return;
  draft.parent = parent;
  draft.resolved = resolved;
  for (const { variable, reason } of resolved) decide(draft, `params.${variable}`, reason);
}

/** The field of the parent's record that fills a variable. */
function fieldFor(slot: Slot, parent: Draft): string | undefined {
  const record = recordOf(parent);
  if (record === undefined) return undefined;
  if (slot.list === parent) return fieldOfVariable(slot.variable, slot.piece, record);
  // A variable that stands in the parent's own path, too.
  const own = parent.resolved.find(({ variable }) => variable === variableAt(parent, slot));
  const field = own?.field ?? "id";
  const held = referenceTo(slot.piece, field.startsWith("_") ? "id" : field, record);
  if (held !== undefined) return held;
  if (own === undefined || parent.parent === undefined) return undefined;
  parent.include.add(own.field);
  return `_${parent.parent.name}_${own.field}`;
}

/** What the parent's path calls a variable that stands at the same place; paths of one API differ in that. */
function variableAt(parent: Draft, slot: Slot): string {
  const piece = parent.endpoint.pieces.pieces[slot.at] ?? "";
  return pathPieces(piece).variables[0] ?? slot.variable;
}

function slotsOf(draft: Draft, lists: ReadonlyMap<string, Draft>): readonly Slot[] {
  const { pieces } = draft.endpoint.pieces;
  return pieces.flatMap((piece, index) => {
    const variables = pathPieces(piece).variables;
    const before = pieces.slice(0, index);
    const last = before.at(-1);
    const list =
      last === undefined || holdsVariable(last) ? undefined : (lists.get(pathKey(before)) ?? lists.get(rootKey(last)));
    return variables.map((variable) => ({
      variable,
      at: index,
      piece: last ?? "",
      list: list === draft ? undefined : list,
    }));
  });
}

/** Lists by their path, names in the singular and variables alike, and by their name alone when nothing must be filled for them. */
function listsByPath(drafts: readonly Draft[]): ReadonlyMap<string, Draft> {
  const found = new Map<string, Draft>();
  for (const draft of drafts) {
    const { pieces, variables } = draft.endpoint.pieces;
    const last = pieces.at(-1);
    if (!draft.isList || last === undefined || holdsVariable(last)) continue;
    if (!found.has(pathKey(pieces))) found.set(pathKey(pieces), draft);
    if (variables.length === 0 && !found.has(rootKey(last))) found.set(rootKey(last), draft);
  }
  return found;
}

function rootKey(piece: string): string {
  return `*/${wordOf(singularize(piece))}`;
}
