import type { Configuration } from "../../config/load-configuration.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Source, SourceResource, WriteDisposition } from "../../core/source.ts";
import type { HttpOptions } from "../../extract/http/client.ts";
import { restApi } from "../../extract/rest-source.ts";
import { gitlabSource } from "../../sources/gitlab/source.ts";
import { VERSION } from "./version.ts";

/**
 * The source that a configuration names. Throws `ConfigError` for what only the source can know to be wrong (an endpoint
 * that does not exist); nothing is requested.
 *
 * @param http options beside those that the configuration gives
 */
export function buildSource(configuration: Configuration, http: Pick<HttpOptions, "concurrency"> = {}): Source {
  const { settings, source } = configuration;
  const common = {
    compat: settings.compat,
    http: { ...httpOptions(configuration), ...http },
    allowInsecureHttp: settings.allowInsecureHttp,
    ...(configuration.maxTableNesting === undefined ? {} : { maxTableNesting: configuration.maxTableNesting }),
  };
  const built =
    source.kind === "gitlab" ? buildGitlab(configuration, common) : buildRest(source, settings.endpoints, common);
  return settings.writeDisposition === undefined
    ? built
    : withDisposition(built, { disposition: settings.writeDisposition });
}

type Common = Pick<Parameters<typeof restApi>[0], "compat" | "http" | "allowInsecureHttp" | "maxTableNesting">;

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

function httpOptions({ settings }: Configuration): HttpOptions {
  return {
    maxAttempts: settings.maxAttempts,
    maxRetryWait: settings.maxRetryWait,
    userAgent: `sluice/${VERSION}`,
  };
}

/** One disposition for all resources, instead of each one's own. */
function withDisposition(source: Source, writeDisposition: WriteDisposition): Source {
  const resources: SourceResource[] = source.resources.map((resource) => ({
    ...resource,
    hints: { ...resource.hints, writeDisposition },
  }));
  return { ...source, resources };
}
