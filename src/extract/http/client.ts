import { Agent, type Dispatcher } from "undici";
import { linkController } from "../../core/concurrency.ts";
import { SourceError } from "../../core/errors.ts";
import type { Clock, Random } from "../../core/ports.ts";
import { BodyTooLargeError, readBody } from "./body.ts";
import { noAnswer, tooLarge } from "./failures.ts";
import { createGate, type Gate } from "./gate.ts";
import { askedSeconds, backoffSeconds, isRetriedStatus, isUsedUp, networkFault, resetSeconds } from "./retry.ts";
import { maskUrl, originOf, prepareUrl } from "./url.ts";

export interface HttpOptions {
  /** Requests in flight per origin (8). */
  readonly concurrency?: number;
  /** Tries of one request in all, waits that the server asked for not counted (5). */
  readonly maxAttempts?: number;
  /** First delay in seconds (1). */
  readonly backoffFactor?: number;
  /** Longest single wait in seconds; a longer one fails at once (300). */
  readonly maxRetryWait?: number;
  /** Seconds without a byte (30). */
  readonly idleTimeout?: number;
  /** Seconds for a whole exchange (120). */
  readonly totalTimeout?: number;
  /** Bytes of a body, as sent and as decoded (64 MiB). */
  readonly maxResponseBytes?: number;
  readonly userAgent?: string;
}

export interface HttpRequest {
  readonly method: string;
  /** Absolute, as it goes onto the wire. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** May be sent again after a failure. */
  readonly retryable: boolean;
  /** The only origin that gets `headers`; redirects to another one are refused unless `foreign` allows them. */
  readonly home: string;
  /** Hosts (`host`, `host:port`) that may be asked without credentials; `any` only in strict. */
  readonly foreign: readonly string[] | "any";
  /** An answer that is taken as it is, whatever its status. */
  readonly settled?: (answer: HttpAnswer) => boolean;
  /** Name of a query parameter that carries a credential, beside the well-known ones. */
  readonly secretParam?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; several lines of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** URL that answered, secrets masked. */
  readonly shownUrl: string;
}

/** Told of every attempt. */
export interface HttpObserver {
  attempt(facts: {
    readonly method: string;
    readonly url: string;
    readonly status: number;
    readonly attempt: number;
    readonly ms: number;
    readonly bytes: number;
  }): void;
  waited(seconds: number): void;
}

