import { readFileSync } from "node:fs";
import { readCertificate } from "../../config/ca-certificate.ts";
import { configError } from "../../config/config-error.ts";
import { faultsFromZod } from "../../config/explain.ts";
import { restApiShape } from "../../config/rest-api/shape.ts";
import type { Source } from "../../core/source.ts";
import type { HttpOptions } from "../../extract/http/client.ts";
import { proxiesOf } from "../../extract/http/proxy.ts";
// Programs check a configuration at once, so its patterns need their engine before.
import "../../expression/patterns-at-once.ts";
import { type RestApiOptions, restApi as restSource } from "../../extract/rest-source.ts";

/**
 * A source from a declarative REST configuration: dlt's `rest_api` configuration, key for key.
 *
 * Proxies are those of the environment, unless `client.http.proxy` or `http.proxies` says otherwise; `http` wins over
 * `client.http`. Throws a `ConfigError` that lists everything wrong with the configuration. Nothing is requested before a
 * pipeline runs.
 *
 * @example
 * const source = restApi({ name: "posts", config: { client: { base_url: "https://api.example.com" }, resources: ["posts"] } });
 * source.resources.map(({ endpoint }) => endpoint); // ["GET posts"]
 */
export function restApi(options: RestApiOptions): Source {
  // Types do not reach programs in JavaScript, nor configurations that were read from a file.
  const read = restApiShape.safeParse(options.config);
  if (!read.success) throw configError(faultsFromZod(read.error, options.config, restApiShape));
  const own = read.data.client.http ?? {};
  const http: HttpOptions = {
    ...(own.proxy ? {} : { proxies: proxiesOf(process.env) }),
    ...(own.ca_file ? { caCertificate: readAuthority(own.ca_file) } : {}),
    ...options.http,
  };
  return restSource({ ...options, config: read.data, http });
}

function readAuthority(path: string): string {
  const read = readCertificate(path, (name) => {
    try {
      return readFileSync(name, "utf8");
    } catch {
      return undefined;
    }
  });
  if (!("fault" in read)) return read.caCertificate ?? "";
  throw configError([{ ...read.fault, path: ["client", "http", "ca_file"] }]);
}
