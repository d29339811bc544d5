import type { WarningCode } from "./error-codes.ts";

/** A warning is a value, collected in the trace; equal code and subject add up. */
export interface Warning {
  readonly code: WarningCode;
  /** What it is about: a resource, a `table.column`, a URL path. */
  readonly subject: string;
  readonly count: number;
  /** One line more, when the code's own meaning does not say enough; several different ones are joined by commas. */
  readonly detail?: string;
}

export type Warn = (code: WarningCode, subject: string, options?: { count?: number; detail?: string }) => void;

/** How many different details of one warning are told. */
const MOST_DETAILS = 3;

/** Collects warnings, adding up those of equal code and subject in order of first appearance. */
export class WarningLog {
  readonly #byKey = new Map<string, Warning & { readonly details: Set<string> }>();

  readonly warn: Warn = (code, subject, options = {}) => {
    const key = `${code}\0${subject}`;
    const old = this.#byKey.get(key);
    const details = old?.details ?? new Set();
    if (options.detail !== undefined && details.size < MOST_DETAILS) details.add(options.detail);
    this.#byKey.set(key, { code, subject, count: (old?.count ?? 0) + (options.count ?? 1), details });
  };

  get all(): readonly Warning[] {
    return [...this.#byKey.values()].map(({ details, ...warning }) =>
      details.size === 0 ? warning : { ...warning, detail: [...details].join(", ") },
    );
  }
}
