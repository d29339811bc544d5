import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "../../src/core/json.ts";
import { Secret } from "../../src/core/secret.ts";
import type { ResourceHints, SchemaContract, Source } from "../../src/core/source.ts";
import { copyText } from "../../src/destination/postgres/copy-text.ts";
import { createPostgres } from "../../src/destination/postgres/create-postgres.ts";
import type { ReplaceMethod } from "../../src/destination/postgres/load-context.ts";
import { systemClock, systemRandom } from "../../src/edge/shared/system-ports.ts";
import type { Destination } from "../../src/load/destination.ts";
import { type PipelineRun, runPipeline } from "../../src/pipeline/run.ts";
import type { RefreshMode } from "../../src/schema/refresh.ts";
import { documentsSource } from "./documents-source.ts";

/** Runs of one pipeline over given documents, into a real database, through the product's own path. */
export interface DocumentsPipeline {
  run(documents: readonly JsonValue[], hints: ResourceHints, contract?: SchemaContract): Promise<PipelineRun>;
  /** One run over another source. */
  runSource(source: Source, refresh?: RefreshMode): Promise<PipelineRun>;
  close(): Promise<void>;
}

export async function documentsPipeline(options: {
  readonly url: string;
  readonly dataset: string;
  readonly resource: string;
  readonly schema?: string;
  readonly maxTableNesting?: number;
  readonly rootKey?: boolean;
  readonly replaceMethod?: ReplaceMethod;
  /** Puts something before the destination, to see what it is given. */
  readonly wrap?: (destination: Destination) => Destination;
}): Promise<DocumentsPipeline> {
  const workFolder = await mkdtemp(join(tmpdir(), "sluice-documents-"));
  const runSource = (source: Source, refresh?: RefreshMode): Promise<PipelineRun> => {
    const destination = createPostgres({
      dsn: new Secret(options.url),
      clock: systemClock,
      random: systemRandom,
      ...(options.replaceMethod === undefined ? {} : { replaceMethod: options.replaceMethod }),
    });
    return runPipeline({
      pipeline: options.dataset,
      dataset: options.dataset,
      source,
      destination: options.wrap?.(destination) ?? destination,
      destinationKind: "postgres",
      encoder: copyText,
      workFolder,
      ...(refresh === undefined ? {} : { refresh }),
      signal: new AbortController().signal,
      clock: systemClock,
      random: systemRandom,
      onEvent: () => {},
      settings: [],
      version: "test",
    });
  };
  return {
    run: (documents, hints, contract) =>
      runSource(
        documentsSource({
          name: options.schema ?? options.dataset,
          resources: [{ name: options.resource, documents, hints }],
          ...(options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting }),
          ...(options.rootKey === undefined ? {} : { rootKey: options.rootKey }),
          ...(contract === undefined ? {} : { schemaContract: contract }),
        }),
      ),
    runSource,
    close: () => rm(workFolder, { recursive: true, force: true }),
  };
}
