import { Secret } from "../../core/secret.ts";
import type { Source } from "../../core/source.ts";
import { proxiesOf } from "../../extract/http/proxy.ts";
import { type RestApiOptions, restApi } from "../../extract/rest-source.ts";
import { type GitlabOptions, gitlabSource } from "../../sources/gitlab/source.ts";

export interface GitlabSettings extends Omit<GitlabOptions, "token"> {
  /** Access token with the scope `read_api`. */
  readonly token: string | Secret;
  /** Streams to load: names, globs, `+name`, `-name`. */
  readonly endpoints?: readonly string[];
  readonly maxTableNesting?: number;
  readonly http?: RestApiOptions["http"];
}

/** The built-in GitLab source. */
export function gitlab(settings: GitlabSettings): Source {
  const { endpoints, maxTableNesting, http, token, ...rest } = settings;
  const { name, config, functions } = gitlabSource({
    ...rest,
    token: typeof token === "string" ? new Secret(token) : token,
  });
  return restApi({
    name,
    config,
    functions,
    rebaseLinks: true,
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(maxTableNesting === undefined ? {} : { maxTableNesting }),
    http: { proxies: proxiesOf(process.env), ...http },
  });
}
