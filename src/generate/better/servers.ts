import { getOwn, type JsonObject, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { GeneratedServers } from "../model.ts";
import { asObject, listAt, objectAt, textAt } from "../reading/scalars.ts";

/** The servers of a document: variables at their defaults, relative URLs joined with that of the document. */
export function findServers(document: ApiDocument): GeneratedServers {
  const servers = listAt(document.root, "servers").map((server) => readServer(asObject(server), document.url));
  // The form of OpenAPI for no server at all is `/`: where the document came from.
  const [first, ...others] = servers.length > 0 ? servers : [readServer({ url: "/" }, document.url)];
  return {
    baseUrl: first?.isAbsolute === true ? first.url : undefined,
    description: first?.description,
    alternatives: others.map(({ url, description }) => ({
      url,
      ...(description === undefined ? {} : { description }),
    })),
  };
}

/** The absolute URL of the first server of an operation or path; undefined when it has none of its own. */
export function ownServer(of: JsonObject, document: ApiDocument): string | undefined {
  const [first] = listAt(of, "servers");
  const server = first === undefined ? undefined : readServer(asObject(first), document.url);
  return server?.isAbsolute === true ? server.url : undefined;
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
  const url = filled.startsWith("//") ? `https:${filled}` : joined(filled, base);
  const isAbsolute = /^https?:\/\/[^/{}]+/i.test(url);
  return { url: url.replace(/\/+$/, "") || url, isAbsolute, description: textAt(server, "description") };
}

/** Default of a variable, else the first value that it may have. */
function defaultOf(variables: JsonObject, name: string): string | undefined {
  if (!keysOf(variables).includes(name)) return undefined;
  const variable = asObject(getOwn(variables, name));
  const [first] = listAt(variable, "enum");
  return textAt(variable, "default") ?? (typeof first === "string" ? first : undefined);
}

function joined(url: string, base: string | undefined): string {
  if (base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(url) || !URL.canParse(url, base)) return url;
  return new URL(url, base).href;
}
