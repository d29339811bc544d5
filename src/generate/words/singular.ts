import { singularize } from "./inflect.ts";
import { snakeCase } from "./snake-case.ts";

/**
 * The singular of a piece of a path as a name that people read: `databases` -> `database`. Where the table of
 * `singularize`, to which compat mode is bound, has odd answers (`status` -> `statu`, `data` -> `datum`, `waves` -> `wafe`),
 * the word stays or loses its `s`.
 */
export function singularName(piece: string): string {
  const name = snakeCase(piece);
  if (/(?:ss|us|is|a|analytics|statistics|diagnostics)$/.test(name)) return name;
  const losesOnlyS = /(?:bases|caches|cookies|ves)$/.test(name) && !IRREGULAR.test(name);
  return losesOnlyS ? name.slice(0, -1) : singularize(name);
}

/** The few words whose `ves` comes from an `f`. */
const IRREGULAR = /(?:^|_)(?:knives|wives|lives|leaves|shelves|halves|calves|thieves|wolves|loaves)$/;
