/** What is known of a failed statement or connection. */
export interface FailureFacts {
  /** SQLSTATE; undefined when the server did not answer (socket closed, refused, reset). */
  readonly sqlState: string | undefined;
  /** Schema and constraint of a 23505. */
  readonly constraintSchema?: string | undefined;
  readonly constraint?: string | undefined;
}

/**
 * - `retry`: the whole transaction again, after a pause, up to the number of attempts
 * - `retry-once`: the same, once, on a new connection
 * - `reread`: another session made the same object first: read the catalog again and start over
 * - `never`: doing it again gives the same answer
 */
export type RetryClass = "retry" | "retry-once" | "reread" | "never";

const RETRY = new Set(
  ["40001", "40P01", "53300", "53400", "55P03", "55006"].concat(["57P01", "57P02", "57P03", "57P05", "25P03", "58030"]),
);
const RETRY_ONCE = new Set(["57014", "25006"]);
const REREAD = new Set(["42P07", "42701", "42P06"]);

/** Unique indexes of the catalog that two sessions hit when they create the same thing at once. */
const CATALOG_RACES = new Set([
  "pg_namespace_nspname_index",
  "pg_type_typname_nsp_index",
  "pg_class_relname_nsp_index",
]);

/** Which failures are worth another try. Anything not named is not. */
export function retryClass(facts: FailureFacts): RetryClass {
  const state = facts.sqlState;
  if (state === undefined || state.startsWith("08") || RETRY.has(state)) return "retry";
  if (RETRY_ONCE.has(state)) return "retry-once";
  if (REREAD.has(state)) return "reread";
  if (state === "23505" && facts.constraint !== undefined && CATALOG_RACES.has(facts.constraint)) {
    return facts.constraintSchema === undefined || facts.constraintSchema === "pg_catalog" ? "reread" : "never";
  }
  return "never";
}

/** Milliseconds before attempt `attempt` + 1: 0.5 s doubling up to 15 s, between half and all of it. */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(15_000, 500 * 2 ** Math.max(0, attempt - 1));
  return full / 2 + (full / 2) * random;
}
