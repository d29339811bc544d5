import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { LinkedController, TaskPool } from "../core/concurrency.ts";
import type { SluiceError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import type { JsonPath } from "../core/json-path.ts";
import { compactJson } from "../core/json-writer.ts";
import type { ResourceReport, WindowReport } from "../core/source.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { ResourceCursors } from "./incremental.ts";
import type { Prepared } from "./prepare.ts";
import type { ResponseActions } from "./response-actions.ts";
import type { SelectorWatch } from "./selector-watch.ts";
import type { Steps } from "./steps/compile-steps.ts";

/** A resource during a run: what is compiled, what is counted, who depends on it. */
export interface ResourceRun {
  readonly plan: PlannedResource;
  readonly endpoint: string;
  readonly selected: boolean;
  readonly prepared: Prepared;
  readonly authenticator: Authenticator | undefined;
  readonly cursors: ResourceCursors | undefined;
  readonly selector: JsonPath | undefined;
  readonly watch: SelectorWatch | undefined;
  readonly steps: Steps | undefined;
  readonly actions: ResponseActions;
  readonly children: ResourceRun[];
  /** Chains of this resource in progress, when it is a child. */
  readonly pool: TaskPool;
  readonly counts: Counts;
  /** Ends its chains alone. */
  readonly scope: LinkedController;
  /** A page of its parent went on, with or without records; always of a resource without one. */
  reached: boolean;
  /** A page of it went on, with or without records. */
  started: boolean;
  /** Why it is left out, when errors of resources are skipped. */
  failure: SluiceError | undefined;
}

export interface Counts {
  chains: number;
  requests: number;
  retries: number;
  waited: number;
  bytes: number;
  pages: number;
  records: number;
  readonly skipped: Record<string, number>;
  startedAt: number | undefined;
  endedAt: number | undefined;
}

export function newCounts(): Counts {
  return {
    chains: 0,
    requests: 0,
    retries: 0,
    waited: 0,
    bytes: 0,
    pages: 0,
    records: 0,
    skipped: {},
    startedAt: undefined,
    endedAt: undefined,
  };
}

/** The report of a resource at the end of a run. */
export function reportOf(run: ResourceRun): ResourceReport {
  const { counts } = run;
  const last = run.cursors?.lastValue ?? null;
  return {
    resource: run.plan.name,
    endpoint: run.endpoint,
    requests: counts.requests,
    retries: counts.retries,
    rateLimitWaitSeconds: counts.waited,
    bytes: counts.bytes,
    pages: counts.pages,
    records: counts.records,
    skipped: counts.skipped,
    ...(run.failure === undefined ? {} : { failed: run.failure.code }),
    ...(last === null ? {} : { cursor: valueText(last) }),
    seconds: Math.max(0, ((counts.endedAt ?? 0) - (counts.startedAt ?? 0)) / 1000),
  };
}

/** The window that it has read; none when it reads all of its range at once, or was left out. */
export function windowOf({ plan, cursors, failure }: ResourceRun): readonly WindowReport[] {
  const window = failure === undefined ? cursors?.window : undefined;
  if (window === undefined) return [];
  const end = window.end === null ? {} : { end: valueText(window.end) };
  return [{ resource: plan.name, start: valueText(window.start), ...end }];
}

function valueText(value: JsonValue): string {
  return typeof value === "string" ? value : compactJson(value);
}
