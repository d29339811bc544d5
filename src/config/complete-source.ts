import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { SettingTrace } from "../core/setting-trace.ts";
import type { Path } from "./document.ts";
import {
  environmentName,
  type Found,
  flagName,
  fromEnvironment,
  fromFlags,
  fromToml,
  type Layers,
  lookupPaths,
} from "./layers.ts";
import { traceOf } from "./resolve.ts";
import { isSecretKey } from "./secret-keys.ts";

export interface CompletedSource {
  readonly source: JsonObject;
  readonly traces: readonly SettingTrace[];
  /** Paths (as JSON) under `source` whose value did not come from the file. */
  readonly replaced: ReadonlySet<string>;
  /** For a key that was found nowhere: where to set it. */
  readonly hints: ReadonlyMap<string, string>;
  /** These keys. */
  readonly open: readonly Path[];
}

/** Keys of each kind of authentication that may come from settings; the first is its secret, which `token` gives. */
const AUTH_KEYS: Readonly<Record<string, readonly string[]>> = {
  bearer: ["token"],
  api_key: ["api_key"],
  http_basic: ["password", "username"],
  oauth2_client_credentials: ["client_secret", "client_id", "access_token_url", "access_token"],
  oauth2_refresh_token: ["refresh_token", "client_id", "client_secret", "access_token_url"],
  oauth2_jwt_bearer: ["private_key", "private_key_passphrase", "iss", "access_token_url"],
  github_app: ["private_key", "private_key_passphrase", "app_id", "installation_id"],
};

/** Found nowhere, these are no fault. */
const OPTIONAL_KEYS: Readonly<Record<string, readonly string[]>> = {
  oauth2_client_credentials: ["access_token"],
  oauth2_refresh_token: ["client_id", "client_secret"],
  oauth2_jwt_bearer: ["private_key_passphrase"],
  github_app: ["private_key_passphrase"],
};

/**
 * Fills in what a source's configuration leaves to settings: a key that is absent or null in `client` or in an `auth`
 * is looked up as `sources.<section>.<key>`. For `client` an input, a flag or the environment also wins over what is
 * written; an endpoint's own `auth` is only filled. A `token` without any `client.auth` is sent as a bearer token.
 */
