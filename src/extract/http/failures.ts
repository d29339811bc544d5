import { ConfigError, DataError, type SluiceError, SourceError } from "../../core/errors.ts";
import type { BodyTooLargeError } from "./body.ts";
import type { HttpAnswer } from "./messages.ts";
import { errorCode, type NetworkFault, proxyStatus } from "./retry.ts";

/** The body is larger than allowed. */
export function tooLarge(url: string, error: BodyTooLargeError): DataError {
  return new DataError("E_LIMIT", `the answer of ${url} is too large: ${error.message}`, {
    step: "extract",
    hint: "Ask for smaller pages (per_page, limit), or raise max-response-bytes.",
  });
}

/** The source leads on and on. */
export function tooManyRedirects(method: string, url: string, most: number): SourceError {
  return new SourceError("E_SOURCE_NOT_FOUND", `${method} ${url} was redirected more than ${most} times`, {
    step: "extract",
    reason: "http_status",
    hint: "Correct base_url or path, or raise max-redirects.",
  });
}

/** The source asks for a longer wait than is allowed, or than is left of the run's time. */
export function waitTooLong(
  method: string,
  answer: HttpAnswer,
  asked: number,
  longest: number,
  isTimeout: boolean,
): SourceError {
  const allowed = isTimeout
    ? `the ${Math.max(0, Math.floor(longest))} s that are left of the timeout`
    : `the ${longest} s allowed`;
  return new SourceError(
    answer.status === 429 ? "E_SOURCE_RATE_LIMIT" : "E_SOURCE_UNAVAILABLE",
    `${method} ${answer.shownUrl} answered ${answer.status} and asks to wait ${Math.ceil(asked)} s, more than ${allowed}`,
    {
      step: "extract",
      reason: "http_status",
      hint: `Run again later, or raise ${isTimeout ? "timeout" : "max-retry-wait"}.`,
    },
  );
}

/** Which request it was. */
export interface FailedRequest {
  readonly method: string;
  /** Secrets masked. */
  readonly url: string;
  readonly attempts: number;
  /** `host:port` of the proxy in between. */
  readonly proxy?: string;
}

/** No complete answer came, after all attempts. */
export function noAnswer(request: FailedRequest, error: unknown, fault: NetworkFault): SluiceError {
  const { method, url, attempts, proxy } = request;
  const refused = proxy === undefined ? undefined : proxyStatus(error);
  const code =
    refused === undefined
      ? (errorCode(error) ?? (error instanceof Error ? error.name : "error"))
      : `the proxy answered ${refused}`;
  const via = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  const context = { url, cause: code, attempts, ...(proxy === undefined ? {} : { proxy }) };
  const options = { step: "extract", context, cause: error } as const;
  if (refused === 407) {
    return new ConfigError("E_CONFIG", `${method} ${url}: the proxy ${proxy} does not accept the credential (407)`, {
      ...options,
      hint: "Write user and password into the URL of the variable HTTPS_PROXY or HTTP_PROXY.",
    });
  }
  if (fault === "certificate") {
    return new ConfigError(
      "E_CONFIG",
      `${method} ${url}${via}: the certificate of the server cannot be verified (${code})`,
      { ...options, hint: "Give the certificate of its authority with ca-certificate, or correct the host name." },
    );
  }
  if (fault === "timeout") {
    const text = `${method} ${url}${via} did not answer in time (${code}, ${attempts} attempts)`;
    return new SourceError("E_TIMEOUT", text, {
      ...options,
      hint: "Run again later, or raise idle-timeout or request-timeout.",
    });
  }
  if (code === "UND_ERR_INVALID_ARG") {
    return new ConfigError(
      "E_CONFIG",
      `${method} ${url} cannot be sent: a header has characters that may not stand in it`,
      {
        ...options,
        hint: "Check client.headers, endpoint.headers and the token for line ends and other special characters.",
      },
    );
  }
  const overflow = code === "UND_ERR_HEADERS_OVERFLOW";
  return new SourceError(
    overflow ? "E_SOURCE_BODY" : "E_SOURCE_UNAVAILABLE",
    `${method} ${url}${via} gave no complete answer (${code}, ${attempts} attempts)`,
    options,
  );
}
