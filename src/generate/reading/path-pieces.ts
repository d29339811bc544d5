/** A path in pieces between slashes, variables told apart. */
export interface PathPieces {
  readonly pieces: readonly string[];
  /** Names of the variables, in order. */
  readonly variables: readonly string[];
  /** Pieces that are no variables, in order. */
  readonly fixed: readonly string[];
}

/**
 * `/projects/{id}/jobs` -> `projects`, `{id}`, `jobs`, as the reference does it: everything from the first dot on is
 * ignored, `/` gives one empty piece, the empty text none.
 */
export function compatPathPieces(path: string): PathPieces {
  const kept = path.slice(0, path.includes(".") ? path.indexOf(".") : undefined);
  const pieces = path === "" ? [] : kept.replace(/^\/+|\/+$/g, "").split("/");
  return {
    pieces,
    variables: pieces.filter(isVariable).map((piece) => piece.trim().slice(1, -1).trim()),
    fixed: pieces.filter((piece) => !isVariable(piece)),
  };
}

/**
 * The pieces of a path without query, fragment and a file ending (`.json`). A piece that holds a variable beside other
 * text (`{id}.json`, `{name}:search`) counts as a variable.
 */
export function pathPieces(path: string): PathPieces {
  const [plain = ""] = path.split(/[?#]/);
  const pieces = plain
    .replace(/\.(?:json|xml|csv|\{format\})$/i, "")
    .split("/")
    .filter((piece) => piece !== "");
  return {
    pieces,
    variables: [...path.matchAll(/\{([^{}]+)\}/g)].map((match) => (match[1] ?? "").trim()),
    fixed: pieces.filter((piece) => !piece.includes("{")),
  };
}

/** True for `{name}`. */
export function isVariable(piece: string): boolean {
  const trimmed = piece.trim();
  return trimmed.length > 1 && trimmed.startsWith("{") && trimmed.endsWith("}");
}

/** True for `{name}` and `{name}:search`. */
export function holdsVariable(piece: string): boolean {
  return piece.includes("{");
}

/** A path that does not end in a variable may be that of a list. */
export function looksLikeList(path: PathPieces): boolean {
  const last = path.pieces.at(-1);
  return last !== undefined && !isVariable(last);
}
