import type { Source } from "../../core/source.ts";
import { WarningLog } from "../../core/warnings.ts";
import { systemClock, systemRandom } from "./system-ports.ts";

export interface SourceProbe {
  readonly resource: string;
  readonly status: number;
  readonly records: number;
}

/**
 * Asks the source for one page, to prove URL and credential: that of the first selected resource without a parent, or
 * of the parent that is needed first. Throws as a run would.
 */
export async function probeSource(source: Source, signal: AbortSignal): Promise<SourceProbe | undefined> {
  const stop = new AbortController();
  let status = 0;
  let asked = "";
  const extraction = source.extract({
    state: {},
    limit: 1,
    signal: AbortSignal.any([signal, stop.signal]),
    clock: systemClock,
    random: systemRandom,
    warn: new WarningLog().warn,
    onRequest: (request) => {
      if (request.status === 0 || status !== 0) return;
      status = request.status;
      asked = request.resource;
    },
  });
  try {
    for await (const page of extraction.pages) {
      stop.abort();
      return { resource: page.resource, status, records: page.records.length };
    }
    return status === 0 ? undefined : { resource: asked, status, records: 0 };
  } finally {
    stop.abort();
  }
}
