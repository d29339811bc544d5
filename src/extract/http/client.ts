import { SluiceError } from "../../core/errors.ts";
import type { Clock, Random } from "../../core/ports.ts";
import { BodyTooLargeError } from "./body.ts";
import { createDispatchers, type NetworkOptions } from "./dispatchers.ts";
import { type ExchangeSettings, exchange } from "./exchange.ts";
import { noAnswer, tooLarge, tooManyRedirects, waitTooLong } from "./failures.ts";
import { createGate, type Gate } from "./gate.ts";
import type { HttpAnswer, HttpObserver, HttpRequest } from "./messages.ts";
import { refuseUrl } from "./origins.ts";
import { createRate, type RateLimit } from "./rate.ts";
import { askedSeconds, backoffSeconds, isRetriedStatus, isUsedUp, networkFault, resetSeconds } from "./retry.ts";
import { maskUrl, prepareUrl } from "./url.ts";

export interface HttpOptions extends NetworkOptions {
  /** Requests in flight per origin (8). */
  readonly concurrency?: number;
  /** Tries of one request in all, waits that the server asked for not counted (5). */
  readonly maxAttempts?: number;
  /** First delay in seconds (1). */
  readonly backoffFactor?: number;
  /** Longest single wait in seconds; a longer one fails at once (300). */
  readonly maxRetryWait?: number;
  /** Seconds without a byte (30; in strict 60). */
  readonly idleTimeout?: number;
  /** Seconds for a whole exchange (120; in strict no limit). */
  readonly totalTimeout?: number;
  /** Bytes of a body, as sent and as decoded (64 MiB). */
  readonly maxResponseBytes?: number;
  /** Statuses after which a request is tried again (429 and 500 to 599). */
  readonly retryStatuses?: readonly number[];
  /** How fast requests to one origin may begin (no limit). */
  readonly rateLimit?: RateLimit;
  /** Redirects of one request (5; in strict 30). */
  readonly maxRedirects?: number;
  readonly userAgent?: string;
}

