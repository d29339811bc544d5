import type { AuthConfig } from "../../config/rest-api/auth-shape.ts";
import type { Authenticator, Surroundings } from "./authenticator.ts";
import { clientCredentials } from "./client-credentials.ts";
import { githubApp } from "./github-app.ts";
import { jwtBearer } from "./jwt-bearer.ts";
import { loginRequest } from "./login-request.ts";
import { refreshToken } from "./refresh-token.ts";
import { reveal } from "./reveal.ts";
import { createTokenAuthenticator, type TokenPlace } from "./token.ts";

const BEARER: TokenPlace = { location: "header", name: "Authorization", prefix: "Bearer " };

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
    case "headers": {
      const pairs = Object.entries(config.headers ?? {}).map(([name, value]) => {
        return [name.toLowerCase(), reveal(value)] as const;
      });
      return inHeaders(Object.fromEntries(pairs));
    }
    case "api_key": {
      const name = config.name ?? "Authorization";
      const key = reveal(config.api_key);
      const location = config.location ?? "header";
      if (location === "header") return inHeaders({ [name.toLowerCase()]: key });
      if (location === "cookie") return inHeaders({ cookie: `${name}=${key}` });
      return {
        secretParam: name,
        answered: () => false,
        async credentials({ url }) {
          const there = config.dedupe === true && new URL(url).searchParams.has(name);
          return { headers: {}, query: there ? [] : [[name, key]] };
        },
      };
    }
    case "oauth2_client_credentials":
      return createTokenAuthenticator(clientCredentials(config, around), BEARER, around);
    case "oauth2_refresh_token":
      return createTokenAuthenticator(refreshToken(config, around), BEARER, around);
    case "oauth2_jwt_bearer":
      return createTokenAuthenticator(jwtBearer(config, around), BEARER, around);
    case "github_app":
      return createTokenAuthenticator(githubApp(config, around), BEARER, around);
    case "login_request": {
      const name = config.name ?? "Authorization";
      const location = config.location ?? "header";
      const isBearer = location === "header" && name.toLowerCase() === "authorization";
      const prefix = config.prefix ?? (isBearer ? BEARER.prefix : "");
      return createTokenAuthenticator(loginRequest(config, around), { location, name, prefix }, around);
    }
  }
}

/**
 * True when all resources with this very section use one token. Kinds that dlt knows ask for one each, as dlt does (D5);
 * a refresh token may be good for one use only, and must not be used by two resources.
 */
export function isShared(config: AuthConfig): boolean {
  if (typeof config === "string") return false;
  switch (config.type) {
    case "oauth2_client_credentials":
      return config.shared === true;
    case "oauth2_refresh_token":
    case "oauth2_jwt_bearer":
    case "github_app":
    case "login_request":
      return config.shared !== false;
    default:
      return false;
  }
}

function inHeaders(headers: Readonly<Record<string, string>>): Authenticator {
  return { secretParam: undefined, answered: () => false, credentials: async () => ({ headers, query: [] }) };
}
