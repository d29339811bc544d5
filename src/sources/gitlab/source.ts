import type { EndpointConfig, ResourceConfig, RestApiConfig } from "../../config/rest-api/shape.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Secret } from "../../core/secret.ts";
import { apiBaseUrl, GITLAB_COM, isGitlabCom } from "./base-url.ts";
import { injectId } from "./inject.ts";
import { hasScopes, type Scopes, scopeResources, scopeSteps } from "./scopes.ts";
import { type Cursor, STREAMS, type Stream } from "./streams.ts";

export interface GitlabOptions {
  /** With or without scheme and `/api/v4`; gitlab.com when absent. */
  readonly baseUrl?: string;
  readonly token: Secret;
  /** Header that carries the token: `PRIVATE-TOKEN`, `Authorization: Bearer`, or `JOB-TOKEN`. */
  readonly auth?: "private-token" | "bearer" | "job";
  /** Ids or full paths; each with its subgroups and their projects. */
  readonly groups?: readonly string[];
  /** Ids or full paths, beside those of the groups. Without both: what the token is a member of. */
  readonly projects?: readonly string[];
  /** Lower bound of every cursor on the first run. */
  readonly startDate?: string;
  /** Records a page, 100 at most. */
  readonly perPage?: number;
}

export interface GitlabSource {
  /** Schema and state are kept under this name. */
  readonly name: "gitlab";
  readonly config: RestApiConfig;
  /** What the configuration names as `fn:<name>`. */
  readonly functions: Readonly<Record<string, (record: JsonValue) => JsonValue>>;
}

/**
 * GitLab as a declarative REST source: all streams of the catalogue, those that are loaded by default selected; the
 * engine's `endpoints` changes that. Streams of a project or group that answer 403 or 404 (a feature is off, a licence
 * is missing) are skipped and counted. Throws `E_INPUT` for a base URL that cannot be.
 */
export function gitlabSource(options: GitlabOptions): GitlabSource {
  const baseUrl = apiBaseUrl(options.baseUrl ?? GITLAB_COM);
  const scopes: Scopes = { groups: options.groups ?? [], projects: options.projects ?? [] };
  const selected = defaultStreams(baseUrl);
  return {
    name: "gitlab",
    config: {
      client: { base_url: baseUrl, auth: authOf(options), paginator: { type: "header_link" } },
      resource_defaults: {
        endpoint: { data_selector: "$", params: { per_page: Math.min(options.perPage ?? 100, 100) } },
      },
      resources: [
        ...(hasScopes(scopes) ? scopeResources() : []),
        ...STREAMS.map((stream) => ({
          ...resourceOf(stream, options.startDate),
          ...(hasScopes(scopes) ? withinScopes(stream) : {}),
          selected: selected.includes(stream.name),
        })),
      ],
    },
    functions: { ...FUNCTIONS, ...scopeSteps(scopes) },
  };
}

/** Names of the streams that are loaded when nothing else is said. All users of the public server are never meant. */
export function defaultStreams(apiUrl: string): readonly string[] {
  return STREAMS.filter((stream) => stream.byDefault && !(stream.name === "users" && isGitlabCom(apiUrl))).map(
    (stream) => stream.name,
  );
}

const FUNCTIONS: GitlabSource["functions"] = {
  project_id: injectId("_projects_id", "project_id"),
  group_id: injectId("_groups_id", "group_id"),
};

/** Never in the query string, where proxies and logs would see it. */
function authOf({ token, auth }: GitlabOptions): NonNullable<RestApiConfig["client"]["auth"]> {
  if (auth === "bearer") return { type: "bearer", token };
  const name = auth === "job" ? "JOB-TOKEN" : "PRIVATE-TOKEN";
  return { type: "api_key", api_key: token, name, location: "header" };
}

function resourceOf(stream: Stream, startDate: string | undefined): ResourceConfig {
  const { name, parent, primaryKey, mergeKey, inject } = stream;
  return {
    name,
    endpoint: endpointOf(stream, startDate),
    write_disposition: stream.replace ? "replace" : "merge",
    ...(primaryKey === undefined ? {} : { primary_key: [...primaryKey] }),
    ...(mergeKey === undefined ? {} : { merge_key: [...mergeKey] }),
    // dlt: a parent's field arrives as `_<resource>_<field>`; the step gives it the name that GitLab would.
    ...(parent !== undefined && inject !== undefined
      ? { include_from_parent: ["id"], processing_steps: [{ map: `fn:${inject}` }] }
      : {}),
  };
}

function endpointOf(stream: Stream, startDate: string | undefined): EndpointConfig {
  const { path, parent, params, cursor } = stream;
  return {
    path: parent === undefined ? path : path.replace("{id}", `{resources.${parent}.id}`),
    ...(params === undefined ? {} : { params: { ...params } }),
    ...(stream.replace ? { paginator: { type: "single_page" } } : {}),
    ...(parent === undefined ? {} : { response_actions: SKIP_PARENT }),
    ...(cursor === undefined ? {} : { incremental: incrementalOf(cursor, startDate) }),
  };
}

/** A group or project that cannot be read for this stream; its other streams and the other parents go on. */
const SKIP_PARENT = [
  { status_code: 403, action: "ignore" },
  { status_code: 404, action: "ignore" },
];

/** One cursor a parent: projects move at their own pace, and one that was skipped must not miss anything later. */
function incrementalOf(cursor: Cursor, startDate: string | undefined): NonNullable<EndpointConfig["incremental"]> {
  return {
    cursor_path: cursor.field,
    start_param: cursor.param,
    per_parent: true,
    ...(startDate === undefined ? {} : { initial_value: startDate }),
    ...(cursor.lag === undefined ? {} : { lag: cursor.lag }),
  };
}

/** With groups or projects named, the two lists are asked for scope by scope. */
function withinScopes(stream: Stream): Partial<ResourceConfig> {
  if (stream.name !== "groups" && stream.name !== "projects") return {};
  const params: Record<string, string> =
    stream.name === "groups"
      ? { with_projects: "false" }
      : { include_subgroups: "true", with_shared: "false", order_by: "id", sort: "asc" };
  return { endpoint: { path: `{resources.${stream.name}_scope.path}`, path_encoding: "none", params } };
}
