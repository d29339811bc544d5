import { getOwn, type JsonObject, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { GeneratedServers } from "../model.ts";
import type { Endpoint } from "../reading/endpoint.ts";
import { asObject, listAt, objectAt, textAt } from "../reading/scalars.ts";

/**
 * The servers of a document: variables at their defaults, relative URLs joined with that of the document. Of the same
 * server by http and by https the latter counts. Where only its endpoints name servers, the first of these.
 */
export function findServers(document: ApiDocument, endpoints: readonly Endpoint[]): GeneratedServers {
  const written = listAt(document.root, "servers").map((server) => readServer(asObject(server), document.url));
  const servers = withoutTwins(written);
  // The form of OpenAPI for no server at all is `/`: where the document came from.
  const [first, ...others] = servers.length > 0 ? servers : [readServer({ url: "/" }, document.url)];
  return {
    baseUrl: first?.isAbsolute === true ? first.url : firstOwnServer(document, endpoints),
    description: first?.description,
    alternatives: others.map(({ url, description }) => ({
      url,
      ...(description === undefined ? {} : { description }),
    })),
  };
}

/** The absolute URL of the first server of an endpoint or its path; undefined when it has none of its own. */
export function ownServer({ operation, item }: Endpoint, document: ApiDocument): string | undefined {
  for (const owner of [operation, item]) {
    const [first] = withoutTwins(listAt(owner, "servers").map((server) => readServer(asObject(server), document.url)));
    if (first?.isAbsolute === true) return first.url;
  }
  return undefined;
}

function firstOwnServer(document: ApiDocument, endpoints: readonly Endpoint[]): string | undefined {
  for (const endpoint of endpoints) {
    const found = ownServer(endpoint, document);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Credentials go by https where the document has both: `http://api.example/v1` gives way to its twin. */
function withoutTwins(servers: readonly Server[]): readonly Server[] {
  const secure = new Map(servers.flatMap((one) => (/^https:/i.test(one.url) ? [[one.url.toLowerCase(), one]] : [])));
  const twins = servers.map((one) => secure.get(one.url.replace(/^http:/i, "https:").toLowerCase()) ?? one);
  return [...new Set(twins)];
}

interface Server {
  readonly url: string;
  readonly isAbsolute: boolean;
  readonly description: string | undefined;
}

function readServer(server: JsonObject, base: string | undefined): Server {
  const variables = objectAt(server, "variables");
  const written = (textAt(server, "url") ?? "/").trim();
  const filled = written.replace(/\{([^{}]+)\}/g, (whole, name: string) => defaultOf(variables, name) ?? whole);
  const url = plain(filled.startsWith("//") ? `https:${filled}` : joined(filled, base));
  const isAbsolute = /^https?:\/\/[^/{}]+/i.test(url) && URL.canParse(url);
  return { url: url.replace(/\/+$/, "") || url, isAbsolute, description: textAt(server, "description") };
}

/** Default of a variable, else the first value that it may have. */
function defaultOf(variables: JsonObject, name: string): string | undefined {
  if (!keysOf(variables).includes(name)) return undefined;
  const variable = asObject(getOwn(variables, name));
  const [first] = listAt(variable, "enum");
  return textAt(variable, "default") ?? (typeof first === "string" ? first : undefined);
}

/** Without a user, a query or a fragment, none of which a base URL can have. */
function plain(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

function joined(url: string, base: string | undefined): string {
  if (base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(url) || !URL.canParse(url, base)) return url;
  return new URL(url, base).href;
}
