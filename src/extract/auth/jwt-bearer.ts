import type { AuthOf } from "../../config/rest-api/auth-shape.ts";
import type { Surroundings } from "./authenticator.ts";
import { privateKeyOf, signedToken } from "./jwt.ts";
import type { Token } from "./token.ts";
import { formOf, requestToken, tokenReader } from "./token-request.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Access tokens for an assertion that a private key has signed (RFC 7523): service accounts of Google, Salesforce, Box. */
export function jwtBearer(config: AuthOf<"oauth2_jwt_bearer">, around: Surroundings): () => Promise<Token> {
  const key = privateKeyOf(config);
  const url = config.access_token_url ?? "";
  const read = tokenReader(around.clock, config.default_token_expiration);
  return async () => {
    const now = Math.floor(around.clock.now() / 1000);
    const claims = {
      iss: config.iss ?? undefined,
      sub: config.sub ?? undefined,
      aud: config.aud ?? url,
      scope: config.scope ?? undefined,
      iat: now,
      exp: now + (config.lifetime ?? 3600),
      ...config.claims,
    };
    const assertion = signedToken(claims, key, config.private_key_id);
    around.onSecret(assertion);
    const fields = [
      ["grant_type", GRANT],
      ["assertion", assertion],
    ] as const;
    const settings = "private_key, iss, sub, aud, scope and access_token_url, and the clock of this machine";
    const request = { url, ...formOf(fields, config.access_token_request_data), settings };
    return (await requestToken(request, around, read)).token;
  };
}
