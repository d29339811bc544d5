import { resolve } from "node:path";
import type { EventSink } from "../../core/events.ts";
import type { Source } from "../../core/source.ts";
import { copyText } from "../../destination/postgres/copy-text.ts";
import type { DataRules } from "../../normalize/data-rules.ts";
import { runPipeline } from "../../pipeline/run.ts";
import type { SchemaPaths } from "../../pipeline/schema-files.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { renderLoadInfo } from "../../report/load-info.ts";
import type { RefreshMode } from "../../schema/refresh.ts";
import { systemClock, systemRandom } from "../shared/system-ports.ts";
import { VERSION } from "../shared/version.ts";
import type { DestinationOption } from "./destinations.ts";

export interface PipelineSettings {
  /** Name of the pipeline, which owns the incremental state. */
  readonly name: string;
  /** Dataset = schema in the database; `<name>_dataset` when absent. */
  readonly dataset?: string;
  readonly destination: DestinationOption;
  /** Folder for load packages and traces; `.sluice` when absent. */
  readonly workingDirectory?: string;
  readonly onEvent?: EventSink;
  /** Folders of schema files in dlt's form. */
  readonly schemaPaths?: SchemaPaths;
  /** What becomes of null keys, integers beyond 64 bits, given `_dlt_id`s and lone surrogates. */
  readonly data?: Partial<DataRules>;
}

export interface RunSettings {
  /** Load from the start: forget tables and state first, in the transaction that loads anew. */
  readonly refresh?: RefreshMode;
  /** At most so many pages of each resource without a parent. */
  readonly limit?: number;
  /** Seconds after which the run has ended: it stops some time before, with `E_TIMEOUT`. */
  readonly timeout?: number;
  /** Aborted: the run rolls back and ends with `E_CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** What a run did. `String(info)` is the text that the command line prints. */
export interface LoadInfo {
  readonly trace: Trace;
  toString(): string;
}

export interface Pipeline {
  /**
   * Extracts, normalizes and loads; gives the load info. Throws a `SluiceError` when the run failed; the destination is
   * then as it was before.
   */
  run(source: Source, settings?: RunSettings): Promise<LoadInfo>;
}

/**
 * A pipeline for programs: the engine of the Action and of the command line.
 *
 * @example
 * const info = await pipeline({ name: "shop", destination: postgres(process.env.DATABASE_URL ?? "") }).run(
 *   restApi({ name: "shop", config: { client: { base_url: "https://api.example.com" }, resources: ["orders"] } }),
 * );
 * console.log(String(info));
 */
export function pipeline(settings: PipelineSettings): Pipeline {
  return {
    run: async (source, run = {}) => {
      const workFolder = resolve(settings.workingDirectory ?? ".sluice");
      const opened = await settings.destination.open(workFolder);
      try {
        const { trace, error } = await runPipeline({
          pipeline: settings.name,
          dataset: settings.dataset ?? `${settings.name}_dataset`,
          source,
          destination: opened.destination,
          destinationKind: settings.destination.kind,
          encoder: copyText,
          workFolder,
          ...(run.refresh === undefined ? {} : { refresh: run.refresh }),
          ...(settings.schemaPaths === undefined ? {} : { schemaPaths: settings.schemaPaths }),
          ...(run.limit === undefined ? {} : { limit: run.limit }),
          ...(settings.data === undefined ? {} : { data: settings.data }),
          ...(run.timeout === undefined ? {} : { timeLimit: { seconds: run.timeout, startedAt: systemClock.now() } }),
          signal: run.signal ?? new AbortController().signal,
          clock: systemClock,
          random: systemRandom,
          onEvent: settings.onEvent ?? (() => {}),
          settings: [],
          version: VERSION,
        });
        if (error !== undefined) throw error;
        return { trace, toString: () => renderLoadInfo(trace) };
      } finally {
        await opened.close();
      }
    },
  };
}
