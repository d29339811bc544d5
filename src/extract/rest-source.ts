import { checkRestApi } from "../config/rest-api/check.ts";
import { moduleOf } from "../config/rest-api/code.ts";
import { type Compat, planResources } from "../config/rest-api/plan.ts";
import type { RestApiConfig } from "../config/rest-api/shape.ts";
import { ConfigError } from "../core/errors.ts";
import type { Source } from "../core/source.ts";
import { httpOf } from "./client-http.ts";
import { startExtraction } from "./extraction.ts";
import { missingFunctions, type SourceFunctions } from "./functions.ts";
import { hintsOf } from "./hints.ts";
import type { HttpOptions } from "./http/client.ts";
import type { ExtractLimits } from "./limits.ts";
import { endpointText, outlineOf } from "./outline.ts";
import { refuseInsecure } from "./refuse-insecure.ts";
import { selectResources } from "./select-resources.ts";
import { createSourceMemory } from "./source-memory.ts";

export interface RestApiOptions {
  /** Schema name and key of the source's state. */
  readonly name: string;
  /** A configuration that its shape has read; secrets are text or `Secret`. */
  readonly config: RestApiConfig;
  readonly maxTableNesting?: number;
  readonly rootKey?: boolean;
  readonly schemaContract?: NonNullable<Source["schemaContract"]>;
  /** Children fetch all parents of a page at once, whatever the resource says. */
  readonly parallelized?: boolean;
  /** `strict`: the reference's behaviour where ours deviates. */
  readonly compat?: Compat;
  /** Wins over `client.http` of the configuration. */
  readonly http?: HttpOptions;
  readonly limits?: Partial<ExtractLimits>;
  /** `skip`: a resource that the source fails is left out of the load, with all below it. */
  readonly onResourceError?: "fail" | "skip";
  /** Resources to load: names, globs, `+name`, `-name`. */
  readonly endpoints?: readonly string[];
  /** Credentials may go unencrypted to hosts other than this machine. */
  readonly allowInsecureHttp?: boolean;
  /** Next links keep scheme, host and prefix of `base_url`; only path and query are taken from them. */
  readonly rebaseLinks?: boolean;
  /** Functions that the configuration names as `fn:name`. */
  readonly functions?: SourceFunctions;
}

/**
 * A source from a declarative REST configuration.
 *
 * Throws a {@link ConfigError} that lists everything wrong with the configuration. Nothing is requested before the first
 * page is pulled.
 */
export function restApi(options: RestApiOptions): Source {
  const { config } = options;
  const compat = options.compat ?? "default";
  const faults = checkRestApi(config, compat);
  const first = faults[0];
  if (first !== undefined) {
    throw new ConfigError("E_CONFIG", faults.map((fault) => `${pathText(fault.path)}: ${fault.message}`).join("; "), {
      step: "config",
      reason: first.reason,
      ...(first.suggestion === undefined ? {} : { hint: first.suggestion }),
    });
  }
  const plan = planResources(config, compat).resources.map((resource) => ({
    ...resource,
    config: {
      ...resource.config,
      parallelized: options.parallelized === true || resource.config.parallelized === true,
    },
  }));
  refuseMissingFunctions(options);
  if (options.allowInsecureHttp !== true && compat === "default") refuseInsecure(config.client, plan);
  const selected = selectResources(
    // dlt: a null counts as false, of the resource or of the defaults.
    plan.map(({ name, config: own }) => ({ name, selected: own.selected === undefined || own.selected === true })),
    options.endpoints,
  );
  const memory = createSourceMemory();
  return {
    name: options.name,
    ...(options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting }),
    ...(options.rootKey === undefined ? {} : { rootKey: options.rootKey }),
    ...(options.schemaContract === undefined ? {} : { schemaContract: options.schemaContract }),
    resources: plan.map((resource) => ({
      name: resource.name,
      selected: selected.has(resource.name),
      ...(resource.parent === undefined ? {} : { parent: resource.parent }),
      hints: hintsOf(resource),
      endpoint: endpointText(resource),
      outline: outlineOf(resource, config.client),
      ...((resource.incremental?.window ?? null) === null ? {} : { windowed: true }),
    })),
    extract: (context) =>
      startExtraction(
        {
          name: options.name,
          config,
          plan,
          selected,
          strict: compat === "strict",
          http: { ...httpOf(config.client.http, compat === "strict"), ...options.http },
          memory,
          limits: options.limits ?? {},
          onResourceError: options.onResourceError ?? "fail",
          functions: options.functions ?? {},
          rebaseLinks: options.rebaseLinks === true,
        },
        context,
      ),
  };
}

/** `resources[3].endpoint.path`. */
function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`),
    "",
  );
}

function refuseMissingFunctions({ config, functions = {} }: RestApiOptions): void {
  const missing = missingFunctions(config, functions);
  if (missing.length === 0) return;
  throw new ConfigError("E_CONFIG", `the configuration uses functions that were not given: ${missing.join(", ")}`, {
    step: "config",
    reason: "unknown_type",
    hint: missing.some((name) => moduleOf(name) !== undefined)
      ? "Modules are called from pipeline files; give a program's functions with functions: { <name>: ... } and write fn:<name>."
      : "Give the function to the library with functions: { <name>: ... }, or write an expression.",
  });
}
