import { InternalError } from "../core/errors.ts";
import type { Pattern } from "./re2.ts";

/** Compiles a pattern; throws an `Error` for what is none. */
export type PatternEngine = (pattern: string) => Pattern;

/**
 * Patterns of `matches()` in RE2's syntax, as CEL has it: the time for a text grows with its length alone, whatever the
 * pattern, where those of JavaScript can take for ever. The engine takes as long to load as a small command, so it is
 * loaded for configurations that have patterns: see {@link withPatterns}.
 */
let engine: PatternEngine | undefined;
let isWanted = false;

export function setPatternEngine(given: PatternEngine): void {
  engine = given;
}

/** Gives the result of the work; where it has met a pattern without an engine, loads that and does the work again. */
export async function withPatterns<T>(work: () => T): Promise<T> {
  isWanted = false;
  const first = attempt(work);
  if (isWanted && engine === undefined) {
    const { compilePattern } = await import("./re2.ts");
    setPatternEngine(compilePattern);
    return work();
  }
  if ("error" in first) throw first.error;
  return first.value;
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** Throws an `Error` for a pattern that cannot be used; without an engine nothing is said yet. */
export function checkPattern(pattern: string | undefined): void {
  if (engine === undefined) isWanted = true;
  else if (pattern !== undefined) compiled(pattern, engine);
}

/** True when the pattern is found in the text. Throws an `Error` for what is no pattern. */
export function matchesPattern(text: string, pattern: string): boolean {
  if (engine === undefined) throw new InternalError("E_INTERNAL", "patterns were not loaded");
  return compiled(pattern, engine).test(text);
}

/** Patterns that come out of records are many; those that are written in expressions a few. */
const MOST_KEPT = 100;
const kept = new Map<string, Pattern>();

function compiled(pattern: string, by: PatternEngine): Pattern {
  let found = kept.get(pattern);
  if (found === undefined) {
    found = by(pattern);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(pattern, found);
  }
  return found;
}