export interface HttpClient {
  /**
   * One request with its retries and redirects; resolves with any status that is final. Throws a `SourceError` when no
   * answer came, when another origin would have to be asked, or when the wait asked for is too long.
   */
  send(request: HttpRequest, observer: HttpObserver, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly strict: boolean;
  readonly redact: (text: string) => string;
}

const MOST_ASKED_WAITS = 10;

export function createHttpClient(options: HttpOptions, ports: Ports): HttpClient {
  const { clock, random, strict, redact } = ports;
  const concurrency = options.concurrency ?? 8;
  const maxAttempts = options.maxAttempts ?? 5;
  const maxWait = options.maxRetryWait ?? 300;
  const idleMs = (options.idleTimeout ?? 30) * 1000;
  const totalMs = (options.totalTimeout ?? 120) * 1000;
  const maxBytes = options.maxResponseBytes ?? 64 * 1024 * 1024;
  const maxRedirects = strict ? 30 : 5;
  const gates = new Map<string, Gate>();
  /** Ends what outlives its request: a pause that the last answers asked for is nobody's once the client is closed. */
  const lifetime = new AbortController();
  const agent = new Agent({
    connections: concurrency,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connect: { timeout: idleMs },
    keepAliveTimeout: 10_000,
  });

  const gateOf = (origin: string): Gate => {
    let gate = gates.get(origin);
    if (gate === undefined) {
      gate = createGate(concurrency, clock);
      gates.set(origin, gate);
    }
    return gate;
  };

  /** One exchange, no retries, no redirects. */
  async function exchangeOnce(
    request: HttpRequest,
    target: string,
    method: string,
    attempt: number,
    observer: HttpObserver,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { origin } = new URL(target);
    const gate = gateOf(origin);
    const leave = await gate.enter(signal);
    const exchange = linkController(signal);
    const timer = setTimeout(() => exchange.abort(new DOMException("too slow", "TimeoutError")), totalMs);
    const started = clock.now();
    const shownUrl = redact(maskUrl(target, request.secretParam));
    let status = 0;
    let bytes = 0;
    try {
      const { body, headers } = contentOf(request, method, origin === request.home);
      const response = await agent.request({
        origin,
        path: target.slice(target.indexOf("/", target.indexOf("//") + 2)),
        method: method as Dispatcher.HttpMethod,
        headers: {
          accept: "*/*",
          "accept-encoding": "gzip, deflate, br",
          "user-agent": options.userAgent ?? "sluice",
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: exchange.signal,
      });
      const answerHeaders = plainHeaders(response.headers);
      const content = await readBody(response.body, answerHeaders, maxBytes);
      status = response.statusCode;
      bytes = content.byteLength;
      // The window is used up: hold the others back before the origin has to say 429.
      if (!strict && status < 400 && isUsedUp(answerHeaders)) {
        const seconds = resetSeconds(answerHeaders, clock);
        if (seconds !== undefined && seconds <= maxWait) {
          gate.pause(seconds, lifetime.signal).catch(() => undefined);
        }
      }
      return { status, headers: answerHeaders, bytes: content, shownUrl };
    } finally {
      clearTimeout(timer);
      exchange.unlink();
      leave();
      observer.attempt({ method, url: shownUrl, status, attempt, ms: clock.now() - started, bytes });
    }
  }

  return {
    async send(request, observer, signal) {
      let target = request.url;
      let method = request.method;
      let redirects = 0;
      let counted = 0;
      let waits = 0;
      for (let attempt = 1; ; attempt += 1) {
        refuseForeign(request, target);
        const shown = redact(maskUrl(target, request.secretParam));
        let answer: HttpAnswer;
        try {
          answer = await exchangeOnce(request, target, method, attempt, observer, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof BodyTooLargeError) throw tooLarge(shown, error);
          const fault = networkFault(error);
          counted += 1;
          const again = (fault === "retry" || fault === "timeout") && request.retryable && counted < maxAttempts;
          if (!again) throw noAnswer(method, shown, error, fault, attempt);
          await pauseOne(backoffSeconds(attempt, options.backoffFactor ?? 1, maxWait, jitter()));
          continue;
        }

        const location = answer.headers.location;
        if (isRedirect(answer.status) && location !== undefined && URL.canParse(location, target)) {
          redirects += 1;
          if (redirects > maxRedirects) {
            throw new SourceError(
              "E_SOURCE_NOT_FOUND",
              `${method} ${shown} was redirected more than ${maxRedirects} times`,
              {
                step: "extract",
                reason: "http_status",
              },
            );
          }
          if (answer.status <= 303 && method === "POST") method = "GET";
          target = prepareUrl(new URL(location, target).href);
          attempt -= 1;
          continue;
        }

        if (!isRetriedStatus(answer.status) || request.settled?.(answer) === true || !request.retryable) return answer;
        const asked = askedSeconds(answer.headers, clock, !strict && answer.status === 429);
        if (asked !== undefined && asked > maxWait && !strict) {
          throw new SourceError(
            "E_SOURCE_RATE_LIMIT",
            `${method} ${shown} answered ${answer.status} and asks to wait ${Math.ceil(asked)} s, more than the ${maxWait} s allowed`,
            { step: "extract", reason: "http_status", hint: "Run again later, or raise max-retry-wait." },
          );
        }
        const free = asked !== undefined && !strict && waits < MOST_ASKED_WAITS;
        if (free) waits += 1;
        else counted += 1;
        if (counted >= maxAttempts) return answer;
        if (asked !== undefined) {
          const seconds = Math.min(asked, maxWait);
          observer.waited(seconds);
          await gateOf(new URL(target).origin).pause(seconds, signal);
        } else {
          await pauseOne(backoffSeconds(attempt, options.backoffFactor ?? 1, maxWait, jitter()));
        }
      }

      function jitter(): Random | undefined {
        return strict ? undefined : random;
      }
      async function pauseOne(seconds: number): Promise<void> {
        await clock.sleep(seconds * 1000, signal);
      }
    },
    async close() {
      lifetime.abort(new Error("the HTTP client is closed"));
      await agent.destroy();
    },
  };
}

/** Headers and body for this hop: another origin than the home gets neither credentials nor a body. */
function contentOf(
  request: HttpRequest,
  method: string,
  atHome: boolean,
): { readonly headers: Readonly<Record<string, string>>; readonly body?: string | Uint8Array } {
  if (!atHome) return { headers: {} };
  if (method === request.method && request.body !== undefined) return { headers: request.headers, body: request.body };
  const { "content-type": _type, ...headers } = request.headers;
  return { headers };
}

function refuseForeign(request: HttpRequest, target: string): void {
  if (!URL.canParse(target)) {
    throw new SourceError("E_SOURCE_SHAPE", `${JSON.stringify(target)} is no URL that can be asked`, {
      step: "extract",
      hint: "Set client.base_url, or give an absolute path.",
    });
  }
  const url = new URL(target);
  if (url.origin === request.home) return;
  const known = request.foreign === "any" || request.foreign.some((host) => host === url.host || host === url.hostname);
  if (known && originOf(url.href) !== undefined) return;
  throw new SourceError(
    "E_FOREIGN_ORIGIN",
    `the source ${request.home} points to ${url.origin === "null" ? `${url.protocol}...` : url.origin}, which is another origin`,
    {
      step: "extract",
      hint: "List the host in client.allowed_hosts if it is to be trusted; it is asked without credentials.",
      context: { home: request.home, origin: url.origin },
    },
  );
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return out;
}
