import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type Answer, jsonAnswer, textAnswer, unauthorized } from "./answer.ts";
import { answerApi } from "./api.ts";
import { type Role, refuse, roleOf } from "./auth.ts";
import { answerControl } from "./control.ts";
import { faultAnswer } from "./faults.ts";
import type { Sample } from "./sample.ts";
import type { Query } from "./types.ts";

/** The HTTP server of a sample; not listening yet. */
export function createSampleServer(sample: Sample): Server {
  const server = createServer({ keepAlive: true, requestTimeout: 0 }, (request, response) => {
    const url = request.url ?? "/";
    const [path = "", search = ""] = url.split(/\?(.*)/s);
    if (path.startsWith("/__")) answerControl(sample, response, path, readQuery(search));
    else handle(sample, { request, response, url, path, search, start: performance.now() });
  });
  server.keepAliveTimeout = 65000;
  server.maxRequestsPerSocket = 0;
  return server;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: string;
  readonly path: string;
  readonly search: string;
  /** `performance.now()` at its arrival. */
  readonly start: number;
}

function handle(sample: Sample, exchange: Exchange): void {
  const number = sample.traffic.begin();
  const query = /token=/.test(exchange.search) ? readQuery(exchange.search) : {};
  const role = roleOf(exchange.request, query, sample.options.token);
  const outcome = decide(sample, exchange, role, number);
  if (outcome.cut === "before") {
    note(sample, exchange, role, 0, 0, undefined, "reset");
    exchange.request.socket.destroy();
  } else if (outcome.cut === "within") {
    truncate(sample, exchange, role, outcome.answer);
  } else {
    send(sample, exchange, role, outcome);
  }
}

interface Reply {
  readonly cut?: undefined;
  readonly answer: Answer;
  /** For the log. */
  readonly tag?: string | undefined;
  /** Headers of this time, beside those of the answer. */
  readonly headers?: readonly string[];
}

type Outcome = Reply | { readonly cut: "before" } | { readonly cut: "within"; readonly answer: Answer };

/** The order of the steps is GitLab's: a fault hits anybody, a limit anybody with a token, then comes the refusal. */
function decide(sample: Sample, exchange: Exchange, role: Role | null, number: number): Outcome {
  const { request, url, path } = exchange;
  const { counts } = sample.traffic;
  if (!path.startsWith(API)) return { answer: textAnswer(404, "<!DOCTYPE html><html><body>404</body></html>") };

  const fault = sample.faults.next(url, number, counts.faults);
  if (fault !== null && fault !== "slow" && fault !== "truncate") {
    counts.faults += 1;
    return fault === "reset" ? { cut: "before" } : { answer: faultAnswer(fault), tag: "fault" };
  }
  let headers: readonly string[] = [];
  if (role !== null && role !== "bad") {
    const limit = sample.limits.count(role, path);
    if (limit.refusal !== undefined) {
      counts.rateLimited += 1;
      return { answer: limit.refusal, tag: limit.tag, headers: limit.headers };
    }
    headers = limit.headers;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { answer: jsonAnswer(405, { error: "405 Not Allowed" }) };
  }
  if (role === null) return { answer: unauthorized() };
  const refusal = refuse(role, path);
  if (refusal !== undefined) return { answer: refusal };

  const { answer, hit } = cachedAnswer(sample, exchange, role);
  if (fault === "truncate" && answer.status === 200 && answer.body.length > 20) {
    counts.faults += 1;
    return { cut: "within", answer };
  }
  if (fault === "slow") counts.faults += 1;
  return { answer, tag: fault === "slow" ? "slow" : hit ? "hit" : undefined, headers };
}

const API = "/api/v4/";

function cachedAnswer(sample: Sample, exchange: Exchange, role: Role): { answer: Answer; hit: boolean } {
  const key = `${role}|${exchange.url}`;
  const known = sample.cache.get(key);
  if (known !== undefined) {
    sample.traffic.counts.cacheHits += 1;
    return { answer: known, hit: true };
  }
  const answer = freshAnswer(sample, exchange, role);
  if (answer.status === 200) sample.cache.set(key, answer);
  return { answer, hit: false };
}

function freshAnswer(sample: Sample, { request, path, search }: Exchange, role: Role): Answer {
  const { options } = sample;
  try {
    return answerApi(sample.store, sample.match, {
      path: path.slice(API.length - 1),
      query: readQuery(search),
      role,
      base: options.externalUrl || `http://${request.headers.host || `${options.host}:${options.port}`}`,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return jsonAnswer(500, { message: "500 Internal Server Error", detail });
  }
}

function send(sample: Sample, exchange: Exchange, role: Role | null, reply: Reply): void {
  const { latency, jitter, slowMs } = sample.options;
  const wait = latency + (jitter ? Math.random() * jitter : 0) + (reply.tag === "slow" ? slowMs : 0);
  const now = (): void => write(sample, exchange, role, reply);
  if (wait > 0) setTimeout(now, wait);
  else now();
}

function write(sample: Sample, exchange: Exchange, role: Role | null, { answer, tag, headers = [] }: Reply): void {
  const { request, response } = exchange;
  const packed =
    sample.options.gzip === "on" &&
    /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")) &&
    answer.body.length > 512;
  if (packed) answer.gzip ??= gzipSync(answer.body, { level: 1 });
  const body = packed && answer.gzip !== undefined ? answer.gzip : answer.body;
  response.writeHead(answer.status, [
    ...answer.headers,
    ...["Content-Length", String(body.length)],
    ...["X-Request-Id", `fx-${sample.traffic.counts.requests.toString(36)}`, "X-Runtime", "0.01"],
    ...headers,
    ...(packed ? ["Content-Encoding", "gzip", "Vary", "Accept-Encoding, Origin"] : []),
  ]);
  if (request.method === "HEAD") response.end();
  else response.end(body);
  note(sample, exchange, role, answer.status, body.length, answer.route, tag);
}

/** Promises the whole body, sends six tenths of it and cuts the connection. */
function truncate(sample: Sample, exchange: Exchange, role: Role | null, answer: Answer): void {
  const { request, response } = exchange;
  response.writeHead(200, [...answer.headers, "Content-Length", String(answer.body.length)]);
  response.write(answer.body.subarray(0, Math.floor(answer.body.length * 0.6)), () => {
    note(sample, exchange, role, 200, 0, answer.route, "truncate");
    request.socket.destroy();
  });
}

function note(
  sample: Sample,
  { request, url, start }: Exchange,
  role: Role | null,
  status: number,
  bytes: number,
  route: string | undefined,
  tag: string | undefined,
): void {
  sample.traffic.note(
    {
      m: request.method ?? "",
      url,
      status,
      ms: Math.round((performance.now() - start) * 100) / 100,
      bytes,
      auth: role,
      ua: request.headers["user-agent"] ?? null,
      ...(tag === undefined ? {} : { tag }),
    },
    route,
  );
}

/** Repeated `name[]` parameters are joined; of other repeated ones the last counts. */
function readQuery(search: string): Query {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const before = query[name];
    query[name] = name.endsWith("[]") && before !== undefined ? `${before},${value}` : value;
  }
  return query;
}
