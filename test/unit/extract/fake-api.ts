import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import type { ExtractResult, RequestRecord } from "../../../src/core/source.ts";
import { type Warning, WarningLog } from "../../../src/core/warnings.ts";
import { type RestApiOptions, restApi } from "../../../src/extract/rest-source.ts";

export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface FakeApi {
  readonly base: string;
  readonly asked: Asked[];
}

/** A real server on loopback for one test; it remembers what it was asked and is closed at the end of the test. */
export async function serve(
  t: TestContext,
  answer: (request: Asked, response: ServerResponse, turn: number) => void | Promise<void>,
): Promise<FakeApi> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? "",
      target: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    asked.push(one);
    await answer(one, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export function json(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export interface Outcome {
  readonly records: Readonly<Record<string, readonly JsonValue[]>>;
  readonly result: ExtractResult;
  readonly requests: readonly RequestRecord[];
  /** Seconds waited, in order. */
  readonly delays: readonly number[];
  readonly warnings: readonly Warning[];
}

interface RunOptions extends Omit<RestApiOptions, "name" | "config"> {
  readonly state?: JsonObject;
  readonly limit?: number;
  /** What the random port gives, from 0 to 1; at 0.5 delays are those of dlt. */
  readonly chance?: number;
  /** Resources of which one window is read. */
  readonly windows?: ReadonlySet<string>;
  readonly onPage?: (resource: string, records: readonly JsonValue[]) => void | Promise<void>;
  readonly delays?: number[];
  readonly requests?: RequestRecord[];
}

/** Runs a configuration to its end with a clock that only sleeping moves. */
export async function extract(config: RestApiConfig, options: RunOptions = {}): Promise<Outcome> {
  const { state = {}, limit, windows, chance = 0.5, onPage, ...source } = options;
  const delays = options.delays ?? [];
  const requests = options.requests ?? [];
  const log = new WarningLog();
  let now = Date.UTC(2024, 0, 1);
  const extraction = restApi({ ...source, name: "test", config }).extract({
    state,
    ...(limit === undefined ? {} : { limit }),
    ...(windows === undefined ? {} : { windows }),
    signal: AbortSignal.timeout(20_000),
    clock: {
      now: () => now,
      async sleep(ms) {
        delays.push(ms / 1000);
        now += ms;
      },
    },
    random: { bytes: (n) => new Uint8Array(n), next: () => chance },
    warn: log.warn,
    onRequest: (request) => requests.push(request),
  });
  const records: Record<string, JsonValue[]> = {};
  for await (const page of extraction.pages) {
    records[page.resource] = [...(records[page.resource] ?? []), ...page.records];
    await onPage?.(page.resource, page.records);
  }
  return { records, result: extraction.result(), requests, delays, warnings: log.all };
}

export function pageOf(target: string, name = "page"): number {
  return Number(new URL(target, "http://h").searchParams.get(name) ?? Number.NaN);
}
