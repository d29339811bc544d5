import type { ServerOptions } from "./options.ts";

/** One answered request. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly t: number;
  readonly m: string;
  readonly url: string;
  /** 0 when the connection was cut before an answer. */
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  readonly auth: string | null;
  readonly ua: string | null;
  /** `hit`, `fault`, `slow`, `reset`, `truncate`, `ratelimit`, `applimit`. */
  readonly tag?: string;
}

export interface TrafficCounts {
  requests: number;
  byStatus: Record<string, number>;
  byRoute: Record<string, number>;
  bytes: number;
  cacheHits: number;
  faults: number;
  rateLimited: number;
  inFlight: number;
  maxInFlight: number;
  started: number;
}

/** What the server has done: counters, and the last requests. */
export interface Traffic {
  readonly counts: TrafficCounts;
  begin(): number;
  note(entry: Omit<LogEntry, "t">, route: string | undefined): void;
  /** Oldest first. */
  log(): readonly LogEntry[];
  reset(): void;
}

export function createTraffic(options: ServerOptions): Traffic {
  const counts: TrafficCounts = { ...fresh(), inFlight: 0 };
  const ring: LogEntry[] = [];
  let oldest = 0;
  return {
    counts,
    begin: () => {
      counts.requests += 1;
      counts.inFlight += 1;
      counts.maxInFlight = Math.max(counts.maxInFlight, counts.inFlight);
      return counts.requests;
    },
    note: (entry, route) => {
      counts.byStatus[entry.status] = (counts.byStatus[entry.status] ?? 0) + 1;
      counts.bytes += entry.bytes;
      counts.inFlight -= 1;
      if (route !== undefined) counts.byRoute[route] = (counts.byRoute[route] ?? 0) + 1;
      const full = { t: Date.now(), ...entry };
      if (ring.length < options.logSize) {
        ring.push(full);
      } else {
        ring[oldest] = full;
        oldest = (oldest + 1) % options.logSize;
      }
    },
    log: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    reset: () => {
      Object.assign(counts, fresh());
      ring.length = 0;
      oldest = 0;
    },
  };
}

function fresh(): Omit<TrafficCounts, "inFlight"> {
  return {
    requests: 0,
    byStatus: {},
    byRoute: {},
    bytes: 0,
    cacheHits: 0,
    faults: 0,
    rateLimited: 0,
    maxInFlight: 0,
    started: Date.now(),
  };
}
