import type { Source } from "../../core/source.ts";
import type { Warn } from "../../core/warnings.ts";
import { systemClock, systemRandom } from "./system-ports.ts";

export interface SourceProbe {
  readonly resource: string;
  readonly status: number;
  readonly records: number;
}

/**
 * Asks the source for one page, to prove URL and credential: the first page of a selected resource, and what is needed
 * to ask for it. Throws as a run would. Give a source that sends one request at a time.
 */
export async function probeSource(source: Source, signal: AbortSignal, warn: Warn): Promise<SourceProbe | undefined> {
  const stop = new AbortController();
  const statuses = new Map<string, number>();
  const extraction = source.extract({
    state: {},
    limit: 1,
    signal: AbortSignal.any([signal, stop.signal]),
    clock: systemClock,
    random: systemRandom,
    warn,
    onRequest: (request) => {
      if (request.status !== 0) statuses.set(request.resource, request.status);
    },
  });
  try {
    for await (const page of extraction.pages) {
      // Records of the configuration prove nothing.
      if (!statuses.has(page.resource)) continue;
      stop.abort();
      return { resource: page.resource, status: statuses.get(page.resource) ?? 0, records: page.records.length };
    }
    // No page with a record in it.
    const [last] = [...statuses].reverse();
    return last === undefined ? undefined : { resource: last[0], status: last[1], records: 0 };
  } finally {
    stop.abort();
  }
}
