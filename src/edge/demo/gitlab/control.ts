import type { ServerResponse } from "node:http";
import { JSON_HEADERS } from "./answer.ts";
import { expectedRows } from "./expected.ts";
import { setOptions } from "./options.ts";
import type { Sample } from "./sample.ts";
import type { Query } from "./types.ts";

/** The endpoints that steer the server: `/__health`, `/__config`, `/__stats`, `/__log`, `/__reset`, `/__day`, `/__set`, `/__expected`. */
export function answerControl(sample: Sample, response: ServerResponse, path: string, query: Query): void {
  const answer = CONTROLS.get(path);
  const value = answer === undefined ? { error: "unknown control path" } : answer(sample, query);
  const body = Buffer.from(JSON.stringify(value, null, 1));
  response.writeHead(answer === undefined ? 404 : 200, [...JSON_HEADERS, "Content-Length", String(body.length)]);
  response.end(body);
}

/** Forgets counters, log, limits and faults so far. */
export function resetTraffic(sample: Sample): void {
  sample.traffic.reset();
  sample.faults.reset();
  sample.limits.reset();
}

/** Changes options of the running server by their command line names. */
export function changeOptions(sample: Sample, changes: Readonly<Record<string, string | undefined>>): void {
  setOptions(sample.options, changes);
  sample.faults.reset();
  sample.limits.reset();
}

const CONTROLS: ReadonlyMap<string, (sample: Sample, query: Query) => unknown> = new Map([
  ["/__health", (sample: Sample): unknown => ({ ok: true, day: sample.day })],
  ["/__config", (sample: Sample): unknown => ({ options: sample.options, world: sample.world })],
  ["/__stats", stats],
  ["/__log", log],
  [
    "/__reset",
    (sample: Sample): unknown => {
      resetTraffic(sample);
      return { ok: true };
    },
  ],
  [
    "/__day",
    (sample: Sample, query: Query): unknown => {
      sample.setDay(Number(query.set || sample.day));
      return { day: sample.day };
    },
  ],
  [
    "/__set",
    (sample: Sample, query: Query): unknown => {
      changeOptions(sample, query);
      return sample.options;
    },
  ],
  ["/__expected", (sample: Sample): unknown => ({ day: sample.day, rows: expectedRows(sample.store) })],
]);

function stats(sample: Sample): unknown {
  const { user, system } = process.cpuUsage();
  return {
    ...sample.traffic.counts,
    cacheEntries: sample.cache.size,
    cacheBytes: sample.cache.bytes,
    lists: sample.store.size,
    day: sample.day,
    rss: process.memoryUsage().rss,
    cpuSeconds: (user + system) / 1e6,
  };
}

function log(sample: Sample, query: Query): unknown {
  const { match } = query;
  const all = sample.traffic.log();
  const matching = match ? all.filter((entry) => entry.url.includes(match)) : all;
  return matching.slice(-(Number(query.limit) || 1000));
}
