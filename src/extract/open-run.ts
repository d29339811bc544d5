import type { PlannedResource } from "../config/rest-api/plan.ts";
import { createTaskPool, linkController } from "../core/concurrency.ts";
import { compilePath } from "../core/json-path.ts";
import type { ExtractContext } from "../core/source.ts";
import { compileConverter } from "./converters.ts";
import type { ExtractionSettings } from "./extraction-settings.ts";
import { openCursors } from "./incremental.ts";
import type { ExtractLimits } from "./limits.ts";
import { endpointText } from "./outline.ts";
import { prepareResource } from "./prepare.ts";
import { newCounts, type ResourceRun } from "./resource-run.ts";
import { compileActions } from "./response-actions.ts";
import { watchSelector } from "./selector-watch.ts";
import type { Sender } from "./sender.ts";
import { hasMoved, stateOf } from "./source-state.ts";
import { compileSteps } from "./steps/compile-steps.ts";

/** What all resources of an extraction have in common. */
export interface Surroundings {
  readonly context: ExtractContext;
  readonly limits: ExtractLimits;
  readonly sender: Pick<Sender, "authenticator">;
  /** Ends all of them. */
  readonly signal: AbortSignal;
}

/** Chains of one child resource at a time; requests are bounded per origin. */
const CHAINS = 8;

/** A resource before its first request: everything compiled, its cursors as the state has them, its children not known yet. */
export function openRun(plan: PlannedResource, settings: ExtractionSettings, surroundings: Surroundings): ResourceRun {
  const { strict, config, functions } = settings;
  const { context, limits, sender, signal } = surroundings;
  const { clock, warn } = context;
  const counts = newCounts();
  const state = stateOf(context.state, plan.name);
  const selector = plan.dataSelector === undefined ? undefined : compilePath(plan.dataSelector);
  const converter = plan.incremental?.convert ?? plan.incremental?.transform;
  const convert = compileConverter(plan.name, converter, functions, limits);
  const cursors = openCursors(plan, state, {
    windowAt: context.windows?.has(plan.name) === true ? clock.now() : undefined,
    strict,
    warn,
  });
  // Once records have come, an answer without the key may be how the source says that nothing is new; so in a window that
  // others follow.
  const mayBeEmpty = hasMoved(state) || (cursors?.window?.end ?? null) !== null;
  return {
    plan,
    endpoint: endpointText(plan),
    selected: settings.selected.has(plan.name) && context.only?.has(plan.name) !== false,
    prepared: prepareResource(plan, config.client, convert, warn, settings.rebaseLinks),
    authenticator: sender.authenticator(plan, counts),
    cursors,
    selector,
    watch: selector === undefined || mayBeEmpty ? undefined : watchSelector(selector),
    steps: compileSteps(plan.name, plan.config.processing_steps ?? [], functions, limits, warn),
    actions: compileActions(plan.responseActions, {
      resource: plan.name,
      strict,
      functions,
      maxStepMs: limits.maxStepMs,
    }),
    children: [],
    // dlt walks parents one after the other.
    pool: createTaskPool(strict && plan.config.parallelized !== true ? 1 : CHAINS),
    counts,
    scope: linkController(signal),
    reached: plan.parent === undefined,
    started: false,
    failure: undefined,
  };
}
