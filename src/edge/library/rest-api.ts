import { configError } from "../../config/config-error.ts";
import { faultsFromZod } from "../../config/explain.ts";
import { restApiShape } from "../../config/rest-api/shape.ts";
import type { Source } from "../../core/source.ts";
import { proxiesOf } from "../../extract/http/proxy.ts";
import { type RestApiOptions, restApi as restSource } from "../../extract/rest-source.ts";

/**
 * A source from a declarative REST configuration: dlt's `rest_api` configuration, key for key.
 *
 * Proxies are those of the environment, unless `http.proxies` says otherwise. Throws a `ConfigError` that lists everything wrong with the configuration. Nothing is requested before a pipeline runs.
 *
 * @example
 * const source = restApi({ name: "posts", config: { client: { base_url: "https://api.example.com" }, resources: ["posts"] } });
 * source.resources.map(({ endpoint }) => endpoint); // ["GET posts"]
 */
export function restApi(options: RestApiOptions): Source {
  // Types do not reach programs in JavaScript, nor configurations that were read from a file.
  const read = restApiShape.safeParse(options.config);
  if (!read.success) throw configError(faultsFromZod(read.error, options.config, restApiShape));
  return restSource({ ...options, config: read.data, http: { proxies: proxiesOf(process.env), ...options.http } });
}
