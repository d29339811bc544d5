/**
 * One thing wrong in a configuration. Checks collect faults instead of throwing, so that a user sees all of them at
 * once; `explain.ts` turns them into a message with file, line and key path.
 */
export interface Fault {
  /** Where: keys and indexes from the top of the checked document, `["source", "resources", 3, "endpoint", "path"]`. */
  readonly path: readonly (string | number)[];
  /** The word of the rest-api specification, section 11: `unknown_key`, `missing_key`, `type`, `unknown_type`, ... */
  readonly reason: string;
  /** What is wrong, quoting the offending names; no full stop, no path. */
  readonly message: string;
  /** What to write instead: `did you mean "page_number"?` */
  readonly suggestion?: string;
}
