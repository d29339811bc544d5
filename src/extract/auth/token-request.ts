import { SourceError } from "../../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { asNumber } from "../../core/json-number.ts";
import { decodeUtf8, parseJson } from "../../core/json-reader.ts";
import { parsePythonInt } from "../../core/python-text.ts";
import type { HttpAnswer } from "../http/messages.ts";
import { encodeQuery, type QueryValue } from "../http/url.ts";
import type { Surroundings } from "./authenticator.ts";
import type { Token } from "./token.ts";

export interface TokenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What to look at when it is refused: `client_id, client_secret`. */
  readonly settings: string;
}

/**
 * Asks for a token, with the usual retries; only the origin that the URL names is asked. Gives what `read` finds in the
 * answer. Throws `E_SOURCE_AUTH`, or `E_SOURCE_UNAVAILABLE` when the server could not answer, for an answer without it.
 */
export async function requestToken<T>(
  request: TokenRequest,
  around: Surroundings,
  read: (body: JsonValue) => T | undefined,
): Promise<T> {
  const { url, headers, body, settings } = request;
  const answer = await around.send({
    method: "POST",
    url,
    headers,
    body,
    retryable: true,
    home: new URL(url).origin,
    foreign: [],
  });
  const content = answer.status < 400 ? bodyOf(answer) : undefined;
  const found = content === undefined ? undefined : read(content);
  if (found !== undefined) return found;
  throw new SourceError(
    answer.status === 429 || answer.status >= 500 ? "E_SOURCE_UNAVAILABLE" : "E_SOURCE_AUTH",
    `resource ${JSON.stringify(around.resource)}: the token request to ${answer.shownUrl} answered ${answer.status} without a usable token`,
    {
      step: "extract",
      reason: "http_status",
      hint: `Check ${settings}.`,
      context: { resource: around.resource, status: answer.status },
    },
  );
}

/** A form of the fields, those of `more` laid over them; its content type. */
export function formOf(
  fields: readonly (readonly [string, string])[],
  more: Readonly<Record<string, QueryValue>> | null | undefined,
): Pick<TokenRequest, "headers" | "body"> {
  const form = new Map<string, QueryValue>(fields);
  for (const [name, value] of Object.entries(more ?? {})) form.set(name, value);
  return { headers: { "content-type": "application/x-www-form-urlencoded" }, body: encodeQuery([...form]) };
}

/** The answer of a token endpoint of OAuth 2.0 (RFC 6749, 5.1). */
export interface TokenAnswer {
  readonly token: Token;
  readonly body: JsonObject;
}

/** Reads `access_token` and `expires_in`; `seconds` is the life time where the answer names none. */
export function tokenReader(
  clock: Surroundings["clock"],
  seconds: number | null | undefined,
): (body: JsonValue) => TokenAnswer | undefined {
  return (body) => {
    if (!isJsonObject(body)) return undefined;
    const value = getOwn(body, "access_token");
    if (typeof value !== "string") return undefined;
    const life = secondsOf(getOwn(body, "expires_in")) ?? seconds ?? DEFAULT_SECONDS;
    return { token: { value, endsAt: clock.now() + life * 1000 }, body };
  };
}

export const DEFAULT_SECONDS = 3600;

/** Whole seconds of a number, or of its text as Python reads it. */
export function secondsOf(life: JsonValue | undefined): number | undefined {
  const parsed = typeof life === "string" ? parsePythonInt(life) : undefined;
  const seconds = asNumber(life) ?? (parsed === undefined ? undefined : Number(parsed));
  return seconds === undefined ? undefined : Math.trunc(seconds);
}

function bodyOf(answer: HttpAnswer): JsonValue | undefined {
  try {
    return parseJson(decodeUtf8(answer.bytes));
  } catch {
    return undefined;
  }
}
