import type { AuthConfig } from "../../config/rest-api/auth-shape.ts";
import { isAbsolute, joinUrl } from "../http/url.ts";

/** Where the tokens of a section are asked for; undefined for kinds without, and before it is filled in. */
export function tokenUrl(config: AuthConfig, baseUrl: string): string | undefined {
  if (typeof config === "string") return undefined;
  switch (config.type) {
    case "oauth2_client_credentials":
    case "oauth2_refresh_token":
    case "oauth2_jwt_bearer":
      return config.access_token_url ?? undefined;
    case "github_app": {
      const id = encodeURIComponent(String(config.installation_id ?? ""));
      return joinUrl(config.api_url ?? baseUrl, `app/installations/${id}/access_tokens`);
    }
    case "login_request": {
      const path = config.login_url ?? "";
      return isAbsolute(path) ? path : joinUrl(baseUrl, path);
    }
    default:
      return undefined;
  }
}