export function completeSource(source: JsonObject, layers: Layers, file: FileSettings): CompletedSource {
  const traces: SettingTrace[] = [];
  const replaced = new Set<string>();
  const hints = new Map<string, string>();
  const open: Path[] = [];

  const fill = (
    path: Path,
    key: string,
    written: JsonValue | undefined,
    options: FillOptions,
  ): JsonValue | undefined => {
    const dotted = dottedNames(key, path.includes("auth"));
    const given = written === null || written === undefined || written === "" ? undefined : written;
    const higher = given === undefined || options.overridable;
    const found: Found | undefined =
      (higher && options.flag !== undefined ? fromFlags(layers, [options.flag]) : undefined) ??
      (higher ? fromEnvironment(layers, dotted) : undefined) ??
      (given === undefined ? options.fileLevel : undefined) ??
      (given === undefined ? fromToml(layers, dotted) : undefined);
    const at = JSON.stringify([...path, key]);
    if (found !== undefined) {
      replaced.add(at);
      traces.push(traceOf(`sources.${layers.section}.${key}`, found.value, found.from, isSecretKey(key)));
      return typeof found.value === "number" ? String(found.value) : found.value;
    }
    if (given === undefined) {
      hints.set(at, whereToSet(layers, key, options.flag));
      if (options.optional !== true) open.push([...path, key]);
    }
    return given ?? written;
  };

  const fillAuth = (auth: JsonValue | undefined, path: Path, options: FillOptions): JsonValue | undefined => {
    if (typeof auth !== "string" && !isJsonObject(auth)) return auth;
    const kind = typeof auth === "string" ? auth : (getOwn(auth, "type") ?? "bearer");
    const keys = typeof kind === "string" && Object.hasOwn(AUTH_KEYS, kind) ? AUTH_KEYS[kind] : undefined;
    if (keys === undefined) return auth;
    const filled = copy(typeof auth === "string" ? { type: auth } : auth);
    for (const [index, key] of keys.entries()) {
      const optional = OPTIONAL_KEYS[String(kind)]?.includes(key) === true;
      const mine = index === 0 ? options : { overridable: options.overridable, optional };
      const value = fill(path, key, getOwn(filled, key), mine);
      if (value !== undefined && !(value === null && optional)) setOwn(filled, key, value);
    }
    return filled;
  };

  const result = copy(source);
  const client = getOwn(source, "client");
  if (isJsonObject(client)) {
    const filled = copy(client);
    const url = fill(["client"], "base_url", getOwn(client, "base_url"), {
      overridable: true,
      flag: "base-url",
      fileLevel: file.baseUrl,
    });
    if (url !== undefined) setOwn(filled, "base_url", url);
    const hasToken = file.token !== undefined || fromFlags(layers, ["token"]) !== undefined;
    const auth = fillAuth(
      getOwn(client, "auth") ?? (hasToken && !Object.hasOwn(client, "auth") ? "bearer" : undefined),
      ["client", "auth"],
      {
        overridable: true,
        flag: "token",
        fileLevel: file.token,
      },
    );
    if (auth !== undefined) setOwn(filled, "auth", auth);
    setOwn(result, "client", filled);
  }
  const own: FillOptions = { overridable: false, flag: "token", fileLevel: file.token };
  const fillEndpoint = (resource: JsonValue, path: Path): JsonValue => {
    const endpoint = isJsonObject(resource) ? getOwn(resource, "endpoint") : undefined;
    if (!isJsonObject(resource) || !isJsonObject(endpoint)) return resource;
    const auth = fillAuth(getOwn(endpoint, "auth"), [...path, "endpoint", "auth"], own);
    return auth === undefined ? resource : { ...resource, endpoint: { ...endpoint, auth } };
  };
  const defaults = getOwn(source, "resource_defaults");
  if (isJsonObject(defaults)) setOwn(result, "resource_defaults", fillEndpoint(defaults, ["resource_defaults"]));
  const resources = getOwn(source, "resources");
  if (isJsonArray(resources)) {
    setOwn(
      result,
      "resources",
      resources.map((resource, index) => fillEndpoint(resource, ["resources", index])),
    );
  }
  return { source: result, traces, replaced, hints, open };
}

/** The file's own top-level `token` and `base_url`. */
export interface FileSettings {
  readonly token: Found | undefined;
  readonly baseUrl: Found | undefined;
}

interface FillOptions {
  /** Inputs, flags and the environment win over a written value. */
  readonly overridable: boolean;
  readonly flag?: string;
  /** Found nowhere, it is no fault. */
  readonly optional?: boolean;
  readonly fileLevel?: Found | undefined;
}

/** dlt: from the most specific section to the least; credentials have a section of their own. */
function dottedNames(key: string, credential: boolean): readonly string[] {
  const plain = ["sources.<section>.<source>", "sources.<section>", "sources"];
  const sections = credential ? plain.flatMap((section) => [`${section}.credentials`, section]) : plain;
  return sections.map((section) => `${section}.${key}`);
}

function whereToSet(layers: Layers, key: string, flag: string | undefined): string {
  const path = lookupPaths({ ...layers, pipeline: "" }, [`sources.<section>.${key}`]).at(-1) ?? [];
  const ways = [
    ...(flag === undefined ? [] : [`the ${flagName(layers.kind, flag)}`]),
    `the environment variable ${environmentName(path)}`,
    `${key} under [sources.${layers.section}] in .dlt/${isSecretKey(key) ? "secrets" : "config"}.toml`,
  ];
  return `set ${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`;
}

function copy(object: JsonObject): { [key: string]: JsonValue } {
  const result: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(object)) setOwn(result, key, value);
  return result;
}
