import type { JsonObject } from "../../core/json.ts";
import type { GeneratedAuth, GeneratedSetting } from "../model.ts";
import { objectAt, textAt } from "../reading/scalars.ts";

export interface AuthHints {
  /** Before the names of secrets. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** With which a relative URL is joined. */
  readonly base: string | undefined;
}

/** The section `auth` of a security scheme; undefined when rest_api has none for it. */
export function authSection(scheme: JsonObject, { prefix, scopes, base }: AuthHints): GeneratedAuth | undefined {
  const secret = (key: string): GeneratedSetting => ({ key, secret: prefix + key });
  const bearer: GeneratedAuth = { type: "bearer", settings: [secret("token")] };
  switch (textAt(scheme, "type")) {
    case "apiKey":
      return {
        type: "api_key",
        settings: [
          secret("api_key"),
          { key: "name", value: textAt(scheme, "name") ?? "Authorization" },
          { key: "location", value: textAt(scheme, "in") ?? "header" },
        ],
      };
    case "http": {
      const kind = textAt(scheme, "scheme")?.toLowerCase();
      if (kind === "basic") return { type: "http_basic", settings: [secret("username"), secret("password")] };
      return kind === "bearer" ? bearer : undefined;
    }
    case "oauth2": {
      const url = textAt(objectAt(objectAt(scheme, "flows"), "clientCredentials"), "tokenUrl");
      // Another flow needs a browser: its token is got elsewhere.
      if (url === undefined) return bearer;
      const request: readonly GeneratedSetting[] =
        scopes.length === 0 ? [] : [{ key: "access_token_request_data", value: { scope: scopes.join(" ") } }];
      return {
        type: "oauth2_client_credentials",
        settings: [
          { key: "access_token_url", value: URL.canParse(url, base) ? new URL(url, base).href : url },
          secret("client_id"),
          secret("client_secret"),
          ...request,
        ],
      };
    }
    case "openIdConnect":
      return bearer;
    default:
      return undefined;
  }
}
