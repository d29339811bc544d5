/** A path in pieces between slashes, variables told apart. */
export interface PathPieces {
  readonly pieces: readonly string[];
  /** Names of the variables, in order. */
  readonly variables: readonly string[];
  /** Pieces that are no variables, in order. */
  readonly fixed: readonly string[];
}

/**
 * `/projects/{id}/jobs` -> `projects`, `{id}`, `jobs`. `/` gives one empty piece, the empty text none. With `cutAtDot`
 * as the reference does it: everything from the first dot on is ignored.
 */
export function pathPieces(path: string, cutAtDot: boolean): PathPieces {
  const kept = cutAtDot ? path.slice(0, path.includes(".") ? path.indexOf(".") : undefined) : path;
  const pieces = path === "" ? [] : kept.replace(/^\/+|\/+$/g, "").split("/");
  return {
    pieces,
    variables: pieces.filter(isVariable).map((piece) => piece.trim().slice(1, -1).trim()),
    fixed: pieces.filter((piece) => !isVariable(piece)),
  };
}

/** True for `{name}`. */
export function isVariable(piece: string): boolean {
  const trimmed = piece.trim();
  return trimmed.length > 1 && trimmed.startsWith("{") && trimmed.endsWith("}");
}

/** A path that does not end in a variable may be that of a list. */
export function looksLikeList(path: PathPieces): boolean {
  const last = path.pieces.at(-1);
  return last !== undefined && !isVariable(last);
}
