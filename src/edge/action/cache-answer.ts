import { type CacheAnswer, type CacheRequest, ENTRY_FILE } from "./cache-request.ts";

/**
 * Answers one request. An entry is looked up by its key and never unpacked:
 * `@actions/cache` lets `tar` write wherever the archive says.
 */
export async function answerCacheRequest(request: CacheRequest): Promise<CacheAnswer> {
  try {
    const cache = await import("@actions/cache");
    if (request.do === "save") {
      const id = await cache.saveCache([ENTRY_FILE], request.key);
      return id === -1 ? {} : { key: request.key };
    }
    const key = await cache.restoreCache([ENTRY_FILE], request.prefix, [request.prefix], { lookupOnly: true });
    return key === undefined ? {} : { key };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
