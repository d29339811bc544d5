import type { AuthOf } from "../../config/rest-api/auth-shape.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../../core/json.ts";
import { asNumber } from "../../core/json-number.ts";
import { compilePath, findFirst } from "../../core/json-path.ts";
import { compactJson } from "../../core/json-writer.ts";
import { Secret } from "../../core/secret.ts";
import type { Surroundings } from "./authenticator.ts";
import { reveal } from "./reveal.ts";
import type { Token } from "./token.ts";
import { DEFAULT_SECONDS, formOf, requestToken, secondsOf } from "./token-request.ts";
import { tokenUrl } from "./token-url.ts";

/** Tokens that a source gives for a login of its own kind. */
export function loginRequest(config: AuthOf<"login_request">, around: Surroundings): () => Promise<Token> {
  const token = compilePath(config.token_path);
  const life = config.expires_path ? compilePath(config.expires_path) : undefined;
  const content = config.data
    ? formOf([], config.data)
    : { headers: { "content-type": "application/json" }, body: compactJson(opened(config.json ?? {})) };
  const own = Object.entries(config.headers ?? {}).map(([name, value]) => [name.toLowerCase(), reveal(value)] as const);
  const request = {
    url: tokenUrl(config, around.baseUrl) ?? "",
    headers: { ...content.headers, ...Object.fromEntries(own) },
    body: content.body,
    settings: "login_url, what the login sends, and token_path",
  };
  return () =>
    requestToken(request, around, (body) => {
      const found = findFirst(token, body);
      const number = asNumber(found);
      const value = typeof found === "string" ? found : number === undefined ? "" : String(number);
      if (value === "") return undefined;
      const seconds = life === undefined ? undefined : secondsOf(findFirst(life, body));
      const lives = seconds ?? config.default_token_expiration ?? DEFAULT_SECONDS;
      return { value, endsAt: around.clock.now() + lives * 1000 };
    });
}

/** The body with its secrets open. */
function opened(object: Readonly<Record<string, JsonValue | Secret>>): JsonObject {
  const copy: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(object)) setOwn(copy, key, openedValue(value));
  return copy;
}

function openedValue(value: JsonValue | Secret): JsonValue {
  if (value instanceof Secret) return value.reveal();
  if (isJsonArray(value)) return value.map(openedValue);
  return isJsonObject(value) ? opened(value) : value;
}
