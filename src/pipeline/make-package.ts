import { SluiceError } from "../core/errors.ts";
import { faultPoint } from "../core/fault-point.ts";
import type { TableChunk } from "../core/flow.ts";
import type { JsonObject } from "../core/json.ts";
import { type ExtractResult, recordCount } from "../core/source.ts";
import type { SyncResult } from "../load/destination.ts";
import type { EarlyLoad } from "../load/early-load.ts";
import type { PackageManifest, PackageState } from "../load/manifest.ts";
import { createPackage } from "../load/spool.ts";
import { createNormalizer } from "../normalize/normalizer.ts";
import { createRowIds } from "../normalize/row-ids.ts";
import { applySourceOptions } from "../schema/propagation.ts";
import { cloneSchema, createSchema } from "../schema/schema.ts";
import { extractedSchema, settleVersion } from "../schema/settle-version.ts";
import { storedSchema } from "../schema/stored.ts";
import { ensurePipelineStateTable } from "../schema/system-tables.ts";
import type { Schema } from "../schema/table.ts";
import { nextState, sourceState } from "../state/pipeline-state.ts";
import { refreshSource } from "../state/refresh-source.ts";
import { encodeState, STATE_ENGINE_VERSION } from "../state/stored.ts";
import { createEarlyStart, EARLY_RULES, type EarlyRules } from "./early-start.ts";
import { leaveOut } from "./leave-out.ts";
import { createLoadId } from "./load-id.ts";
import type { PipelineOptions } from "./options.ts";
import { prepareRefresh, replacedResources } from "./refresh.ts";
import { watchKeys } from "./repeated-keys.ts";
import { addReports, nextRound, type Round, sourceOf } from "./rounds.ts";
import { exportSchema, importSchema, linkImport } from "./schema-files.ts";
import { stopAt } from "./time-limit.ts";
import type { TraceRecorder } from "./trace-recorder.ts";
import { unheardReplaced } from "./unheard-replaced.ts";
import { pipelineFolder } from "./work-folder.ts";

/** A package on disk, ready to be loaded. */
export interface MadePackage {
  readonly folder: string;
  readonly manifest: PackageManifest;
  readonly schema: Schema;
  /** What was begun of its load while it was made. */
  readonly early?: EarlyLoad;
}

/** What a round has brought. */
export interface MadeRound {
  /** Undefined when there is nothing to load: no row, no table to empty, and the state is as before or goes on. */
  readonly made?: MadePackage;
  /** The round that follows, when this one is loaded; undefined: it is the last. */
  readonly next: Round | undefined;
}

/**
 * Extract and normalize: pulls the pages of the source, writes their rows to a new package, and ends it with its
 * manifest.
 *
 * On any error the package is removed; nothing of it was visible to anybody.
 */
