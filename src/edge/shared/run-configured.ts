import { join } from "node:path";
import type { Configuration } from "../../config/load-configuration.ts";
import type { EventSink } from "../../core/events.ts";
import { createRedactor } from "../../core/redact.ts";
import type { RequestRecord } from "../../core/source.ts";
import { copyText } from "../../destination/postgres/copy-text.ts";
import { exportDataset } from "../../destination/postgres/export-dataset.ts";
import type { PipelineOptions } from "../../pipeline/options.ts";
import type { PipelineRun } from "../../pipeline/run.ts";
import { runPipeline } from "../../pipeline/run.ts";
import { redactTrace } from "../../report/redact-trace.ts";
import { buildSource } from "./build-source.ts";
import { dataRules } from "./data-rules.ts";
import { installFaults } from "./faults.ts";
import { type Checkout, checkoutAround, loadModules } from "./load-modules.ts";
import { openDestination } from "./open-destination.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { VERSION } from "./version.ts";

export interface RunConfiguredOptions {
  readonly workingDirectory: string;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
  readonly onRequest?: (request: RequestRecord) => void;
  /** Time of the system's clock from which on `timeout` counts; default: now. */
  readonly startedAt?: number;
  /** `PG*` variables and proxies are read from it. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Folder where the dataset of an embedded database is left as files, below it one folder a dataset. */
  readonly exportFolder?: string;
  /** Where modules that the pipeline file calls are found. Default: the checkout around the present folder. */
  readonly checkout?: Checkout;
}

/**
 * One run of what a configuration describes. Throws only for a configuration that cannot be used (`ConfigError`) or an
 * embedded database that does not start; what goes wrong in the run itself is in the trace.
 */
export async function runConfigured(configuration: Configuration, options: RunConfiguredOptions): Promise<PipelineRun> {
  const startedAt = options.startedAt ?? systemClock.now();
  const environment = options.environment ?? process.env;
  installFaults(environment);
  const functions = await loadModules(configuration, options.checkout ?? checkoutAround(process.cwd()));
  const source = buildSource(configuration, environment, { functions });
  const opened = await openDestination(configuration, {
    workingDirectory: options.workingDirectory,
    environment,
    onMessage: (text) => options.onEvent({ type: "message", level: "debug", text }),
  });
  const { settings } = configuration;
  const redact = createRedactor(configuration.secrets.map((secret) => secret.reveal()));
  try {
    const run = await runPipeline({
      pipeline: configuration.pipelineName,
      dataset: configuration.datasetName,
      source,
      destination: opened.destination,
      destinationKind: opened.kind,
      encoder: copyText,
      workFolder: options.workingDirectory,
      ...schemaPaths(settings),
      ...(settings.refresh === undefined ? {} : { refresh: settings.refresh }),
      ...(settings.limit === undefined ? {} : { limit: settings.limit }),
      limits: { maxValueBytes: settings.maxValueBytes, maxDepth: settings.maxDepth },
      maxWorkBytes: settings.maxWorkBytes,
      ...(settings.timeout === undefined ? {} : { timeLimit: { seconds: settings.timeout, startedAt } }),
      data: dataRules(settings),
      maskTrace: (trace) => redactTrace(redact, trace),
      signal: options.signal,
      clock: systemClock,
      random: systemRandom,
      onEvent: options.onEvent,
      ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
      settings: configuration.traces,
      version: VERSION,
    });
    if (options.exportFolder !== undefined && opened.kind === "embedded" && run.trace.status === "loaded") {
      const folder = join(options.exportFolder, run.trace.dataset);
      const { tables } = await exportDataset(opened.connectionString, run.trace.dataset, folder);
      options.onEvent({
        type: "message",
        level: "info",
        text: `${tables} tables left as CSV with schema.sql in ${folder}`,
      });
    }
    return run;
  } finally {
    await opened.close();
  }
}

function schemaPaths({
  exportSchemaPath: exportTo,
  importSchemaPath: importFrom,
}: Configuration["settings"]): Pick<PipelineOptions, "schemaPaths"> {
  if (exportTo === undefined && importFrom === undefined) return {};
  return {
    schemaPaths: {
      ...(exportTo === undefined ? {} : { exportTo }),
      ...(importFrom === undefined ? {} : { importFrom }),
    },
  };
}
