import type { JsonObject } from "../../core/json.ts";
import type { GeneratedAuth, GeneratedSetting } from "../model.ts";
import { objectAt, textAt } from "../reading/scalars.ts";
import { isHeaderName } from "../reading/writable.ts";

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
    case "apiKey": {
      const name = textAt(scheme, "name") ?? "Authorization";
      const location = textAt(scheme, "in") ?? "header";
      if (!["header", "query", "cookie"].includes(location)) return undefined;
      if (location !== "query" && !isHeaderName(name)) return undefined;
      return {
        type: "api_key",
        settings: [secret("api_key"), { key: "name", value: name }, { key: "location", value: location }],
      };
    }
    case "http": {
      const kind = textAt(scheme, "scheme")?.toLowerCase();
      if (kind === "basic") return { type: "http_basic", settings: [secret("username"), secret("password")] };
      return kind === "bearer" ? bearer : undefined;
    }
    case "oauth2": {
      const written = textAt(objectAt(objectAt(scheme, "flows"), "clientCredentials"), "tokenUrl");
      const url = written === undefined ? undefined : tokenUrl(written, base);
      // Another flow needs a browser: its token is got elsewhere.
      if (url === undefined) return bearer;
      const request: readonly GeneratedSetting[] =
        scopes.length === 0 ? [] : [{ key: "access_token_request_data", value: { scope: scopes.join(" ") } }];
      return {
        type: "oauth2_client_credentials",
        settings: [{ key: "access_token_url", value: url }, secret("client_id"), secret("client_secret"), ...request],
      };
    }
    case "openIdConnect":
      return bearer;
    default:
      return undefined;
  }
}

/** The absolute URL without a user; a relative one stays where nothing is known to join it with, others are none. */
function tokenUrl(written: string, base: string | undefined): string | undefined {
  if (!URL.canParse(written, base)) return /^[a-z][a-z0-9+.-]*:/i.test(written) ? undefined : written;
  const url = new URL(written, base);
  url.username = "";
  url.password = "";
  return /^https?:$/.test(url.protocol) ? url.href : undefined;
}