export interface HttpClient {
  /**
   * One request with its retries and redirects; resolves with any status that is final. Throws a `SourceError` when no
   * answer came, when another origin would have to be asked, or when the wait asked for is too long, and a `ConfigError`
   * when it would lead to an address that must not be asked.
   */
  send(request: HttpRequest, observer: HttpObserver, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly strict: boolean;
  readonly redact: (text: string) => string;
  /** Of earlier clients for the same source, by origin. */
  readonly rates?: Map<string, () => number>;
  /** Time of the clock at which the run is stopped; a wait that goes beyond it fails at once. */
  readonly deadline?: number;
}

const MOST_ASKED_WAITS = 10;

/** Seconds for a whole exchange. */
export const DEFAULT_TOTAL = 120;

export function createHttpClient(options: HttpOptions, ports: Ports): HttpClient {
  const { clock, random, strict, redact } = ports;
  const concurrency = options.concurrency ?? 8;
  const maxAttempts = options.maxAttempts ?? 5;
  const maxWait = options.maxRetryWait ?? 300;
  const maxRedirects = options.maxRedirects ?? (strict ? 30 : 5);
  /** Homes of all requests so far: origins that the configuration names. */
  const named = new Set<string>();
  const isNamed = (origin: string): boolean => named.has(origin);
  const gates = new Map<string, Gate>();
  /** Ends what outlives its request: a pause that the last answers asked for is nobody's once the client is closed. */
  const lifetime = new AbortController();
  const dispatchers = createDispatchers(
    options,
    { connections: concurrency, idleMs: (options.idleTimeout ?? (strict ? 60 : 30)) * 1000 },
    isNamed,
  );
  const exchanges: ExchangeSettings = {
    dispatchers,
    gateOf,
    clock,
    totalMs: (options.totalTimeout ?? (strict ? Number.POSITIVE_INFINITY : DEFAULT_TOTAL)) * 1000,
    maxBytes: options.maxResponseBytes ?? 64 * 1024 * 1024,
    userAgent: options.userAgent ?? "sluice",
  };

  function gateOf(origin: string): Gate {
    let gate = gates.get(origin);
    if (gate === undefined) {
      gate = createGate(concurrency, clock, rateOf(origin));
      gates.set(origin, gate);
    }
    return gate;
  }

  function rateOf(origin: string): (() => number) | undefined {
    if (options.rateLimit === undefined) return undefined;
    const rate = ports.rates?.get(origin) ?? createRate(options.rateLimit, clock);
    ports.rates?.set(origin, rate);
    return rate;
  }

  /** Seconds that may be waited now. */
  function longestWait(): number {
    return ports.deadline === undefined ? maxWait : Math.min(maxWait, (ports.deadline - clock.now()) / 1000);
  }

  /** The window is used up: hold the others back before the origin has to say 429. */
  function heed(target: string, answer: HttpAnswer): void {
    if (strict || answer.status >= 400 || !isUsedUp(answer.headers)) return;
    const seconds = resetSeconds(answer.headers, clock);
    if (seconds === undefined || seconds > longestWait()) return;
    gateOf(new URL(target).origin)
      .pause(seconds, lifetime.signal)
      .catch(() => undefined);
  }

  return {
    async send(request, observer, signal) {
      named.add(request.home);
      let target = request.url;
      let method = request.method;
      let redirects = 0;
      let counted = 0;
      let waits = 0;
      for (let attempt = 1; ; attempt += 1) {
        refuseUrl(target, request, options.allowPrivateNetwork === true, isNamed);
        const shown = redact(maskUrl(target, request.secretParam));
        let answer: HttpAnswer;
        try {
          answer = await exchange(exchanges, request, { target, method, attempt, shown }, observer, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof SluiceError) throw error;
          if (error instanceof BodyTooLargeError) throw tooLarge(shown, error);
          const fault = networkFault(error);
          counted += 1;
          const again = (fault === "retry" || fault === "timeout") && request.retryable && counted < maxAttempts;
          if (!again) {
            const { proxy } = dispatchers.for(new URL(target).origin);
            throw noAnswer(
              { method, url: shown, attempts: attempt, ...(proxy === undefined ? {} : { proxy }) },
              error,
              fault,
            );
          }
          await backOff(attempt);
          continue;
        }
        heed(target, answer);

        const location = answer.headers.location;
        if (isRedirect(answer.status) && location && URL.canParse(location, target)) {
          redirects += 1;
          if (redirects > maxRedirects) throw tooManyRedirects(method, shown, maxRedirects);
          // As requests (Python) does: the answer to what was sent is found elsewhere, by asking for it.
          if (answer.status === 301 ? method === "POST" : answer.status <= 303) method = "GET";
          target = prepareUrl(new URL(location, target).href);
          attempt -= 1;
          continue;
        }

        const isAskedAgain = request.again?.(answer) === true;
        // What is refused with 429 was not carried out, so that any request may be sent again.
        const isFailure =
          isRetriedStatus(answer.status, options.retryStatuses) &&
          (request.retryable || answer.status === 429) &&
          request.settled?.(answer) !== true;
        if (!isAskedAgain && !isFailure) return answer;
        const asked = askedSeconds(answer.headers, clock, !strict && answer.status === 429);
        const longest = longestWait();
        if (asked !== undefined && asked > longest && !(strict && longest === maxWait)) {
          throw waitTooLong(method, answer, asked, longest, longest < maxWait);
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
          await backOff(attempt);
        }
      }

      async function backOff(attempt: number): Promise<void> {
        const seconds = backoffSeconds(attempt, options.backoffFactor ?? 1, maxWait, strict ? undefined : random);
        await clock.sleep(seconds * 1000, signal);
      }
    },
    async close() {
      lifetime.abort(new Error("the HTTP client is closed"));
      await dispatchers.close();
    },
  };
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
