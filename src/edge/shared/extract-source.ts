import type { Configuration } from "../../config/load-configuration.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { RequestRecord, ResourceReport, Source } from "../../core/source.ts";
import { type Warning, WarningLog } from "../../core/warnings.ts";
import { datasetName } from "../../schema/naming/snake-case.ts";
import { nextState, sourceState } from "../../state/pipeline-state.ts";
import { systemClock, systemRandom } from "./system-ports.ts";

/** Where extracted records and the log of requests go, as they come. */
export interface ExtractSink {
  records(resource: string, records: readonly JsonValue[]): Promise<void>;
  /** Requests since the last call; their URLs have no secrets. */
  requests(requests: readonly RequestRecord[]): Promise<void>;
}

export interface Extracted {
  /** Resources that were asked for, in declaration order. */
  readonly resources: readonly ResourceReport[];
  /** Resources whose records are incomplete. */
  readonly failed: readonly string[];
  /** The state document that a load would have stored. */
  readonly state: JsonObject;
  readonly warnings: readonly Warning[];
}

export interface ExtractOptions {
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  /** State document to go on from; null: a first run. */
  readonly state: JsonObject | null;
}

/** Extracts a source without a destination. Numbers keep the text in which they were received. */
export async function extractSource(
  source: Source,
  configuration: Pick<Configuration, "pipelineName" | "datasetName" | "settings">,
  sink: ExtractSink,
  options: ExtractOptions,
): Promise<Extracted> {
  const asked: RequestRecord[] = [];
  const warnings = new WarningLog();
  const { limit } = configuration.settings;
  const extraction = source.extract({
    state: sourceState(options.state, source.name),
    ...(limit === undefined ? {} : { limit }),
    keepLexemes: true,
    signal: options.signal,
    clock: systemClock,
    random: systemRandom,
    warn: warnings.warn,
    onRequest: (request) => {
      asked.push({ ...request, url: options.redact(request.url), ms: Math.round(request.ms) });
    },
  });
  try {
    for await (const page of extraction.pages) {
      options.signal.throwIfAborted();
      await sink.records(page.resource, page.records);
      await sink.requests(asked.splice(0));
    }
  } finally {
    await sink.requests(asked.splice(0));
  }
  const { state, resources, failed = [] } = extraction.result();
  const document = nextState(options.state, {
    pipelineName: configuration.pipelineName,
    datasetName: datasetName(configuration.datasetName),
    schemaName: source.name,
    sourceName: source.name,
    sourceState: state,
  });
  return { resources, failed: failed.map(({ resource }) => resource), state: document.state, warnings: warnings.all };
}

/** A request as the log has it: one line of JSON. */
export function requestLine({ resource, chain, method, url, status, attempt, ms, bytes }: RequestRecord): string {
  return JSON.stringify({ resource, chain, method, url, status, attempt, ms, bytes });
}
