import type { Endpoint } from "../reading/endpoint.ts";
import { compatPathPieces } from "../reading/path-pieces.ts";
import { singularize } from "../words/inflect.ts";
import { snakeCase } from "../words/snake-case.ts";

export interface ResourceNames {
  readonly name: string;
  readonly tableName: string;
}

/**
 * Names of resources and tables, by index: the entity, else the path without what all have in common, else the
 * operation id, each for all endpoints at once until all differ. dlt-init-openapi's rule; equal operation ids stay equal.
 */
export function compatNames(
  endpoints: readonly Endpoint[],
  payloadNames: readonly (string | undefined)[],
  byOperation: boolean,
): readonly ResourceNames[] {
  const entities = endpoints.map(({ pieces }, index) => {
    const payload = payloadNames[index] ?? "";
    return snakeCase(payload === "" ? singularize(pieces.fixed.at(-1) ?? "") : payload);
  });
  if (!byOperation && areDistinct(entities)) return entities.map((name) => ({ name, tableName: name }));

  const prefix = commonPath(endpoints.map(({ path }) => path));
  const fromPaths = endpoints.map(({ path }) => {
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    return snakeCase(compatPathPieces(rest).fixed.join("_"));
  });
  const fromOperations = endpoints.map(({ id }) => snakeCase(id));
  const names = !byOperation && areDistinct(fromPaths) ? fromPaths : fromOperations;
  return names.map((name, index) => ({
    name,
    // Empty where the path is `/` and the entity has no name.
    tableName: entities[index] || (fromPaths[index] ?? ""),
  }));
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** The longest common path in whole pieces, empty ones and `.` left out: Python's `os.path.commonpath`. */
function commonPath(paths: readonly string[]): string {
  const split = paths.map((path) => path.split("/").filter((piece) => piece !== "" && piece !== "."));
  const [first = []] = split;
  const end = first.findIndex((piece, index) => split.some((pieces) => pieces[index] !== piece));
  const common = first.slice(0, end < 0 ? undefined : end);
  return `${paths.every((path) => path.startsWith("/")) ? "/" : ""}${common.join("/")}`;
}
