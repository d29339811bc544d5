/** What a user may decide about values that PostgreSQL or a key cannot take. */
export interface DataRules {
  /** A record without a value in a key column ends the run, or is left out and counted. */
  readonly onNullKey: "fail" | "skip";
  /** An integer beyond 64 bits ends the run, goes to a `numeric` column, or to a text column. */
  readonly onBigInteger: "refuse" | "numeric" | "text";
  /** A usable `_dlt_id` in the data is kept, or replaced like the other system columns. */
  readonly reservedFields: "keep" | "regenerate";
  /** A lone surrogate ends the run, as in dlt, instead of becoming U+FFFD. */
  readonly refuseSurrogates: boolean;
}

export const DEFAULT_DATA_RULES: DataRules = {
  onNullKey: "fail",
  onBigInteger: "refuse",
  reservedFields: "keep",
  refuseSurrogates: false,
};
