import dns from "node:dns";
import type { LookupFunction } from "node:net";
import { getCACertificates } from "node:tls";
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import { specialAddress } from "./address.ts";
import { unsafeUrl } from "./origins.ts";
import { type HttpProxy, type ProxySettings, proxyFor } from "./proxy.ts";

export interface NetworkOptions {
  /** Links may lead to this machine and to private networks (false). */
  readonly allowPrivateNetwork?: boolean;
  /** Default: none. */
  readonly proxies?: ProxySettings;
  /** False: certificates are not verified. */
  readonly tlsVerify?: boolean;
  /** Certificates in PEM form that are trusted beside those of the system. */
  readonly caCertificate?: string;
}

/** The connections of a client: straight, or through the proxy that the environment names. */
export interface Dispatchers {
  /** What to send a request to this origin with, and the proxy in between. */
  for(origin: string): { readonly dispatcher: Dispatcher; readonly proxy?: string };
  close(): Promise<void>;
}

/**
 * @param limits connections an origin, and milliseconds without a byte
 * @param isNamed whether the configuration itself names an origin: others are checked as {@link checkedLookup} says
 */
export function createDispatchers(
  options: NetworkOptions,
  limits: { readonly connections: number; readonly idleMs: number },
  isNamed: (origin: string) => boolean,
): Dispatchers {
  const { idleMs } = limits;
  // All of it explicit: neither NODE_TLS_REJECT_UNAUTHORIZED nor --tls-min-v1.0 may weaken it.
  const tls = {
    rejectUnauthorized: options.tlsVerify !== false,
    minVersion: "TLSv1.2" as const,
    ...(options.caCertificate === undefined ? {} : { ca: [...getCACertificates("default"), options.caCertificate] }),
  };
  const common = {
    connections: limits.connections,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    keepAliveTimeout: 10_000,
  };
  const anywhere = buildConnector({ ...tls, timeout: idleMs });
  const direct = new Agent({
    ...common,
    connect(target, callback) {
      const { origin } = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
      const open = options.allowPrivateNetwork === true || isNamed(origin);
      const connect = open ? anywhere : buildConnector({ ...tls, timeout: idleMs, lookup: checkedLookup(origin) });
      connect(target, callback);
    },
  });
  const proxied = new Map<string, ProxyAgent>();
  const through = (proxy: HttpProxy): ProxyAgent => {
    let agent = proxied.get(proxy.origin);
    if (agent === undefined) {
      agent = new ProxyAgent({
        ...common,
        uri: proxy.origin,
        ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
        // Also for plain http: what is meant for the source is no request to the proxy.
        proxyTunnel: true,
        requestTls: { ...tls, timeout: idleMs },
        proxyTls: { ...tls, timeout: idleMs },
        clientFactory: (origin, pool) => new Pool(origin, { ...pool, headersTimeout: idleMs, bodyTimeout: idleMs }),
      });
      proxied.set(proxy.origin, agent);
    }
    return agent;
  };

  return {
    for(origin) {
      const proxy = options.proxies === undefined ? undefined : proxyFor(new URL(origin), options.proxies);
      return proxy === undefined
        ? { dispatcher: direct }
        : { dispatcher: through(proxy), proxy: new URL(proxy.origin).host };
    },
    async close() {
      await Promise.all([direct, ...proxied.values()].map((agent) => agent.destroy()));
    },
  };
}

/**
 * Resolves a name once for a connection and fails with `E_UNSAFE_URL` when any of its addresses is special; the
 * connection is made to the addresses that were checked.
 */
function checkedLookup(origin: string): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      for (const { address } of addresses) {
        const kind = specialAddress(address);
        if (kind !== undefined) return callback(unsafeUrl(origin, address, kind), []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
