import type { AuthOf } from "../../config/rest-api/auth-shape.ts";
import { getOwn, isJsonObject, type JsonObject } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import type { Surroundings } from "./authenticator.ts";
import { privateKeyOf, signedToken } from "./jwt.ts";
import type { Token } from "./token.ts";
import { DEFAULT_SECONDS, requestToken } from "./token-request.ts";
import { tokenUrl } from "./token-url.ts";

/** GitHub takes assertions of at most ten minutes; a clock may be ahead of its own. */
const BEFORE = 60;
const AFTER = 9 * 60;

/** Installation tokens of a GitHub App: `POST /app/installations/{id}/access_tokens`. */
export function githubApp(config: AuthOf<"github_app">, around: Surroundings): () => Promise<Token> {
  const key = privateKeyOf(config);
  const url = tokenUrl(config, around.baseUrl) ?? "";
  const restriction: JsonObject = {
    ...(config.repositories ? { repositories: config.repositories } : {}),
    ...(config.permissions ? { permissions: config.permissions } : {}),
  };
  return async () => {
    const now = Math.floor(around.clock.now() / 1000);
    const claims = { iat: now - BEFORE, exp: now + AFTER, iss: String(config.app_id ?? "") };
    const assertion = signedToken(claims, key);
    around.onSecret(assertion);
    const request = {
      url,
      headers: {
        authorization: `Bearer ${assertion}`,
        accept: "application/vnd.github+json",
        "content-type": "application/json",
      },
      body: compactJson(restriction),
      settings: "app_id, installation_id, private_key and the clock of this machine",
    };
    return requestToken(request, around, (body) => {
      const value = isJsonObject(body) ? getOwn(body, "token") : undefined;
      if (typeof value !== "string" || !isJsonObject(body)) return undefined;
      const end = Date.parse(String(getOwn(body, "expires_at")));
      return { value, endsAt: Number.isNaN(end) ? around.clock.now() + DEFAULT_SECONDS * 1000 : end };
    });
  };
}
