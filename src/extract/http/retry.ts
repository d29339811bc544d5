import type { Clock, Random } from "../../core/ports.ts";

/** Seconds before the next try: 1, 2, 4, 8, ... times a jitter of 0.5 to 1.5, capped. `failures` counts from 1. */
export function backoffSeconds(failures: number, factor: number, cap: number, random: Random | undefined): number {
  const jitter = random === undefined ? 1 : 0.5 + random.next();
  return Math.min(factor * 2 ** (failures - 1) * jitter, cap);
}

/**
 * Seconds that the server asks to wait: `Retry-After` as a number or a date; when `limits` is given, else the time to
 * `RateLimit-Reset`. Undefined when it names none, zero, the past, or something unreadable.
 */
export function askedSeconds(
  headers: Readonly<Record<string, string>>,
  clock: Clock,
  limits: boolean,
): number | undefined {
  const after = headers["retry-after"];
  if (after !== undefined) {
    // A fraction is neither of the two forms; as a date V8 would read a month and a day into it.
    const date = /[a-z]/i.test(after) ? Date.parse(after) : Number.NaN;
    const seconds = /^\s*\d+\s*$/.test(after) ? Number(after) : (date - clock.now()) / 1000;
    if (seconds > 0) return seconds;
  }
  return limits ? resetSeconds(headers, clock) : undefined;
}

/** Seconds until the rate limit window ends, from `RateLimit-Reset` (epoch or difference); undefined without one. */
export function resetSeconds(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const reset = Number(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"] ?? Number.NaN);
  if (!Number.isFinite(reset)) return undefined;
  // A number of this size is a time, not a difference.
  const seconds = reset > 1_000_000_000 ? reset - clock.now() / 1000 : reset;
  return seconds > 0 ? seconds : undefined;
}

/** True when the answer says that no request is left in the window. */
export function isUsedUp(headers: Readonly<Record<string, string>>): boolean {
  return (headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"]) === "0";
}

/** @param statuses those that the configuration names, instead of 429 and all of 5xx */
export function isRetriedStatus(status: number, statuses?: readonly number[]): boolean {
  if (statuses !== undefined) return statuses.includes(status);
  return status === 429 || (status >= 500 && status <= 599);
}

export type NetworkFault = "retry" | "timeout" | "certificate" | "final";

/** What a failed exchange means: try again (a timeout is told apart), or not. */
export function networkFault(error: unknown): NetworkFault {
  const refused = proxyStatus(error);
  if (refused !== undefined) return refused >= 500 ? "retry" : "final";
  const code = errorCode(error);
  if (code === undefined) return "final";
  if (code === "UND_ERR_PRX_TLS") return "certificate";
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_CERT)/.test(code)) return "certificate";
  if (/TIMEOUT|ETIMEDOUT|TimeoutError/.test(code)) return "timeout";
  return /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EADDR|ERR_SSL|EPROTO|UND_ERR_SOCKET|UND_ERR_PRX_CONN|UND_ERR_RES_CONTENT|HPE_|Z_)/.test(
    code,
  )
    ? "retry"
    : "final";
}

/** The code of a Node or undici error, looking through causes and aggregates. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "TimeoutError") return "TimeoutError";
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}

/** The status with which a proxy refused to connect, undefined when that is not what happened. */
export function proxyStatus(error: unknown): number | undefined {
  const found = error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message) : null;
  return found === null ? undefined : Number(found[1]);
}
