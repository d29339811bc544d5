import { DataError, SourceError } from "../../core/errors.ts";
import type { BodyTooLargeError } from "./body.ts";
import { errorCode, type NetworkFault } from "./retry.ts";

/** The body is larger than allowed. */
export function tooLarge(url: string, error: BodyTooLargeError): DataError {
  return new DataError("E_LIMIT", `the answer of ${url} is too large: ${error.message}`, {
    step: "extract",
    hint: "Ask for smaller pages (per_page, limit), or raise max-response-bytes.",
  });
}

/** No complete answer came, after all attempts. */
export function noAnswer(
  method: string,
  url: string,
  error: unknown,
  fault: NetworkFault,
  attempts: number,
): SourceError {
  const code = errorCode(error) ?? (error instanceof Error ? error.name : "error");
  const context = { url, cause: code, attempts };
  if (fault === "certificate") {
    return new SourceError("E_CONFIG", `${method} ${url}: the certificate of the server cannot be verified (${code})`, {
      step: "extract",
      hint: "Give the certificate of its authority, or correct the host name.",
      context,
      cause: error,
    });
  }
  if (fault === "timeout") {
    return new SourceError("E_TIMEOUT", `${method} ${url} did not answer in time (${code}, ${attempts} attempts)`, {
      step: "extract",
      context,
      cause: error,
    });
  }
  if (code === "UND_ERR_INVALID_ARG") {
    return new SourceError(
      "E_CONFIG",
      `${method} ${url} cannot be sent: a header has characters that may not stand in it`,
      {
        step: "extract",
        hint: "Check client.headers, endpoint.headers and the token for line ends and other special characters.",
        context,
        cause: error,
      },
    );
  }
  const overflow = code === "UND_ERR_HEADERS_OVERFLOW";
  return new SourceError(
    overflow ? "E_SOURCE_BODY" : "E_SOURCE_UNAVAILABLE",
    `${method} ${url} gave no complete answer (${code}, ${attempts} attempts)`,
    { step: "extract", context, cause: error },
  );
}
