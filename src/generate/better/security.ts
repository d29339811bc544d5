import { getOwn, isJsonArray, type JsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { GeneratedAuth, GeneratedSetting } from "../model.ts";
import type { Endpoint } from "../reading/endpoint.ts";
import { follow, referenceOf } from "../reading/follow.ts";
import { asObject, listAt, objectAt, textAt } from "../reading/scalars.ts";
import { isHeaderName } from "../reading/writable.ts";
import { snakeCase } from "../words/snake-case.ts";
import { authSection } from "./auth-section.ts";

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
  /** Of an endpoint whose alternatives do not hold that of the client; undefined: the client's. */
  readonly ofEndpoint: (endpoint: Endpoint) => OwnSecurity | undefined;
  /** Schemes that are wanted and not known. */
  readonly unsupported: readonly string[];
}

/** What an endpoint says of authentication. */
export type OwnSecurity =
  | { readonly kind: "way"; readonly way: Authentication }
  /** It wants none. */
  | { readonly kind: "none" }
  /** It wants schemes that cannot be used: their names, each with what it is. */
  | { readonly kind: "unknown"; readonly schemes: readonly string[] };

/**
 * Chooses among the schemes of a document: of the alternatives of its `security` the first that needs only a secret (a token before a name with a password), then
 * one by OAuth 2. Without `security` that of most endpoints counts, else the first usable scheme. OAuth 2 that needs a
 * browser takes a token, which the user gets elsewhere. `baseUrl`: relative URLs of schemes are joined with it.
 */
export function findSecurity(
  document: ApiDocument,
  endpoints: readonly Endpoint[],
  baseUrl: string | undefined,
): Security {
  const written = objectAt(objectAt(document.root, "components"), "securitySchemes");
  const alternatives = listAt(document.root, "security");
  const wanted = [...alternatives, ...endpoints.flatMap(({ operation }) => requirementsOf(operation) ?? [])];
  const schemes: Schemes = new Map(
    keysOf(written).map((name) => {
      const scopes = new Set(wanted.flatMap((one) => listAt(asObject(one), name)));
      const texts = [...scopes].filter((scope) => typeof scope === "string");
      return [name, { scheme: followed(document, written[name]), scopes: texts, base: document.url ?? baseUrl }];
    }),
  );
  const usable = (list: readonly JsonValue[], prefix: boolean) => bestOf(list, schemes, prefix);
  const client =
    usable(alternatives, false) ??
    mostCommon(endpoints.map(({ operation }) => usable(requirementsOf(operation) ?? [], false))) ??
    usable(
      [...schemes.keys()].map((name) => ({ [name]: [] })),
      false,
    );
  const described = (list: readonly JsonValue[]) =>
    namesOf(list).map((name) => describe(name, schemes.get(name)?.scheme));
  return {
    client,
    unsupported: alternatives.length > 0 && usable(alternatives, false) === undefined ? described(alternatives) : [],
    ofEndpoint: ({ operation }) => {
      const own = requirementsOf(operation);
      if (own === undefined) return undefined;
      if (own.length === 0) return { kind: "none" };
      if (own.some((one) => isSatisfied(one, client))) return undefined;
      const way = usable(own, true);
      return way === undefined ? { kind: "unknown", schemes: described(own) } : { kind: "way", way };
    },
  };
}

/** `digest (http digest)`, `cert (mutualTLS)`, `other (not declared)`. */
function describe(name: string, scheme: JsonObject | undefined): string {
  const words = scheme === undefined ? ["not declared"] : [textAt(scheme, "type") ?? "unknown"];
  if (words[0] === "http" && scheme !== undefined) words.push(textAt(scheme, "scheme") ?? "unknown");
  return `${name} (${words.join(" ")})`;
}

function followed(document: ApiDocument, value: JsonValue | undefined): JsonObject {
  const object = asObject(value);
  const reference = referenceOf(object);
  return reference === undefined ? object : (follow(document, reference, true).object ?? {});
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

interface Scheme {
  readonly scheme: JsonObject;
  /** All that any operation wants of it. */
  readonly scopes: readonly string[];
  /** With which a relative URL of the scheme is joined. */
  readonly base: string | undefined;
}

type Schemes = ReadonlyMap<string, Scheme>;
type Way = Authentication & { readonly isDirect: boolean };

function bestOf(alternatives: readonly JsonValue[], schemes: Schemes, prefix: boolean): Authentication | undefined {
  const ways = alternatives.flatMap((one) => wayOf(keysOf(asObject(one)), schemes, prefix) ?? []);
  const direct = ways.filter(({ isDirect }) => isDirect);
  // Where the document offers both, a token says more clearly what to give than a name and a password (an API key, mostly).
  const token = direct[0]?.auth.type === "http_basic" ? direct.find(({ auth }) => auth.type === "bearer") : undefined;
  return token ?? direct[0] ?? ways[0];
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

/**
 * All schemes of one alternative: one becomes `auth`, keys in headers stand beside it; undefined when that is not possible.
 */
function wayOf(names: readonly string[], schemes: Schemes, prefix: boolean): Way | undefined {
  const parts = names.map((name) => ({ name, scheme: schemes.get(name)?.scheme ?? {} }));
  const isHeader = ({ name, scheme }: (typeof parts)[number]) =>
    textAt(scheme, "type") === "apiKey" &&
    textAt(scheme, "in") === "header" &&
    isHeaderName(textAt(scheme, "name") ?? name);
  const [first, ...others] = [...parts.filter((part) => !isHeader(part)), ...parts.filter(isHeader)];
  if (first === undefined || !others.every(isHeader)) return undefined;
  const { scheme, scopes = [], base } = schemes.get(first.name) ?? {};
  if (scheme === undefined) return undefined;
  const auth = authSection(scheme, { prefix: prefix ? `${snakeCase(first.name)}_` : "", scopes, base });
  if (auth === undefined) return undefined;
  const kind = textAt(scheme, "type");
  return {
    id: names.join(" "),
    auth,
    headers: others.map((part) => ({
      key: textAt(part.scheme, "name") ?? part.name,
      secret: snakeCase(part.name) || "second_key",
    })),
    isDirect: kind === "apiKey" || kind === "http",
    reason: `the scheme ${names.join(" with ")}`,
  };
}
