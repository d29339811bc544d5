import type { AuthConfig } from "../config/rest-api/auth-shape.ts";
import { SourceError } from "../core/errors.ts";
import { getOwn, isJsonObject } from "../core/json.ts";
import { asNumber } from "../core/json-number.ts";
import { decodeUtf8, parseJson } from "../core/json-reader.ts";
import type { Clock } from "../core/ports.ts";
import { parsePythonInt } from "../core/python-text.ts";
import { Secret } from "../core/secret.ts";
import type { HttpAnswer, HttpRequest } from "./http/messages.ts";
import { encodeQuery, type Query } from "./http/url.ts";

/** What authentication adds to one request. */
export interface Credentials {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query;
}

export interface Authenticator {
  /** Called before every request; may fetch a token. */
  credentials(target: { readonly url: string }): Promise<Credentials>;
  /** Query parameter that carries the key, to be masked. */
  readonly secretParam: string | undefined;
}

interface Surroundings {
  readonly clock: Clock;
  readonly resource: string;
  /** Sends a token request with the usual retries. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Tokens that arrive later must be masked too. */
  readonly onSecret: (secret: string) => void;
}

/** Makes the authenticator of a checked `auth` section. Missing fields were reported before. */
export function createAuthenticator(config: AuthConfig, around: Surroundings): Authenticator {
  if (typeof config === "string") return createAuthenticator({ type: config }, around);
  switch (config.type) {
    case "bearer":
    case undefined:
      return inHeaders({ authorization: `Bearer ${reveal(config.token)}` });
    case "http_basic": {
      const pair = Buffer.from(`${reveal(config.username)}:${reveal(config.password)}`, "utf8").toString("base64");
      around.onSecret(pair);
      return inHeaders({ authorization: `Basic ${pair}` });
    }
    case "api_key": {
      const name = config.name ?? "Authorization";
      const key = reveal(config.api_key);
      const location = config.location ?? "header";
      if (location === "header") return inHeaders({ [name.toLowerCase()]: key });
      if (location === "cookie") return inHeaders({ cookie: `${name}=${key}` });
      return {
        secretParam: name,
        async credentials({ url }) {
          const there = config.dedupe === true && new URL(url).searchParams.has(name);
          return { headers: {}, query: there ? [] : [[name, key]] };
        },
      };
    }
    case "oauth2_client_credentials":
      return oauth(config, around);
  }
}

function inHeaders(headers: Readonly<Record<string, string>>): Authenticator {
  return { secretParam: undefined, credentials: async () => ({ headers, query: [] }) };
}

type OAuthConfig = Extract<AuthConfig, { type: "oauth2_client_credentials" }>;

function oauth(config: OAuthConfig, around: Surroundings): Authenticator {
  // dlt: a token given in the configuration counts as expired.
  let token = "";
  let expiry = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;
  return {
    secretParam: undefined,
    async credentials() {
      if (around.clock.now() >= expiry) {
        fetching ??= fetchToken().finally(() => {
          fetching = undefined;
        });
        await fetching;
      }
      return { headers: { authorization: `Bearer ${token}` }, query: [] };
    },
  };

  async function fetchToken(): Promise<void> {
    const url = config.access_token_url ?? "";
    const form = new Map<string, string>([
      ["client_id", reveal(config.client_id)],
      ["client_secret", reveal(config.client_secret)],
      ["grant_type", "client_credentials"],
    ]);
    for (const [name, value] of Object.entries(config.access_token_request_data ?? {})) form.set(name, reveal(value));
    const answer = await around.send({
      method: "POST",
      url,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: encodeQuery([...form]),
      retryable: true,
      home: new URL(url).origin,
      foreign: [],
    });
    const body = answer.status < 400 ? readToken(answer) : undefined;
    if (body === undefined) {
      throw new SourceError(
        answer.status === 429 || answer.status >= 500 ? "E_SOURCE_UNAVAILABLE" : "E_SOURCE_AUTH",
        `resource ${JSON.stringify(around.resource)}: the token request to ${answer.shownUrl} answered ${answer.status} without a usable token`,
        {
          step: "extract",
          reason: "http_status",
          hint: "Check client_id, client_secret and access_token_url.",
          context: { resource: around.resource, status: answer.status },
        },
      );
    }
    token = body.token;
    around.onSecret(token);
    expiry = around.clock.now() + (body.seconds ?? config.default_token_expiration ?? 3600) * 1000;
  }
}

function readToken(answer: HttpAnswer): { readonly token: string; readonly seconds: number | undefined } | undefined {
  let body: ReturnType<typeof parseJson>;
  try {
    body = parseJson(decodeUtf8(answer.bytes));
  } catch {
    return undefined;
  }
  if (!isJsonObject(body)) return undefined;
  const token = getOwn(body, "access_token");
  if (typeof token !== "string") return undefined;
  const life = getOwn(body, "expires_in");
  const parsed = typeof life === "string" ? parsePythonInt(life) : undefined;
  const seconds = asNumber(life) ?? (parsed === undefined ? undefined : Number(parsed));
  return { token, seconds: seconds === undefined ? undefined : Math.trunc(seconds) };
}

/** The text of a configured value, secret or not. */
function reveal(value: string | Secret | null | undefined): string {
  return value instanceof Secret ? value.reveal() : (value ?? "");
}
