import { getOwn, isJsonArray, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { GeneratedAuth, GeneratedSetting } from "../model.ts";
import type { Endpoint } from "../reading/endpoint.ts";
import { asObject, objectAt, textAt } from "../reading/scalars.ts";
import { referenceOf } from "../reading/schema-node.ts";
import { snakeCase } from "../words/snake-case.ts";

/** A way to authenticate that rest_api can do. */
export interface Authentication {
  /** Names of the schemes, joined: equal for equal ways. */
  readonly id: string;
  readonly auth: GeneratedAuth;
  /** Headers of further keys that the way wants. */
  readonly headers: readonly GeneratedSetting[];
  readonly reason: string;
}

export interface Security {
  /** Of the client; undefined when the document has none that can be used. */
  readonly client: Authentication | undefined;
  /** Of an endpoint whose alternatives do not hold that of the client. */
  readonly ofEndpoint: (endpoint: Endpoint) => Authentication | undefined;
  /** Schemes that are wanted and not known. */
  readonly unsupported: readonly string[];
}

/**
 * Chooses among the schemes of a document: of the alternatives of its `security` the first that needs only a secret, then
 * one by OAuth 2. Without `security` that of most endpoints counts, else the first usable scheme. OAuth 2 that needs a
 * browser takes a token, which the user gets elsewhere.
 */
export function findSecurity(document: ApiDocument, endpoints: readonly Endpoint[]): Security {
  const written = objectAt(objectAt(document.root, "components"), "securitySchemes");
  const schemes = new Map(keysOf(written).map((name) => [name, followed(document, written[name])]));
  const own = getOwn(document.root, "security");
  const alternatives = isJsonArray(own) ? own : [];
  const usable = (list: readonly JsonValue[], prefix: boolean) => bestOf(list, schemes, prefix);
  const client =
    usable(alternatives, false) ??
    mostCommon(endpoints.map(({ operation }) => usable(requirementsOf(operation) ?? [], false))) ??
    usable(
      [...schemes.keys()].map((name) => ({ [name]: [] })),
      false,
    );
  const unsupported = alternatives.length > 0 && usable(alternatives, false) === undefined ? namesOf(alternatives) : [];
  return {
    client,
    unsupported: unsupported.map((name) => `${name} (${textAt(schemes.get(name) ?? {}, "type") ?? "unknown"})`),
    ofEndpoint: ({ operation }) => {
      const wanted = requirementsOf(operation) ?? [];
      if (wanted.length === 0 || wanted.some((one) => isSatisfied(one, client))) return undefined;
      return usable(wanted, true);
    },
  };
}

function followed(document: ApiDocument, value: JsonValue | undefined): JsonObject {
  const object = asObject(value);
  const reference = referenceOf(object);
  return reference === undefined ? object : asObject(document.resolve(reference));
}

function requirementsOf(operation: JsonObject): readonly JsonValue[] | undefined {
  const own = getOwn(operation, "security");
  return isJsonArray(own) ? own : undefined;
}

function namesOf(alternatives: readonly JsonValue[]): readonly string[] {
  return [...new Set(alternatives.flatMap((one) => keysOf(asObject(one))))];
}

/** An empty alternative wants nothing; what the client sends does no harm. */
function isSatisfied(requirement: JsonValue, client: Authentication | undefined): boolean {
  const names = keysOf(asObject(requirement));
  return names.length === 0 || client?.id === names.join(" ");
}

type Schemes = ReadonlyMap<string, JsonObject>;

function bestOf(alternatives: readonly JsonValue[], schemes: Schemes, prefix: boolean): Authentication | undefined {
  const ways = alternatives.flatMap((one) => wayOf(keysOf(asObject(one)), schemes, prefix) ?? []);
  return ways.find(({ isDirect }) => isDirect) ?? ways[0];
}

function mostCommon(ways: readonly (Authentication | undefined)[]): Authentication | undefined {
  const counts = new Map<string, { readonly way: Authentication; count: number }>();
  for (const way of ways) {
    if (way === undefined) continue;
    const entry = counts.get(way.id) ?? { way, count: 0 };
    entry.count += 1;
    counts.set(way.id, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.way;
}

/** All schemes of one alternative: one becomes `auth`, keys beside it become headers; undefined when that is not possible. */
function wayOf(
  names: readonly string[],
  schemes: Schemes,
  prefix: boolean,
): (Authentication & { readonly isDirect: boolean }) | undefined {
  const parts = names.map((name) => ({ name, scheme: schemes.get(name) }));
  const auths = parts.map(({ name, scheme }) =>
    scheme === undefined ? undefined : authOf(scheme, prefix ? `${snakeCase(name)}_` : ""),
  );
  const [first, ...others] = auths;
  if (first === undefined) return undefined;
  const headers: GeneratedSetting[] = [];
  for (const [index] of others.entries()) {
    const { name = "", scheme = {} } = parts[index + 1] ?? {};
    if (textAt(scheme, "type") !== "apiKey" || textAt(scheme, "in") !== "header") return undefined;
    headers.push({ key: textAt(scheme, "name") ?? name, secret: snakeCase(name) || "second_key" });
  }
  const kind = textAt(parts[0]?.scheme ?? {}, "type");
  const isDirect = kind === "apiKey" || kind === "http";
  return { id: names.join(" "), auth: first, headers, isDirect, reason: `the scheme ${names.join(" with ")}` };
}

/** The section `auth` of a scheme; undefined when rest_api has none for it. */
function authOf(scheme: JsonObject, prefix: string): GeneratedAuth | undefined {
  const secret = (key: string): GeneratedSetting => ({ key, secret: prefix + key });
  const bearer: GeneratedAuth = { type: "bearer", settings: [secret("token")] };
  switch (textAt(scheme, "type")) {
    case "apiKey": {
      const location = textAt(scheme, "in") ?? "header";
      return {
        type: "api_key",
        settings: [
          secret("api_key"),
          { key: "name", value: textAt(scheme, "name") ?? "Authorization" },
          { key: "location", value: location },
        ],
      };
    }
    case "http": {
      const kind = textAt(scheme, "scheme")?.toLowerCase();
      if (kind === "basic") return { type: "http_basic", settings: [secret("username"), secret("password")] };
      return kind === "bearer" ? bearer : undefined;
    }
    case "oauth2": {
      const flow = objectAt(objectAt(scheme, "flows"), "clientCredentials");
      const url = textAt(flow, "tokenUrl");
      if (url === undefined) return bearer;
      return {
        type: "oauth2_client_credentials",
        settings: [{ key: "access_token_url", value: url }, secret("client_id"), secret("client_secret")],
      };
    }
    case "openIdConnect":
      return bearer;
    default:
      return undefined;
  }
}
