import { tmpdir } from "node:os";
import type { Configuration } from "../../config/load-configuration.ts";
import type { WarningCode } from "../../core/error-codes.ts";
import type { StateMark, Trace } from "../../pipeline/trace.ts";
import { datasetName } from "../../schema/naming/snake-case.ts";
import { openDestination } from "../shared/open-destination.ts";
import { cacheKey, cacheKeyPrefix, readCacheKey, type SeenState } from "./cache-key.ts";
import { callCache } from "./cache-process.ts";
import type { Environment } from "./inputs.ts";
import type { SaveOrder } from "./state.ts";

/** What earlier runs on other runners left in the cache of this pipeline and destination. */
export interface StateCache {
  /**
   * What the cache adds to the trace of a run that has ended: `cacheHit`; `W_STATE_REWOUND` when the destination's state
   * was older than the one last seen; `W_CACHE_IGNORED` when the cache could not be used. Waits 2 s for the cache at
   * most. Never rejects.
   */
  conclude(trace: Trace): Promise<CacheConclusion>;
}

export interface CacheConclusion {
  readonly trace: Trace;
  /** The entry that `post` is to save: after a commit, unless the cache has it already or its service has failed. */
  readonly order?: SaveOrder;
}

/** After the run a slow cache service gets so many milliseconds; what it knows is not worth more. */
const PATIENCE = 2000;

/**
 * Asks for the newest entry while the run goes on. The run itself never waits for the cache and reads nothing of it:
 * state and schema come from the destination, and so the rows are the same whatever the cache holds.
 *
 * Undefined without a cache: switched off, no service, an embedded database (which ends with the machine), or a
 * connection string that cannot be used, as the run itself will say.
 */
export async function openStateCache(
  configuration: Configuration,
  environment: Environment,
): Promise<StateCache | undefined> {
  const { settings, destination, pipelineName, datasetName: dataset } = configuration;
  if (!settings.cache || destination.kind !== "postgres" || !hasService(environment)) return undefined;
  let name: string;
  try {
    // Connects to nothing until it is used.
    ({ displayName: name } = (
      await openDestination(configuration, { workingDirectory: ".", environment })
    ).destination);
  } catch {
    return undefined;
  }
  const prefix = cacheKeyPrefix(name, datasetName(dataset), pipelineName);
  const call = callCache({ do: "find", prefix }, environment.RUNNER_TEMP || tmpdir(), environment);
  const look = async (trace: Trace): Promise<{ readonly trace: Trace; readonly failed?: true }> => {
    if (trace.status === "cancelled" || !trace.steps.some(({ step, ok }) => step === "sync" && ok)) {
      // Nothing to compare with.
      call.stop();
      return { trace: { ...trace, cacheHit: "none" } };
    }
    const found = await call.within(PATIENCE);
    const missed: Trace = { ...trace, cacheHit: "none" };
    if ("failed" in found) return { trace: withWarning(missed, "W_CACHE_IGNORED", found.failed), failed: true };
    if (found.key === undefined) return { trace: missed };
    const seen = readCacheKey(prefix, found.key);
    if (seen !== undefined) return { trace: compare(trace, seen) };
    return { trace: withWarning(missed, "W_CACHE_IGNORED", "the key of the entry is not of the expected form") };
  };
  return {
    conclude: async (trace) => {
      const looked = await look(trace);
      const seen = looked.failed ? undefined : stateLeftBy(trace);
      if (seen === undefined || isCached(looked.trace, seen.state)) return { trace: looked.trace };
      return { trace: looked.trace, order: { key: cacheKey(prefix, seen), pipeline: trace.pipeline, seen } };
    },
  };
}

/** The state after a run that committed something, undefined after any other. */
function stateLeftBy(trace: Trace): SeenState | undefined {
  const loaded = trace.packages.filter((each) => each.state === "loaded");
  const loadId = loaded.at(-1)?.loadId;
  const state = loaded.findLast((each) => each.stateLeft !== undefined)?.stateLeft ?? trace.stateFound;
  return loadId === undefined || state === undefined ? undefined : { loadId, state };
}

/** Rows were committed, the state is the one that the newest entry tells of. */
function isCached({ cacheHit, stateFound }: Trace, left: StateMark): boolean {
  return cacheHit === "exact" && stateFound !== undefined && sameState(stateFound, left);
}

/** v2 of the service needs the one variable, v1 the other; a runner without a cache sets neither. */
function hasService(environment: Environment): boolean {
  return Boolean(environment.ACTIONS_RESULTS_URL || environment.ACTIONS_CACHE_URL);
}

function compare(trace: Trace, seen: SeenState): Trace {
  const found = trace.stateFound;
  const cacheHit = found !== undefined && sameState(found, seen.state) ? "exact" : "prefix";
  if (found !== undefined && found.version >= seen.state.version) return { ...trace, cacheHit };
  const was = `version ${seen.state.version} was seen after load ${seen.loadId}`;
  const is = found === undefined ? "the database has none" : `the database has version ${found.version}`;
  return withWarning({ ...trace, cacheHit }, "W_STATE_REWOUND", `${was}, ${is}`);
}

function sameState(a: StateMark, b: StateMark): boolean {
  return a.version === b.version && a.hash === b.hash;
}

function withWarning(trace: Trace, code: WarningCode, detail: string): Trace {
  const subject = code === "W_STATE_REWOUND" ? trace.dataset : "cache";
  return { ...trace, warnings: [...trace.warnings, { code, subject, count: 1, detail }] };
}
