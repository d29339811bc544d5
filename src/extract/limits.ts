/** What protects from the answers of a source, beside the limits of each request. */
export interface ExtractLimits {
  /** Pages of one chain; more are `E_LIMIT`. */
  readonly maxPages: number;
  /** Empty pages in a row after which counting on is an endless loop. */
  readonly maxEmptyPages: number;
  /** Objects and lists inside each other in an answer. */
  readonly maxDepth: number;
  /** Bytes that are no UTF-8: the answer is refused, or they become U+FFFD. */
  readonly encodingErrors: "strict" | "replace";
  /** Characters of a refused request's answer that stand in the error. */
  readonly errorBody: number;
  /** Milliseconds that code of the configuration may take for one page. */
  readonly maxStepMs: number;
}

export const EXTRACT_LIMITS: ExtractLimits = {
  maxPages: 100_000,
  maxEmptyPages: 3,
  maxDepth: 500,
  encodingErrors: "strict",
  errorBody: 0,
  maxStepMs: 60_000,
};
