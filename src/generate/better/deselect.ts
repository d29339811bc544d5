import type { Endpoint } from "../reading/endpoint.ts";
import { holdsVariable } from "../reading/path-pieces.ts";
import { whyNoRecords } from "./answer-form.ts";
import { type Draft, decide, parentsFirst, recordOf } from "./draft.ts";
import { isSameRecord } from "./records.ts";
import { widerLists } from "./shared-records.ts";

/** Takes out what brings rows that another resource brings, and what cannot run before values are filled in. */
export function deselect(drafts: readonly Draft[]): void {
  for (const draft of drafts) deselectRepetition(draft);
  const widerList = widerLists(drafts);
  for (const draft of drafts) deselectPart(draft, widerList(draft));
  for (const draft of drafts) {
    const isEmpty = recordOf(draft) === undefined ? whyNoRecords(draft.endpoint.responses) : undefined;
    const reason = isEmpty ?? whyUnsafe(draft.endpoint);
    if (reason === undefined) continue;
    draft.selected = false;
    decide(draft, "selected", reason);
  }
  for (const draft of drafts) {
    const { method } = draft.endpoint;
    if (method === "GET") continue;
    draft.selected = false;
    const body = draft.json === undefined ? ", and give its body as endpoint.json if it wants one" : "";
    decide(draft, "selected", `${method} may change something: select it when it only reads${body}`);
  }
  const unfilled = new Set<Draft>();
  for (const draft of parentsFirst(drafts)) {
    const misses = [...draft.params, ...draft.headers].some(({ fillIn }) => fillIn);
    const above = draft.parent !== undefined && unfilled.has(draft.parent) ? draft.parent : undefined;
    if (!misses && above === undefined && draft.blocked === undefined) continue;
    unfilled.add(draft);
    draft.selected = false;
    if (draft.blocked !== undefined) decide(draft, "selected", draft.blocked);
    if (misses || above === undefined) continue;
    const first = above.blocked === undefined ? "filled in" : "made to run";
    decide(draft, "selected", `${above.name}, from which it takes values, must be ${first} first`);
  }
}

/** Rows that a list above brings, too, in the same table, are loaded once: `/jobs` for `/pipelines/{id}/jobs` of a project. */
function deselectPart(draft: Draft, wider: Draft | undefined): void {
  if (wider === undefined || !draft.selected || !wider.selected || draft.tableName !== wider.tableName) return;
  const isSameKey = draft.primaryKey.length > 0 && draft.primaryKey.join() === wider.primaryKey.join();
  if (!isSameKey || [...wider.params, ...wider.headers].some(({ fillIn }) => fillIn)) return;
  draft.selected = false;
  decide(draft, "selected", `${wider.name} brings the same rows in fewer requests`);
}

/** Some APIs act on GET: `/apps.uninstall`, `/sessions/{id}/logout`. A load must not. */
function whyUnsafe({ pieces }: Endpoint): string | undefined {
  const words = (pieces.pieces.at(-1) ?? "").replace(/([a-z])([A-Z])/g, "$1 $2").split(/[^A-Za-z]+/);
  const verb = words.at(-1)?.toLowerCase() ?? "";
  if (!ACTIONS.has(verb) || holdsVariable(pieces.pieces.at(-1) ?? "")) return undefined;
  return `${verb} may change something: select it when it only reads`;
}

const ACTIONS = new Set(
  "cancel clear delete destroy disable enable logout purge remove reset restart revoke signout start stop uninstall unsubscribe".split(
    " ",
  ),
);

/**
 * Of a list and the endpoint for single ones of it, what one has and the other has, too, is loaded once; the list may stand
 * elsewhere (`/teams/{id}/sections` of `/sections/{id}`).
 */
function deselectRepetition(draft: Draft): void {
  const isOne = !draft.isList && holdsVariable(draft.endpoint.pieces.pieces.at(-1) ?? "");
  const list = draft.list ?? (isOne ? draft.parent : undefined);
  const [one, many] = [recordOf(draft), list === undefined ? undefined : recordOf(list)];
  if (list === undefined || draft.parent !== list || one === undefined || many === undefined) return;
  if (isSameRecord(one, many)) {
    if (draft.selected) decide(draft, "selected", `${list.name} brings the same rows in fewer requests`);
    draft.selected = false;
  } else if (draft.selected && draft.tableName === list.tableName) {
    const holdsAll = [...many.allProperties.keys()].every((name) => one.allProperties.has(name));
    if (!holdsAll || !list.selected) return;
    decide(list, "selected", `${draft.name} brings the same records with more fields; this says which there are`);
    list.selected = false;
  }
}
