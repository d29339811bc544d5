import { BlockList, isIP } from "node:net";
import { ConfigError } from "../../core/errors.ts";

/** Which proxy leads to which scheme, and where none does. */
export interface ProxySettings {
  readonly http?: HttpProxy;
  readonly https?: HttpProxy;
  /** Entries of `NO_PROXY`. */
  readonly except: readonly string[];
}

export interface HttpProxy {
  /** `http://proxy.example:3128`, without its credential. */
  readonly origin: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxies that an environment names: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, each also in lower case, which wins
 * as it does for curl and for Python's requests. Throws `E_INPUT` for one that is no http(s) URL, without showing it.
 */
export function proxiesOf(environment: Environment): ProxySettings {
  const http = proxyIn(environment, "http_proxy");
  const https = proxyIn(environment, "https_proxy");
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    except: (variable(environment, "no_proxy") ?? "").split(/[\s,]+/).filter((entry) => entry !== ""),
  };
}

/** One proxy for everything but this machine: `http://user:password@host:port`, checked before. */
export function everyProxy(text: string): ProxySettings {
  const proxy = proxyOf(new URL(text));
  return { http: proxy, https: proxy, except: [] };
}

/** The proxy for a URL; undefined: none. This machine itself is never asked through one. */
export function proxyFor(url: URL, proxies: ProxySettings): HttpProxy | undefined {
  const proxy = url.protocol === "https:" ? proxies.https : proxies.http;
  if (proxy === undefined) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  if (host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127\.[\d.]+$/.test(host))
    return undefined;
  return proxies.except.some((entry) => covers(entry.toLowerCase(), host, port)) ? undefined : proxy;
}

function variable(environment: Environment, name: string): string | undefined {
  const value = environment[name] ?? environment[name.toUpperCase()];
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

function proxyIn(environment: Environment, name: string): HttpProxy | undefined {
  const text = variable(environment, name);
  if (text === undefined) return undefined;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new ConfigError("E_INPUT", `the variable ${name.toUpperCase()} holds no URL of an HTTP proxy`, {
      step: "config",
      reason: "type",
      hint: "Write http://host:port or https://host:port; other kinds of proxy are not supported.",
    });
  }
  return proxyOf(url);
}

function proxyOf(url: URL): HttpProxy {
  if (url.username === "") return { origin: url.origin };
  const credential = `${decoded(url.username)}:${decoded(url.password)}`;
  return { origin: url.origin, authorization: `Basic ${Buffer.from(credential, "utf8").toString("base64")}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray `%` stands for itself.
    return text;
  }
}

/** `*`, `host`, `.host`, `*.host` (all with what is below them), an address, a range of addresses; each may have a port. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const range = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/.exec(entry);
  if (range !== null) return isInRange(host, range[1] ?? "", Number(range[2]));
  const [name, wanted] = isIP(entry) === 6 ? [entry, undefined] : splitPort(entry);
  if (wanted !== undefined && wanted !== port) return false;
  const plain = name.replace(/^\[|\]$/g, "").replace(/^\*?\./, "");
  if (plain === "") return false;
  return host === plain || (isIP(host) === 0 && host.endsWith(`.${plain}`));
}

function splitPort(entry: string): readonly [name: string, port: string | undefined] {
  const found = /^(.*):(\d+)$/.exec(entry);
  return found === null ? [entry, undefined] : [found[1] ?? "", found[2]];
}

function isInRange(host: string, start: string, bits: number): boolean {
  const version = isIP(start);
  if (version === 0 || isIP(host) !== version || bits > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(start, bits, family);
  return list.check(host, family);
}
