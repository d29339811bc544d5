import type { PaginatorConfig } from "../config/rest-api/paginator-shape.ts";
import { type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { GeneratedAuth, GeneratedParam, GeneratedPipeline, GeneratedResource, GeneratedSetting } from "./model.ts";

/** What stands where a secret belongs: a reference to it, in the form of the file that is written. */
export type SecretText = (name: string) => JsonValue;

/**
 * The section `client` of dlt's `rest_api` configuration; keys in the order in which they are written. `base_url` is
 * left out when the document names none.
 */
export function clientConfig(pipeline: GeneratedPipeline, secret: SecretText): JsonObject {
  const { auth, headers, paginator } = pipeline.client;
  return compact({
    base_url: pipeline.servers.baseUrl,
    headers: headers.length === 0 ? undefined : settings(headers, secret),
    auth: auth === undefined ? undefined : authConfig(auth, secret),
    paginator: paginator === undefined ? undefined : paginatorConfig(paginator),
  });
}

/** One entry of `resources`; keys in the order in which they are written, those without a value left out. */
export function resourceConfig(
  resource: GeneratedResource,
  secret: SecretText,
  mode: GeneratedPipeline["mode"],
): JsonObject {
  const { endpoint, primaryKey, mergeKey, columns, includeFromParent } = resource;
  // dlt-init-openapi writes `selected` only beside a key, and never a method.
  const isCompat = mode === "compat";
  const showsSelected = !resource.selected && !(isCompat && primaryKey.length === 0);
  return compact({
    name: resource.name,
    table_name: resource.tableName,
    primary_key: primaryKey.length > 1 ? [...primaryKey] : primaryKey[0],
    merge_key: mergeKey.length > 1 ? [...mergeKey] : mergeKey[0],
    write_disposition: resource.writeDisposition,
    selected: showsSelected ? false : undefined,
    include_from_parent: includeFromParent.length === 0 ? undefined : [...includeFromParent],
    columns:
      columns.length === 0
        ? undefined
        : mapping(
            columns.map(({ name, dataType, nullable, description }) => [
              name,
              compact({ data_type: dataType, nullable: nullable ? undefined : false, description }),
            ]),
          ),
    endpoint: compact({
      data_selector: endpoint.dataSelector,
      path: endpoint.path,
      method: isCompat || endpoint.method === "GET" ? undefined : endpoint.method,
      headers:
        endpoint.headers.length === 0
          ? undefined
          : mapping(endpoint.headers.map((param) => [param.name, paramConfig(param)])),
      params:
        endpoint.params === undefined
          ? undefined
          : mapping(endpoint.params.map((param) => [param.name, paramConfig(param)])),
      json: endpoint.json,
      incremental:
        endpoint.incremental === undefined
          ? undefined
          : compact({
              cursor_path: endpoint.incremental.cursorPath,
              start_param: endpoint.incremental.startParam,
              end_param: endpoint.incremental.endParam,
              initial_value: endpoint.incremental.initialValue,
              on_cursor_value_missing: endpoint.incremental.onMissing,
            }),
      auth: endpoint.auth === undefined ? undefined : endpoint.auth === null ? null : authConfig(endpoint.auth, secret),
      paginator: endpoint.paginator === undefined ? undefined : paginatorConfig(endpoint.paginator),
    }),
  });
}

/** A section `auth`. */
export function authConfig(auth: GeneratedAuth, secret: SecretText): JsonObject {
  return { type: auth.type, ...settings(auth.settings, secret) };
}

function settings(list: readonly GeneratedSetting[], secret: SecretText): JsonObject {
  return mapping(list.map((one) => [one.key, "secret" in one ? secret(one.secret) : one.value]));
}

/** The mapping `resolve` fills only paths; elsewhere a placeholder does. */
function paramConfig({ in: place, value }: GeneratedParam): JsonValue {
  if (value.kind === "value") return value.value;
  const { resource, field } = value;
  return place === "path" ? { type: "resolve", resource, field } : `{resources.${resource}.${field}}`;
}

function paginatorConfig(paginator: PaginatorConfig): JsonValue {
  return typeof paginator === "string" ? paginator : compact(paginator);
}

function mapping(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: { [key: string]: JsonValue } = {};
  for (const [key, value] of entries) setOwn(object, key, value);
  return object;
}

/** Without keys that have no value. */
function compact(object: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return mapping(Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
