import type { TokenMemory } from "./auth/token-memory.ts";

/**
 * What a source keeps from one extraction to the next, in this process only: windows of a range are extractions of their
 * own, and must neither log in again for each nor forget how fast they may ask.
 */
export interface SourceMemory {
  /** By `auth` section where that is shared, else by resource. */
  readonly tokens: Map<unknown, TokenMemory>;
  /** By origin: how long the next request waits, in milliseconds. */
  readonly rates: Map<string, () => number>;
}

export function createSourceMemory(): SourceMemory {
  return { tokens: new Map(), rates: new Map() };
}
