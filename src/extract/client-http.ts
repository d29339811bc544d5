import { type ClientHttp, secondsOf } from "../config/rest-api/http-shape.ts";
import { Secret } from "../core/secret.ts";
import { DEFAULT_TOTAL, type HttpOptions } from "./http/client.ts";
import { everyProxy } from "./http/proxy.ts";

/** What `client.http` says to the HTTP client; a certificate file is read by the edges. */
export function httpOf(http: ClientHttp | null | undefined, strict = false): HttpOptions {
  if (!http) return {};
  const proxy = http.proxy instanceof Secret ? http.proxy.reveal() : http.proxy;
  const per = http.rate_limit ? secondsOf(http.rate_limit.per) : undefined;
  return {
    ...(http.timeout ? { idleTimeout: http.timeout } : {}),
    // A longer silence than the whole request may take could never be; in strict it may take any time.
    ...(!strict && http.timeout && http.timeout > DEFAULT_TOTAL ? { totalTimeout: http.timeout } : {}),
    ...(http.max_attempts ? { maxAttempts: http.max_attempts } : {}),
    ...((http.backoff_factor ?? null) === null ? {} : { backoffFactor: http.backoff_factor ?? 0 }),
    ...((http.max_delay ?? null) === null ? {} : { maxRetryWait: http.max_delay ?? 0 }),
    ...(http.retry_statuses ? { retryStatuses: http.retry_statuses } : {}),
    ...(proxy ? { proxies: everyProxy(proxy) } : {}),
    ...(http.concurrency ? { concurrency: http.concurrency } : {}),
    ...(http.rate_limit && per !== undefined
      ? { rateLimit: { requests: http.rate_limit.requests, seconds: per } }
      : {}),
  };
}
