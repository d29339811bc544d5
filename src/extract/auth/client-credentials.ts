import type { AuthOf } from "../../config/rest-api/auth-shape.ts";
import type { Surroundings } from "./authenticator.ts";
import { clientAuthentication } from "./client-authentication.ts";
import type { Token } from "./token.ts";
import { formOf, requestToken, tokenReader } from "./token-request.ts";

/** Client credentials of OAuth 2.0 (RFC 6749, 4.4), asked for as dlt does. */
export function clientCredentials(
  config: AuthOf<"oauth2_client_credentials">,
  around: Surroundings,
): () => Promise<Token> {
  const client = clientAuthentication(config, around);
  const form = formOf([...client.fields, ["grant_type", "client_credentials"]], config.access_token_request_data);
  // dlt: a token given in the configuration counts as expired, so that it is never used.
  const request = {
    url: config.access_token_url ?? "",
    headers: { ...form.headers, ...client.headers },
    body: form.body,
    settings: "client_id, client_secret and access_token_url",
  };
  const read = tokenReader(around.clock, config.default_token_expiration);
  return async () => (await requestToken(request, around, read)).token;
}
