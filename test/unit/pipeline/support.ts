/** Runs of the real pipeline against a destination that is a value in memory and does what a test tells it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RunEvent } from "../../../src/core/events.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import type { Source } from "../../../src/core/source.ts";
import { copyText } from "../../../src/destination/postgres/copy-text.ts";
import type { Destination, LoadRequest } from "../../../src/load/destination.ts";
import { type PipelineRun, runPipeline } from "../../../src/pipeline/run.ts";
import { pipelineFolder } from "../../../src/pipeline/work-folder.ts";
import { documentsSource } from "../../support/documents-source.ts";
import { countingRandom, resourceHints } from "../../support/normalize.ts";

export interface MemoryDestination extends Destination {
  /** Load ids in the order of their commits. */
  readonly committed: string[];
  /** What was asked to be loaded, committed or not. */
  readonly asked: { readonly loadId: string; readonly maybeCommitted: boolean }[];
  datasetExists: boolean;
  stateRowIds: string[];
  /** Called before a package is committed; throws to refuse it. */
  onLoad: (request: LoadRequest) => void | Promise<void>;
}

export function memoryDestination(): MemoryDestination {
  const destination: MemoryDestination = {
    displayName: "memory:0/test",
    committed: [],
    asked: [],
    datasetExists: false,
    stateRowIds: [],
    onLoad: () => {},
    async sync() {
      const { datasetExists, stateRowIds } = destination;
      return { datasetExists, stateRowIds: [...stateRowIds], state: null, newestStateLoadId: null, schemas: new Map() };
    },
    async load(request) {
      const { loadId, state, files } = request.manifest;
      destination.asked.push({ loadId, maybeCommitted: request.maybeCommitted });
      await destination.onLoad(request);
      destination.committed.push(loadId);
      destination.datasetExists = true;
      if (state !== undefined) destination.stateRowIds.push(state.dltId);
      const rows = new Map(files.map((file) => [file.table, file.rows]));
      return { loadedNow: true, rows, changes: [], attempts: 1 };
    },
    check: async () => {
      throw new Error("not asked");
    },
    describeLoad: async () => null,
    close: async () => {},
  };
  return destination;
}

export interface Bench {
  readonly destination: MemoryDestination;
  /** Folder of the pipeline. */
  readonly folder: string;
  readonly workFolder: string;
  readonly events: RunEvent[];
  run(options?: {
    readonly source?: Source;
    readonly dataset?: string;
    readonly documents?: readonly JsonValue[];
    readonly signal?: AbortSignal;
  }): Promise<PipelineRun>;
}

/** A work folder of its own and a destination; each run is a millisecond later than the one before. */
export async function bench(t: TestContext): Promise<Bench> {
  const workFolder = await mkdtemp(join(tmpdir(), "sluice-pipeline-"));
  t.after(() => rm(workFolder, { recursive: true, force: true }));
  const destination = memoryDestination();
  const events: RunEvent[] = [];
  let now = 1_795_476_330_000;
  let runs = 0;
  const random = countingRandom();
  return {
    destination,
    workFolder,
    folder: pipelineFolder(workFolder, "shop"),
    events,
    run: ({ source, dataset = "shop_data", documents = [{ id: 1 }], signal = new AbortController().signal } = {}) => {
      runs += 1;
      return runPipeline({
        pipeline: "shop",
        dataset,
        source: source ?? ordersSource(documents, { run: runs }),
        destination,
        destinationKind: "postgres",
        encoder: copyText,
        workFolder,
        signal,
        clock: {
          now: () => {
            now += 1;
            return now;
          },
          sleep: () => Promise.resolve(),
        },
        random,
        onEvent: (event) => void events.push(event),
        settings: [],
        version: "test",
      });
    },
  };
}

/** One resource `orders`; a state that is another one in each run, so that each package carries one. */
export function ordersSource(documents: readonly JsonValue[], state: JsonObject): Source {
  return documentsSource({ name: "shop", resources: [{ name: "orders", documents, hints: resourceHints() }], state });
}
