import { once } from "node:events";
import { changeOptions, resetTraffic } from "./control.ts";
import { expectedRows } from "./expected.ts";
import { SERVER_DEFAULTS, type ServerOptions, WORLD_DEFAULTS, type WorldOptions } from "./options.ts";
import { createSample } from "./sample.ts";
import { createSampleServer } from "./server.ts";
import type { LogEntry, TrafficCounts } from "./traffic.ts";

export interface StartOptions {
  /** A free port is taken unless one is given. */
  readonly server?: Partial<ServerOptions>;
  readonly world?: Partial<WorldOptions>;
}

/** A sample GitLab that answers, and how to steer it. */
export interface SampleGitlab {
  /** `http://127.0.0.1:40001`; the API is below `/api/v4`. */
  readonly url: string;
  readonly port: number;
  /** Sees everything. */
  readonly token: string;
  readonly counts: Readonly<TrafficCounts>;
  setDay(day: 1 | 2): void;
  /** Changes options: `{ "fail-first": "1", "fail-kind": "502" }`. */
  set(changes: Readonly<Record<string, string>>): void;
  /** Forgets counters, log, limits and faults so far. */
  reset(): void;
  /** The last requests, oldest first. */
  log(): readonly LogEntry[];
  /** Rows a stream that a complete load yields today. */
  expectedRows(): Readonly<Record<string, number>>;
  prewarm(): { readonly records: number; readonly ms: number };
  /** Ends open connections too. */
  stop(): Promise<void>;
}

/** Starts a sample GitLab in this process. Nothing is made before it is asked for. */
export async function startSampleGitlab(options: StartOptions = {}): Promise<SampleGitlab> {
  const sample = createSample({
    server: { ...SERVER_DEFAULTS, port: 0, ...options.server },
    world: { ...WORLD_DEFAULTS, ...options.world },
  });
  const server = createSampleServer(sample);
  server.listen(sample.options.port, sample.options.host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : sample.options.port;
  return {
    url: `http://${sample.options.host}:${port}`,
    port,
    token: sample.options.token,
    counts: sample.traffic.counts,
    setDay: (day) => sample.setDay(day),
    set: (changes) => changeOptions(sample, changes),
    reset: () => resetTraffic(sample),
    log: () => sample.traffic.log(),
    expectedRows: () => expectedRows(sample.store),
    prewarm: () => sample.prewarm(),
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
