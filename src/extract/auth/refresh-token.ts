import type { AuthOf } from "../../config/rest-api/auth-shape.ts";
import { getOwn } from "../../core/json.ts";
import type { Surroundings } from "./authenticator.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { reveal } from "./reveal.ts";
import type { Token } from "./token.ts";
import { formOf, requestToken, tokenReader } from "./token-request.ts";

/**
 * Access tokens for a refresh token (RFC 6749, 6). A new refresh token in an answer takes the place of the old one for the
 * rest of the run; it is kept nowhere, because a state holds no secrets.
 */
export function refreshToken(config: AuthOf<"oauth2_refresh_token">, around: Surroundings): () => Promise<Token> {
  const { memory } = around;
  const client = clientAuthentication(config, around);
  const read = tokenReader(around.clock, config.default_token_expiration);
  return async () => {
    const refresh = memory.refresh ?? reveal(config.refresh_token);
    const fields = [["grant_type", "refresh_token"], ["refresh_token", refresh], ...client.fields] as const;
    const form = formOf(fields, config.access_token_request_data);
    const request = {
      url: config.access_token_url ?? "",
      headers: { ...form.headers, ...client.headers },
      body: form.body,
      settings: "refresh_token, client_id, client_secret and access_token_url",
    };
    const { token, body } = await requestToken(request, around, read);
    const next = getOwn(body, "refresh_token");
    if (typeof next === "string" && next !== "") {
      around.onSecret(next);
      memory.refresh = next;
    }
    return token;
  };
}
