import { isIP } from "node:net";
import { ConfigError, SourceError } from "../../core/errors.ts";
import { type SpecialAddress, specialAddress } from "./address.ts";
import { originOf } from "./url.ts";

export interface OriginRules {
  /** The only origin that gets credentials. */
  readonly home: string;
  /** Hosts (`host`, `host:port`) that may be asked without credentials; `any` only in strict. */
  readonly foreign: readonly string[] | "any";
}

/**
 * Throws when a URL must not be asked: another origin that is not allowed (`E_FOREIGN_ORIGIN`), or an address of this
 * machine or of a private network (`E_UNSAFE_URL`) that the configuration does not name itself. Names are checked when
 * they are resolved.
 *
 * @param isNamed whether the configuration itself names this origin
 */
export function refuseUrl(
  target: string,
  rules: OriginRules,
  allowPrivate: boolean,
  isNamed: (origin: string) => boolean,
): void {
  if (!URL.canParse(target)) {
    throw new SourceError("E_SOURCE_SHAPE", `${JSON.stringify(target)} is no URL that can be asked`, {
      step: "extract",
      hint: "Set client.base_url, or give an absolute path.",
    });
  }
  const url = new URL(target);
  if (url.origin === rules.home) return;
  const kind = allowPrivate || isNamed(url.origin) ? undefined : specialHost(url);
  const { foreign } = rules;
  const known = foreign === "any" || foreign.some((host) => host === url.host || host === url.hostname);
  if (known && originOf(url.href) !== undefined) {
    if (kind !== undefined) throw unsafeUrl(url.origin, url.hostname, kind);
    return;
  }
  // Within one machine or one network another port is just another origin.
  if (kind !== undefined && kind !== specialHost(new URL(rules.home === "" ? "http://-" : rules.home))) {
    throw unsafeUrl(url.origin, url.hostname, kind);
  }
  throw new SourceError(
    "E_FOREIGN_ORIGIN",
    `the source ${rules.home} points to ${url.origin === "null" ? `${url.protocol}...` : url.origin}, which is another origin`,
    {
      step: "extract",
      hint: "List the host in client.allowed_hosts if it is to be trusted; it is asked without credentials.",
      context: { home: rules.home, origin: url.origin },
    },
  );
}

/** The error for an address where no link may lead. */
export function unsafeUrl(origin: string, address: string, kind: SpecialAddress): ConfigError {
  const at = origin.includes(address) ? "" : ` at ${address}`;
  return new ConfigError("E_UNSAFE_URL", `the source points to ${origin}${at}, which is a ${kind} address`, {
    step: "extract",
    hint: "Set allow-private-network to true if links may lead into this network.",
    context: { origin, address },
  });
}

/** The kind of a special address that stands in the URL itself. */
function specialHost(url: URL): SpecialAddress | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? undefined : specialAddress(host);
}
