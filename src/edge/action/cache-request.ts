/**
 * What is asked of the cache service, and the answer: `key` is the key that was found or saved, absent when there was
 * none.
 */
export type CacheRequest =
  | { readonly do: "find"; readonly prefix: string }
  | { readonly do: "save"; readonly key: string };

export interface CacheAnswer {
  readonly key?: string;
  readonly failed?: string;
}

/**
 * The one file of an entry, relative to the folder in which it is saved: the same on all runners, because the cache
 * service takes its path for a part of the key.
 */
export const ENTRY_FILE = "sluice-state.json";

/** A request as it stands on the command line; undefined when the text is none. */
export function readCacheRequest(text: string | undefined): CacheRequest | undefined {
  const value: unknown = JSON.parse(text ?? "null");
  if (typeof value !== "object" || value === null || !("do" in value)) return undefined;
  if (value.do === "find" && "prefix" in value && typeof value.prefix === "string")
    return { do: "find", prefix: value.prefix };
  if (value.do === "save" && "key" in value && typeof value.key === "string") return { do: "save", key: value.key };
  return undefined;
}

/** True for an answer, read from JSON. */
export function isCacheAnswer(value: unknown): value is CacheAnswer {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, each]) => (name === "key" || name === "failed") && typeof each === "string",
  );
}
