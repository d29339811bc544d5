/** Median, smallest and largest of some measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Undefined when there is nothing to summarize; what could not be measured (null) is left out. */
export function spreadOf(values: readonly (number | null)[]): Spread | undefined {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const upper = sorted[sorted.length >> 1] ?? max;
  const lower = sorted[(sorted.length - 1) >> 1] ?? min;
  return { median: (lower + upper) / 2, min, max, count: sorted.length };
}

/** How many times `a` is of `b`, both in medians; undefined when one is missing or nothing. */
export function ratio(a: Spread | undefined, b: Spread | undefined): number | undefined {
  if (a === undefined || b === undefined || b.median <= 0) return undefined;
  return a.median / b.median;
}
