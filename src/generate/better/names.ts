import type { Endpoint } from "../reading/endpoint.ts";
import { holdsVariable } from "../reading/path-pieces.ts";
import { textAt } from "../reading/scalars.ts";
import { singularName } from "../words/singular.ts";
import { snakeCase } from "../words/snake-case.ts";

/**
 * Names of resources, by index: the operation id, which the document's maker keeps, else the path. A name depends on no
 * other endpoint, so that it stays when the document grows; only one that is taken gets a number.
 */
export function resourceNames(endpoints: readonly Endpoint[]): readonly string[] {
  const taken = new Set<string>();
  return endpoints.map((endpoint) => unique(ownName(endpoint), taken));
}

/** The name, or the name with the first number that makes it new; kept as taken. */
export function unique(name: string, taken: Set<string>): string {
  let found = name;
  for (let number = 2; taken.has(found); number += 1) found = `${name}_${number}`;
  taken.add(found);
  return found;
}

function ownName({ operation, method, pieces }: Endpoint): string {
  // `orgs/list-members`: what separates words in an operation id separates them in the name.
  const id = snakeCase((textAt(operation, "operationId") ?? "").replace(/[^\p{L}\p{N}]+/gu, "_"));
  if (id !== "") return id;
  const words = pieces.fixed.map(snakeCase).filter((word) => word !== "");
  const last = pieces.pieces.at(-1) ?? "";
  if (holdsVariable(last)) words.push("by", snakeCase(pieces.variables.at(-1) ?? ""));
  return [...(method === "GET" ? [] : [method.toLowerCase()]), ...(words.length === 0 ? ["root"] : words)].join("_");
}

/** The table of an entity: its component or title, else the last name of the path in the singular, else the resource. */
export function tableName(entity: string, { pieces, method }: Endpoint, resource: string): string {
  // `POST /orders/search` gives orders.
  const isSearch = method !== "GET" && /^_?(?:search|query|list|find|filter|lookup)$/i.test(pieces.fixed.at(-1) ?? "");
  const thing = pieces.fixed.at(isSearch && pieces.fixed.length > 1 ? -2 : -1) ?? "";
  return snakeCase(entity) || singularName(thing) || resource;
}
