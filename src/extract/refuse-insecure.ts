import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { ClientConfig } from "../config/rest-api/shape.ts";
import { ConfigError } from "../core/errors.ts";
import { holdsSecret } from "../core/secret.ts";
import { tokenUrl } from "./auth/token-url.ts";
import { isLoopback, originOf } from "./http/url.ts";
import { homeOf } from "./prepare.ts";

/**
 * Throws `E_UNSAFE_URL` when a credential would travel unencrypted to another machine: that of `auth`, or a secret in a
 * header, a parameter, the path or a body. What is asked is where the resource itself is asked, a whole URL as its path included,
 * and where its tokens come from.
 */
export function refuseInsecure(client: ClientConfig, plan: readonly PlannedResource[]): void {
  const base = client.base_url ?? "";
  for (const resource of plan) {
    const { auth } = resource;
    const urls = [
      ...(auth !== null || sendsSecret(resource) ? [homeOf(resource.path, base)] : []),
      ...(auth === null ? [] : [tokenUrl(auth, base) ?? ""]),
    ];
    for (const url of urls) {
      if (!/^http:\/\//i.test(url) || originOf(url) === undefined || isLoopback(url)) continue;
      throw new ConfigError(
        "E_UNSAFE_URL",
        `resource ${JSON.stringify(resource.name)}: a credential would be sent unencrypted to ${originOf(url) ?? url}`,
        { step: "config", hint: "Use https, or set allow-insecure-http to true." },
      );
    }
  }
}

function sendsSecret({ seed, isPathSecret, headers, params, json, data }: PlannedResource): boolean {
  return seed === undefined && (isPathSecret || holdsSecret([headers, params, json, data]));
}
