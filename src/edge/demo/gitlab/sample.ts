import type { Answer } from "./answer.ts";
import { createFaults, type Faults } from "./faults.ts";
import type { SampleGitlabOptions, ServerOptions, WorldOptions } from "./options.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { buildRoutes, createMatcher } from "./routes/routes.ts";
import { createStore, nowhere, type Store } from "./store.ts";
import { createTraffic, type Traffic } from "./traffic.ts";
import type { Route } from "./types.ts";
import { World } from "./world/world.ts";

/** All that the server knows and remembers; the server itself is only its mouth. */
export interface Sample {
  readonly options: ServerOptions;
  readonly world: WorldOptions;
  readonly store: Store;
  readonly match: (segments: readonly string[]) => Route | undefined;
  readonly traffic: Traffic;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly cache: AnswerCache;
  readonly day: number;
  /** Changes the day; lists and kept answers are made anew. Other days than 1 and 2 change nothing. */
  setDay(day: number): void;
  /** Makes the records of the big lists. */
  prewarm(): { readonly records: number; readonly ms: number };
}

export function createSample({ server: options, world }: SampleGitlabOptions): Sample {
  const routes = buildRoutes();
  const worlds = new Map([1, 2].map((day) => [day, new World(world, day === 2 ? 2 : 1)]));
  let store = createStore(new World(world, options.day === 2 ? 2 : 1), options, routes);
  const cache = createAnswerCache(options);
  return {
    options,
    world,
    match: createMatcher(routes),
    traffic: createTraffic(options),
    faults: createFaults(options),
    limits: createRateLimits(options),
    cache,
    get store() {
      return store;
    },
    get day() {
      return store.world.day;
    },
    setDay: (day) => {
      const chosen = worlds.get(day);
      if (chosen === undefined) return;
      store = createStore(chosen, options, routes);
      cache.clear();
    },
    prewarm: () => prewarm(store),
  };
}

/** Answers by role and URL, the oldest given up beyond `cacheMb`. */
export interface AnswerCache {
  readonly size: number;
  readonly bytes: number;
  get(key: string): Answer | undefined;
  set(key: string, answer: Answer): void;
  clear(): void;
}

/** Bytes of an entry beside its body, more or less. */
const ENTRY_BYTES = 600;

function createAnswerCache(options: ServerOptions): AnswerCache {
  const answers = new Map<string, Answer>();
  let bytes = 0;
  return {
    get size() {
      return answers.size;
    },
    get bytes() {
      return bytes;
    },
    get: (key) => answers.get(key),
    set: (key, answer) => {
      answers.set(key, answer);
      bytes += answer.body.length + ENTRY_BYTES;
      for (const [oldest, { body }] of answers) {
        if (bytes <= options.cacheMb * 1048576) break;
        bytes -= body.length + ENTRY_BYTES;
        answers.delete(oldest);
      }
    },
    clear: () => {
      answers.clear();
      bytes = 0;
    },
  };
}

const BIG: readonly string[] = [
  "projects",
  "groups",
  "users",
  "issues",
  "merge_requests",
  "pipelines",
  "jobs",
  "commits",
  "deployments",
  "project_events",
];

function prewarm(store: Store): { readonly records: number; readonly ms: number } {
  const start = Date.now();
  let records = 0;
  for (const route of store.routes) {
    if (route.type !== "list" || route.stream === null || !BIG.includes(route.stream)) continue;
    const places =
      route.segments[1] === ":project"
        ? Array.from({ length: store.world.options.projects }, (_, p) => nowhere({ key: p, p }))
        : [nowhere({})];
    for (const at of places) {
      const list = store.ownList(route, at, {});
      for (let k = 0; k < list.length; k++) list.bytes(k);
      records += list.length;
      if (route.timed) list.updated();
    }
  }
  return { records, ms: Date.now() - start };
}
