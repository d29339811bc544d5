import type { Endpoint } from "../reading/endpoint.ts";
import { isVariable } from "../reading/path-pieces.ts";
import { singularize } from "../words/inflect.ts";

/**
 * The endpoint above each by its path, by index: that of the longest proper prefix that is a path and a list. Pieces are
 * compared in the singular (`/pokemons` is above `/pokemon/{id}`) unless that makes two paths equal. dlt-init-openapi's rule.
 */
export function compatParents(
  endpoints: readonly Endpoint[],
  isList: (index: number) => boolean,
): readonly (number | undefined)[] {
  const singular = endpoints.map(({ pieces }) =>
    pieces.pieces.map((piece) => (isVariable(piece) ? piece : singularize(piece))),
  );
  const distinct = (lists: readonly (readonly string[])[]) => new Set(lists.map((pieces) => pieces.join("/"))).size;
  const paths = new Set(endpoints.map(({ path }) => path)).size;
  const keys = distinct(singular) === paths ? singular : endpoints.map(({ pieces }) => pieces.pieces);

  // With several methods of a path, and several paths of the same pieces, the last one stands for them.
  const byKey = new Map(keys.map((pieces, index) => [keyOf(pieces), index]));
  return keys.map((pieces) => {
    for (let length = pieces.length - 1; length >= 0; length -= 1) {
      const found = byKey.get(keyOf(pieces.slice(0, length)));
      if (found !== undefined && isList(found)) return found;
    }
    return undefined;
  });
}

function keyOf(pieces: readonly string[]): string {
  return JSON.stringify(pieces);
}
