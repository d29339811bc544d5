import { RE2JS } from "re2js";

/** A pattern that was compiled. */
export interface Pattern {
  /** True when it is found anywhere in the text. */
  test(text: string): boolean;
}

/** Compiles a pattern; throws an `Error` for what is none. */
export function compilePattern(pattern: string): Pattern {
  return RE2JS.compile(pattern);
}
