import { X509Certificate } from "node:crypto";
import type { Configuration } from "../../config/load-configuration.ts";
import type { SettingName } from "../../config/settings.ts";
import { ConfigError } from "../../core/errors.ts";
import type { SchemaContract, Source, SourceResource, WriteDisposition } from "../../core/source.ts";
import type { SourceFunctions } from "../../extract/functions.ts";
import type { HttpOptions } from "../../extract/http/client.ts";
import { proxiesOf } from "../../extract/http/proxy.ts";
import { restApi } from "../../extract/rest-source.ts";
import { gitlabSource } from "../../sources/gitlab/source.ts";
import { VERSION } from "./version.ts";

/**
 * The source that a configuration names. Throws `ConfigError` for what only the source can know to be wrong (an endpoint
 * that does not exist); nothing is requested.
 *
 * @param environment proxies are read from it
 * @param options `probe`: for a look at the source, with one request at a time, and the first error counts;
 *   `functions`: those of modules that the pipeline file calls
 */
export function buildSource(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
  { probe = false, functions = {} }: { readonly probe?: boolean; readonly functions?: SourceFunctions } = {},
): Source {
  const { settings, source } = configuration;
  const common = {
    compat: settings.compat,
    http: {
      ...httpOptions(configuration),
      ...(hasProxy(source) ? {} : { proxies: proxiesOf(environment) }),
      ...(probe ? { concurrency: 1 } : {}),
    },
    onResourceError: probe ? ("fail" as const) : settings.onResourceError,
    limits: {
      maxPages: settings.maxPages,
      maxEmptyPages: settings.maxEmptyPages,
      maxDepth: settings.maxDepth,
      encodingErrors: settings.encodingErrors,
      errorBody: settings.showErrorBody ? 8192 : 0,
    },
    allowInsecureHttp: settings.allowInsecureHttp,
    ...(configuration.maxTableNesting === undefined ? {} : { maxTableNesting: configuration.maxTableNesting }),
  };
  const built =
    source.kind === "gitlab"
      ? buildGitlab(configuration, common)
      : buildRest(source, settings.endpoints, { ...common, functions });
  const contracted = settings.schemaContract === undefined ? built : withContract(built, settings.schemaContract);
  return settings.writeDisposition === undefined
    ? contracted
    : withDisposition(contracted, { disposition: settings.writeDisposition });
}

type Common = Pick<
  Parameters<typeof restApi>[0],
  "compat" | "http" | "limits" | "onResourceError" | "allowInsecureHttp" | "maxTableNesting" | "functions"
>;

function buildGitlab({ settings }: Configuration, common: Common): Source {
  if (settings.token === undefined) {
    throw new ConfigError("E_INPUT", "token: required for the source gitlab, and not set", {
      step: "config",
      reason: "missing_secret",
      hint: "Give a GitLab access token with the scope read_api as the input token, --token, or SOURCES__GITLAB__TOKEN.",
    });
  }
  const { name, config, functions } = gitlabSource({
    token: settings.token,
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    ...(settings.groups === undefined ? {} : { groups: settings.groups }),
    ...(settings.projects === undefined ? {} : { projects: settings.projects }),
    ...(settings.startDate === undefined ? {} : { startDate: settings.startDate }),
  });
  return restApi({
    ...common,
    name,
    config,
    functions,
    rebaseLinks: true,
    ...(settings.endpoints === undefined ? {} : { endpoints: settings.endpoints }),
  });
}

function buildRest(
  source: Extract<Configuration["source"], { kind: "rest-api" }>,
  endpoints: readonly string[] | undefined,
  common: Common,
): Source {
  return restApi({
    ...common,
    name: source.name,
    config: source.config,
    ...(source.rootKey === undefined ? {} : { rootKey: source.rootKey }),
    parallelized: source.parallelized,
    ...(source.schemaContract === undefined ? {} : { schemaContract: source.schemaContract }),
    ...(endpoints === undefined ? {} : { endpoints }),
  });
}

/** What the settings say, without what `client.http` of the source decides. */
export function httpOptions({ settings, source, caCertificate, decidedByClient }: Configuration): HttpOptions {
  refuseBadCertificate(caCertificate, decidedByClient.has("ca-certificate") ? "client.http.ca_file" : "ca-certificate");
  const ours = <T extends object>(name: SettingName, option: T): T | object =>
    decidedByClient.has(name) ? {} : option;
  // GitLab gives a request up after a minute; its answer to that is worth waiting for.
  const idleTimeout = settings.idleTimeout ?? (source.kind === "gitlab" ? 90 : undefined);
  return {
    ...ours("max-in-flight", { concurrency: settings.maxInFlight }),
    ...ours("max-attempts", { maxAttempts: settings.maxAttempts }),
    ...ours("backoff-factor", { backoffFactor: settings.backoffFactor }),
    ...ours("max-retry-wait", { maxRetryWait: settings.maxRetryWait }),
    ...(idleTimeout === undefined ? {} : ours("idle-timeout", { idleTimeout })),
    ...(settings.requestTimeout === undefined ? {} : { totalTimeout: settings.requestTimeout }),
    maxResponseBytes: settings.maxResponseBytes,
    ...(settings.maxRedirects === undefined ? {} : { maxRedirects: settings.maxRedirects }),
    allowPrivateNetwork: settings.allowPrivateNetwork,
    tlsVerify: settings.tlsVerify,
    ...(caCertificate === undefined ? {} : { caCertificate }),
    userAgent: `sluice/${VERSION}`,
  };
}

function hasProxy(source: Configuration["source"]): boolean {
  return source.kind === "rest-api" && (source.config.client.http?.proxy ?? null) !== null;
}

function refuseBadCertificate(pem: string | undefined, key: string): void {
  try {
    if (pem !== undefined) new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigError("E_INPUT", `${key}: the certificate cannot be read`, {
      step: "config",
      reason: "type",
      hint: "Give one or more certificates in PEM form, complete and with their line ends.",
      cause,
    });
  }
}

/** dlt: the contract of a run holds for the source and for each resource. */
function withContract(source: Source, schemaContract: SchemaContract): Source {
  const resources: SourceResource[] = source.resources.map((resource) => ({
    ...resource,
    hints: { ...resource.hints, schemaContract },
  }));
  return { ...source, schemaContract, resources };
}

/** One disposition for all resources, instead of each one's own. */
function withDisposition(source: Source, writeDisposition: WriteDisposition): Source {
  const resources: SourceResource[] = source.resources.map((resource) => ({
    ...resource,
    hints: { ...resource.hints, writeDisposition },
  }));
  return { ...source, resources };
}
