import { createByteBudget, createChannel } from "../core/concurrency.ts";
import { DataError, SluiceError, SourceError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { type JsonTape, MOST_DEPTH as TAPE_DEPTH } from "../core/json-tape.ts";
import type { ExtractContext, Extraction, ExtractResult, RecordPage } from "../core/source.ts";
import { type ChainPage, pagesOf } from "./chain.ts";
import type { ExtractionSettings } from "./extraction-settings.ts";
import { parentKeyOf } from "./incremental.ts";
import { EXTRACT_LIMITS } from "./limits.ts";
import { openRun } from "./open-run.ts";
import { passed } from "./passed-records.ts";
import { type ResourceRun, reportOf, windowOf } from "./resource-run.ts";
import { createSender } from "./sender.ts";
import { stateAfter } from "./source-state.ts";

/** What the children of one page of parent records have in common. */
interface ParentPage {
  /** Where their cursor stood before the first of them; in strict only. */
  start?: JsonValue;
}

/** Bytes of answers that are in flight or wait to be read. */
const WAITING_BYTES = 8 * 1024 * 1024;
/** Bytes of pages that are read and wait for the consumer; as objects they take several times that. */
const READ_BYTES = 6 * 1024 * 1024;
/** Pages of one chain in flight ahead of the one that is read. */
const AHEAD = 7;

/**
 * Runs the resource graph: roots side by side, children for each parent record as parents arrive. The consumer holds
 * everything back by not pulling.
 */
export function startExtraction(settings: ExtractionSettings, context: ExtractContext): Extraction {
  const { strict, config } = settings;
  const limits = { ...EXTRACT_LIMITS, ...settings.limits };
  const { clock, warn } = context;
  const controller = new AbortController();
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const channel = createChannel<RecordPage>();
  const waiting = createByteBudget(WAITING_BYTES);
  const read = createByteBudget(READ_BYTES);
  const sender = createSender({
    name: settings.name,
    config,
    strict,
    encodingErrors: limits.encodingErrors,
    http: settings.http,
    memory: settings.memory,
    waiting,
    context,
    signal,
  });
  const runs = settings.plan.map((plan) => openRun(plan, settings, { context, limits, sender, signal }));
  const byName = new Map(runs.map((run) => [run.plan.name, run]));
  for (const run of runs) if (run.plan.parent !== undefined) byName.get(run.plan.parent)?.children.push(run);
  const needed = new Set(runs.filter(isNeeded));
  let finished: ExtractResult | undefined;

  function isNeeded(run: ResourceRun): boolean {
    return run.selected || run.children.some(isNeeded);
  }

  /** All pages of one chain: for one parent record, or of an independent resource. */
  async function runChain(
    run: ResourceRun,
    chain: number,
    parent: JsonValue | undefined,
    page: ParentPage = {},
  ): Promise<void> {
    const { plan, counts, prepared } = run;
    counts.startedAt ??= clock.now();
    const values = parent === undefined ? [] : prepared.parentValues(parent);
    const inherited = parent === undefined ? undefined : prepared.inherited(parent);
    const parentKey = parent === undefined ? undefined : parentKeyOf(values);
    const cursor = run.cursors?.of(parentKey);
    // dlt: children of one page of parents ask from where the cursor stood before the first of them.
    if (strict && cursor !== undefined && page.start === undefined) page.start = cursor.lastValue;
    const isRoot = parent === undefined;
    const limit = isRoot ? context.limit : undefined;
    let taken = 0;
    const together: JsonValue[] = [];
    let togetherBytes = 0;
    const parallelized = plan.config.parallelized === true && !isRoot;
    if (limit !== undefined && limit <= 0) return;

    const asked = () =>
      pagesOf(prepared.request(values, cursor, page.start), {
        resource: plan.name,
        strict,
        paginator: plan.paginator ?? config.client.paginator ?? undefined,
        selector: run.selector,
        watch: run.watch,
        actions: run.actions,
        emptyBody: config.client.empty_body ?? (strict ? "error" : "no_records"),
        keepLexemes: context.keepLexemes === true,
        asTape:
          // dlt's reader takes what no JSON reader does; numbers without end are nulls there.
          !strict &&
          limits.maxDepth >= TAPE_DEPTH &&
          run.selected &&
          !parallelized &&
          context.keepLexemes !== true &&
          inherited === undefined &&
          run.steps === undefined &&
          !run.actions.rewrites &&
          run.cursors === undefined &&
          !run.children.some((child) => needed.has(child)),
        warn,
        redact: sender.redact,
        onIgnored(status) {
          counts.skipped[status] = (counts.skipped[status] ?? 0) + 1;
          warn(isRoot ? "W_RESOURCE_SKIPPED" : "W_PARENT_SKIPPED", plan.name, { detail: `status ${status}` });
        },
        fetch: (spec, own) => sender.send(run, chain, spec, own),
        waiting,
        read,
        signal: run.scope.signal,
        ahead() {
          // A declared row order may end the list at any page.
          if (isRoot && plan.incremental?.row_order) return 0;
          const most = strict ? 1 : AHEAD;
          return limit === undefined ? most : Math.min(most, limit - taken - 1);
        },
        maxPages: limits.maxPages,
        maxEmptyPages: limits.maxEmptyPages,
        maxDepth: limits.maxDepth,
        errorBody: limits.errorBody,
        maxStepMs: limits.maxStepMs,
      });
    const pages = plan.seed === undefined ? asked() : seedPages(plan.seed);

    for await (const page of pages) {
      if (run.failure !== undefined) {
        read.give(page.bytes);
        return;
      }
      counts.pages += 1;
      if (page.tape !== undefined && page.tape.count > 0) {
        counts.records += page.tape.count;
        channel.push(tapePage(plan.name, page, page.tape));
        run.started = true;
        taken += 1;
        counts.endedAt = clock.now();
        if (limit !== undefined && taken >= limit) break;
        continue;
      }
      const rows = passed(run, page.records, inherited, parentKey);
      const emits = rows !== null && rows.length > 0 && run.selected;
      if (emits && parallelized) {
        together.push(...rows);
        togetherBytes += page.bytes;
        read.give(page.bytes);
      } else if (emits) {
        counts.records += rows.length;
        channel.push({ resource: plan.name, records: rows, bytes: page.bytes });
      } else {
        // A limit may end the reader of the pages with this one.
        if (limit !== undefined && taken + 1 >= limit) warnOfMisses(run);
        // dlt: an empty page starts a resource, so that its hints are known and a replaced table is emptied.
        if (rows !== null && run.selected && !run.started) channel.push({ resource: plan.name, records: [], bytes: 0 });
        read.give(page.bytes);
      }
      if (rows !== null && run.selected) run.started = true;
      if (rows !== null) {
        taken += 1;
        await startChildren(run, rows);
      }
      counts.endedAt = clock.now();
      if (limit !== undefined && taken >= limit) break;
      if (isRoot && cursor?.outOfRange === true) break;
    }
    if (together.length > 0) {
      counts.records += together.length;
      read.take(togetherBytes);
      channel.push({ resource: plan.name, records: together, bytes: togetherBytes });
    }
    counts.endedAt = clock.now();
  }

  /** Once, when no more answers of the resource are awaited. */
  function warnOfMisses({ plan, watch, failure }: ResourceRun): void {
    const misses = failure === undefined ? watch?.takeMisses() : undefined;
    if (misses !== undefined) warn("W_NOTHING_SELECTED", plan.name, { detail: sender.redact(misses) });
  }

  async function startChildren(run: ResourceRun, rows: readonly JsonValue[]): Promise<void> {
    const children = run.children.filter((child) => needed.has(child));
    if (children.length === 0) return;
    for (const child of children) child.reached = true;
    const pages = new Map<ResourceRun, ParentPage>(children.map((child) => [child, {}]));
    for (const row of rows) {
      for (const child of children) {
        if (child.failure !== undefined) continue;
        child.counts.chains += 1;
        const chain = child.counts.chains;
        await child.pool.add(() => inContext(child, runChain(child, chain, row, pages.get(child))));
      }
    }
  }

  async function settle(run: ResourceRun): Promise<void> {
    for (const child of run.children) {
      await child.pool.idle();
      await settle(child);
    }
  }

  /** Adds the resource to an error, and ends everything at the first one. */
  async function inContext(run: ResourceRun, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // It was left out because of another of its chains, or of a resource above.
      if (run.failure !== undefined && !signal.aborted) return;
      const known = error instanceof SluiceError ? error.with({ resource: run.plan.name }, "extract") : error;
      if (settings.onResourceError === "skip" && isOfResource(known) && !signal.aborted) return leaveOut(run, known);
      channel.close({ error: context.signal.aborted ? context.signal.reason : known });
      controller.abort(known);
      throw known;
    }
  }

  /** The resource and all below it: a list that is cut short has no complete lists below. */
  function leaveOut(run: ResourceRun, error: SluiceError): void {
    if (run.failure !== undefined) return;
    const isBelow = error.context.resource !== run.plan.name;
    warn("W_RESOURCE_FAILED", run.plan.name, {
      detail: isBelow ? `${run.plan.parent} above it failed` : `${error.code}: ${error.message}`,
    });
    run.failure = error;
    run.scope.abort(error);
    for (const child of run.children) if (needed.has(child)) leaveOut(child, error);
  }

  async function runRoot(run: ResourceRun): Promise<void> {
    run.counts.chains += 1;
    await inContext(run, runChain(run, run.counts.chains, undefined));
    await settle(run);
  }

  async function runAll(): Promise<void> {
    try {
      const roots = runs.filter((run) => run.plan.parent === undefined && needed.has(run));
      const ends = await Promise.allSettled(roots.map(runRoot));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      finished = conclude();
      channel.close();
    } catch (error) {
      // The first failure has closed the channel already; this is for faults outside of any resource.
      channel.close({ error });
    } finally {
      await sender.close();
    }
  }

  /** Throws the first failure when it left nothing to load. */
  function conclude(): ExtractResult {
    const asked = runs.filter((run) => needed.has(run));
    const failed = asked.flatMap(({ plan, failure }) =>
      failure === undefined ? [] : [{ resource: plan.name, error: failure }],
    );
    const [first] = failed;
    // What goes on from an earlier extraction has left something to load already.
    const isAll = context.only === undefined;
    if (first !== undefined && isAll && asked.every((run) => !run.selected || run.failure !== undefined))
      throw first.error;
    for (const run of asked) warnOfMisses(run);
    const windows = asked.flatMap(windowOf);
    return {
      state: stateAfter(context.state, asked),
      resources: asked.map(reportOf),
      ...(windows.length === 0 ? {} : { windows }),
      ...(first === undefined ? {} : { failed }),
    };
  }

  let started = false;
  const pages: AsyncIterable<RecordPage> = {
    [Symbol.asyncIterator]() {
      let held = 0;
      return {
        async next() {
          if (!started) {
            started = true;
            void runAll();
          }
          // The consumer is done with the page before.
          read.give(held);
          held = 0;
          const result = await channel.pull();
          if (result.done !== true) held = result.value.bytes;
          return result;
        },
        async return() {
          controller.abort(new Error("the consumer stopped"));
          return { value: undefined, done: true };
        },
      };
    },
  };

  return {
    pages,
    result() {
      if (finished === undefined) throw new Error("the extraction has not ended");
      return finished;
    },
  };
}

/** Faults of the source and its answers; those of the configuration and ours end every resource. */
function isOfResource(error: unknown): error is SluiceError {
  return (
    error instanceof SourceError ||
    error instanceof DataError ||
    (error instanceof SluiceError && error.code === "E_UNSAFE_URL")
  );
}

/** Records of the configuration: one page, which holds no bytes of an answer. */
async function* seedPages(records: readonly JsonValue[]): AsyncGenerator<ChainPage, void> {
  yield { records, bytes: 0 };
}

/** Nothing looks at the records of such a page here. */
function tapePage(resource: string, page: ChainPage, tape: JsonTape): RecordPage {
  return {
    resource,
    get records() {
      return page.records;
    },
    tape,
    ...(page.release === undefined ? {} : { release: page.release }),
    bytes: page.bytes,
  };
}