export async function makePackage(
  options: PipelineOptions,
  dataset: string,
  schemaName: string,
  synced: SyncResult,
  round: Round,
  recorder: TraceRecorder,
): Promise<MadeRound> {
  const { clock, random, signal } = options;
  const source = sourceOf(options.source, round);
  const warn = recorder.warnings.warn;
  const createdAt = new Date(clock.now()).toISOString();
  const loadId = createLoadId(clock, random, synced.newestStateLoadId);
  const imported = await importSchema(options.schemaPaths, schemaName, synced.schemas.get(schemaName));
  const stored = imported.schema;
  const oldSourceState = round.sourceState ?? sourceState(synced.state, source.name);
  // What the rounds before have loaded is not forgotten again.
  const mode = round.only === undefined ? options.refresh : undefined;
  const refresh = prepareRefresh(mode, source, stored, oldSourceState);
  const replaced = replacedResources(source);
  const stateBefore = refreshSource(refresh?.sourceState ?? oldSourceState, replaced, false);
  const before = refresh?.schema ?? (stored === undefined ? createSchema(schemaName) : cloneSchema(stored));
  applySourceOptions(before, source);
  const schema = cloneSchema(before);
  const normalizer = createNormalizer({
    schema,
    loadId,
    resources: source.resources,
    encoder: options.encoder,
    random,
    warn,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.data === undefined ? {} : { data: options.data }),
  });
  const writer = await createPackage({
    workFolder: pipelineFolder(options.workFolder, options.pipeline),
    loadId,
    ...(options.maxWorkBytes === undefined ? {} : { maxBytes: options.maxWorkBytes }),
  });
  const base: PackageManifest["base"] = synced.datasetExists
    ? { dataset: true, stateRowIds: synced.stateRowIds }
    : { dataset: false };
  const early = createEarlyStart({
    destination: options.destination,
    clock,
    rules: { ...EARLY_RULES, ...options.early, ...(refresh === undefined ? {} : NEVER_EARLY) },
    writer,
    request: { pipeline: options.pipeline, dataset, schemaName, base, schema },
    stored,
    signal,
    warn,
    onEvent: options.onEvent,
  });
  let normalizeMs = 0;
  let chunkCount = 0;

  const spool = async (take: () => readonly TableChunk[]): Promise<void> => {
    const begin = clock.now();
    try {
      for (const chunk of take()) {
        await writer.write(chunk);
        normalizer.release(chunk);
        early.grown();
        await faultPoint(`normalize:file:${++chunkCount}`);
      }
    } catch (error) {
      throw error instanceof SluiceError ? error.with({}, "normalize") : error;
    } finally {
      normalizeMs += clock.now() - begin;
    }
  };

  try {
    const extracted = await recorder.step("extract", () =>
      extractAll(options, round, stateBefore, spool, normalizer, recorder),
    );
    const { state, resources: reports, failed = [], windows = [] } = extracted;
    const end = { sourceState: state, windows, reports: addReports(round.reports, reports) };
    recorder.resources(end.reports);
    const follow = (packed: boolean) => nextRound(options.source, round, { ...end, packed });
    const forgets = refresh !== undefined && refresh.dropped.length + refresh.emptied.length > 0;
    // What the tables hold is not given up for rows that did not come.
    if (forgets && failed[0] !== undefined) throw failed[0].error;
    for (const resource of unheardReplaced(source.resources, before, reports, normalizer.started))
      await spool(() => normalizer.page({ resource, records: [], bytes: 0 }));
    await spool(() => normalizer.finish());
    const started = await leaveOut({ failed, started: normalizer.started, before, schema, writer, early });
    const next = nextState(synced.state, {
      pipelineName: options.pipeline,
      datasetName: dataset,
      schemaName,
      sourceName: schemaName,
      sourceState: state,
      sourceTouched: replaced.size > 0,
    });
    const rootTables = started.map(({ table }) => table);
    const replaces = rootTables.some(
      (table) =>
        schema.tables.get(table)?.writeDisposition === "replace" && before.tables.get(table)?.seenData === true,
    );
    recorder.within("normalize", createdAt, normalizeMs / 1000, true);
    const unpacked = follow(false);
    // A window without rows is no package: its place in the range goes on with the next one.
    if (writer.rows === 0 && (unpacked !== undefined || !next.changed) && !replaces && !forgets) {
      await early.abandon();
      await writer.abort();
      await exportSchema(options.schemaPaths, synced.schemas.get(schemaName));
      return { next: unpacked };
    }
    // dlt: a state that was read with tables that go is written again.
    const withState = next.changed || (refresh !== undefined && refresh.dropped.length > 0);
    if (withState) ensurePipelineStateTable(schema);
    const resources = started.map(({ deciding }) => deciding);
    settleVersion({ before, after: schema, resources, withState });
    await linkImport(options.schemaPaths, imported, schema, () => extractedSchema({ before, resources, withState }));
    const stateRow: PackageState | undefined = withState
      ? {
          version: next.version,
          engineVersion: STATE_ENGINE_VERSION,
          pipelineName: options.pipeline,
          state: encodeState(next.state),
          createdAt: new Date(clock.now()).toISOString(),
          versionHash: next.versionHash,
          dltId: createRowIds(random)(),
        }
      : undefined;
    signal.throwIfAborted();
    // Windows without rows belong to the package that carries their place in the range.
    const read = [...round.read, ...windows];
    const manifest = await writer.commitManifest({
      pipeline: options.pipeline,
      dataset,
      schemaName,
      createdAt,
      base,
      rootTables: [...new Set(rootTables)],
      ...(refresh === undefined || refresh.dropped.length === 0 ? {} : { dropped: refresh.dropped }),
      ...(refresh === undefined || refresh.emptied.length === 0 ? {} : { emptied: refresh.emptied }),
      ...(read.length === 0 ? {} : { windows: read }),
      schema: storedSchema(schema),
      schemaVersionHash: schema.versionHash,
      ...(stateRow === undefined ? {} : { state: stateRow }),
    });
    await faultPoint("normalize:after-manifest");
    await exportSchema(options.schemaPaths, schema);
    const begun = await early.settle();
    const made = {
      folder: writer.folder,
      manifest,
      schema,
      ...(begun === undefined ? {} : { early: begun }),
    };
    return { made, next: follow(true) };
  } catch (error) {
    await early.abandon();
    await writer.abort();
    throw error;
  }
}

/** Tables that a refresh drops or empties are not filled while they are read. */
const NEVER_EARLY: Partial<EarlyRules> = { newBytes: Infinity, bytes: Infinity };

/** Pulls all pages; progress is told once a page. */
async function extractAll(
  options: PipelineOptions,
  round: Round,
  stateBefore: JsonObject,
  spool: (take: () => readonly TableChunk[]) => Promise<void>,
  normalizer: ReturnType<typeof createNormalizer>,
  recorder: TraceRecorder,
): Promise<ExtractResult> {
  const { onEvent, signal, source } = options;
  const extraction = source.extract({
    state: stateBefore,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(round.windows.size === 0 ? {} : { windows: round.windows }),
    ...(round.only === undefined ? {} : { only: round.only }),
    signal,
    ...(options.timeLimit === undefined ? {} : { deadline: stopAt(options.timeLimit) }),
    clock: options.clock,
    random: options.random,
    warn: recorder.warnings.warn,
    ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
  });
  const seen = new Map<string, { pages: number; records: number }>();
  const watchPage = watchKeys(source.resources, recorder.warnings.warn);
  let pages = 0;
  for await (const page of extraction.pages) {
    signal.throwIfAborted();
    watchPage(page);
    await spool(() => normalizer.page(page));
    const count = seen.get(page.resource) ?? { pages: 0, records: 0 };
    count.pages += 1;
    count.records += recordCount(page);
    seen.set(page.resource, count);
    onEvent({ type: "resource-progress", resource: page.resource, ...count });
    await faultPoint(`extract:page:${++pages}`);
  }
  const result = extraction.result();
  for (const { resource, records, requests, seconds } of result.resources) {
    onEvent({ type: "resource-ended", resource, records, requests, seconds });
  }
  return result;
}
