import type { ApiResponse, Endpoint } from "../reading/endpoint.ts";
import { holdsVariable } from "../reading/path-pieces.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { singularize } from "../words/inflect.ts";
import type { Found } from "./draft.ts";
import { pageParameters } from "./page-parameters.ts";
import { paginators } from "./paginator.ts";
import { findRecords } from "./records.ts";
import { wordOf } from "./words.ts";

/** Looks at every endpoint by itself: its answer, its records, its pages. */
export function detectEndpoints(endpoints: readonly Endpoint[]): readonly Found[] {
  const singles = singleRecords(endpoints);
  const findPaginator = paginators();
  return endpoints.map((endpoint) => {
    const response = dataResponse(endpoint.responses);
    const { cursors, offsets, pages } = pageParameters(endpoint);
    const byPath = looksLikeList(endpoint);
    const schema = response?.schema;
    const single = singles.get(exactKey(endpoint.pieces.pieces));
    const paged = cursors.length + offsets.length + pages.length > 0;
    const records =
      schema === undefined ? undefined : findRecords(schema, { path: endpoint.pieces, byPath, paged, single });
    const isList = records?.isList ?? byPath;
    // What stands in a record says nothing of pages.
    const envelope = records === undefined || records.path.length === 0 ? undefined : schema;
    const paginator = isList ? findPaginator(endpoint, response, envelope) : undefined;
    return { endpoint, response, records, isList, paginator };
  });
}

/** Of `200`, else another of status 2xx with a schema, else `default`, unless that is an error by its name. */
export function dataResponse(responses: readonly ApiResponse[]): ApiResponse | undefined {
  const good = responses.filter(({ status }) => /^2/.test(status));
  return (
    good.find(({ status, schema }) => status === "200" && schema !== undefined) ??
    good.find(({ schema }) => schema !== undefined) ??
    good[0] ??
    responses.find(({ status, schema }) => status === "default" && !/error|problem|fault/i.test(schema?.name ?? ""))
  );
}

/** Records of the endpoints for one of a list, by the path of the list. */
function singleRecords(endpoints: readonly Endpoint[]): ReadonlyMap<string, SchemaNode> {
  const found = new Map<string, SchemaNode>();
  for (const endpoint of endpoints) {
    const { pieces } = endpoint.pieces;
    if (!holdsVariable(pieces.at(-1) ?? "") || pieces.length < 2) continue;
    const schema = dataResponse(endpoint.responses)?.schema;
    const key = exactKey(pieces.slice(0, -1));
    if (schema === undefined || found.has(key)) continue;
    const hints = { path: endpoint.pieces, byPath: false, paged: false, single: undefined };
    const records = findRecords(schema, hints);
    if (!records.isList) found.set(key, records.schema);
  }
  return found;
}

function looksLikeList({ pieces }: Endpoint): boolean {
  const last = pieces.pieces.at(-1);
  return last !== undefined && !holdsVariable(last);
}

/** Variables alike: `/account` is not the list of `/accounts/{account}`. */
function exactKey(pieces: readonly string[]): string {
  return pieces.map((piece) => (holdsVariable(piece) ? "{}" : piece)).join("/");
}

/** Pieces in the singular, variables alike. */
export function pathKey(pieces: readonly string[]): string {
  return pieces.map((piece) => (holdsVariable(piece) ? "{}" : wordOf(singularize(piece)))).join("/");
}
