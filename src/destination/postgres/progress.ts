/** What the transaction of a load did to rows so far. Thrown away when it is rolled back. */
export interface Progress {
  /** Rows copied, by table. */
  readonly copied: Map<string, number>;
  /** Bytes copied, by table. */
  readonly bytes: Map<string, number>;
  /** Rows deleted, by table. */
  readonly deleted: Map<string, number>;
  /** Received rows that gave way to a later one with the same key, by root table. */
  readonly duplicates: Map<string, number>;
  /** What was copied of files while they were still being written, by path. Empty in an ordinary load. */
  readonly early: Map<string, CopiedPart>;
  /** Files copied. */
  files: number;
  /** Merges begun: each has temporary tables of its own. */
  merges: number;
}

/** The beginning of a file, up to the end of a row. */
export interface CopiedPart {
  readonly rows: number;
  readonly bytes: number;
}

export function createProgress(): Progress {
  return {
    copied: new Map(),
    bytes: new Map(),
    deleted: new Map(),
    duplicates: new Map(),
    early: new Map(),
    files: 0,
    merges: 0,
  };
}

export function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
