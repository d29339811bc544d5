import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../../core/json.ts";
import type { GeneratedParam, GeneratedPipeline, GeneratedResource } from "../model.ts";
import { clientConfig, resourceConfig } from "../rest-api-config.ts";
import { environmentVariable } from "./environment-variable.ts";

/**
 * What stands under `source` in the pipeline file: dlt's `rest_api` configuration without what `.dlt/` holds, the base
 * URL and the secrets. It is written for dlt 1.x, as Sluice reads it, which differs from the dlt 0.4.12 of
 * dlt-init-openapi in two things: where nothing is said pages count from 0 and not from 1, and braces in a value are
 * placeholders.
 */
export function sourceValue(pipeline: GeneratedPipeline): JsonObject {
  const { names, resources, mode, maxTableNesting } = pipeline;
  const written = (value: JsonObject) => withoutReferences(withBasePage(value), names.project);
  const { base_url: _inToml, ...client } = clientConfig(pipeline, mark);
  return {
    name: names.source,
    max_table_nesting: maxTableNesting,
    client: { ...written(client), ...(encodesPaths(pipeline) ? { path_encoding: "segment" } : {}) },
    resources: resources.map((resource) => written(withLiterals(resourceConfig(resource, mark, mode), resource))),
  };
}

/**
 * Values go into paths as one segment each: a branch `feature/1` would lead to another path. The reference writes them as
 * they are, as dlt does.
 */
function encodesPaths({ mode, resources }: GeneratedPipeline): boolean {
  return mode === "better" && resources.some(({ endpoint }) => endpoint.params?.some((param) => param.in === "path"));
}

/** A value in the query or in a header: braces are doubled, since single ones would be read as placeholders. */
export function literal(value: JsonValue): JsonValue {
  return typeof value === "string" ? harmless(value).replace(/[{}]/g, "$&$&") : value;
}

/** The name of such a value, in which placeholders are read too. */
export function literalKey(name: string): string {
  return String(literal(name));
}

/**
 * A text of the document without references to the environment: a document must not get at a variable of whoever runs
 * the pipeline by naming it in a default or a path.
 */
function harmless(text: string): string {
  return text.replaceAll("${env:", "$(env:");
}

/** Stands for a secret until it is clear under which key it is; no text of a document begins so. */
const MARK = "\u0000";

function mark(name: string): string {
  return `${MARK}${name}`;
}

/**
 * Texts of the document are made harmless. A secret under the key of its own name is left out, because it is looked up in
 * `.dlt/secrets.toml` by that name; another one becomes a reference to the variable of that name.
 */
function withoutReferences(object: JsonObject, project: string): JsonObject {
  const clean = (value: JsonValue): JsonValue => {
    if (typeof value === "string") {
      return value.startsWith(MARK) ? `\${env:${environmentVariable(project, value.slice(1))}}` : harmless(value);
    }
    if (isJsonArray(value)) return value.map(clean);
    if (!isJsonObject(value)) return value;
    const result: { [key: string]: JsonValue } = {};
    for (const key of keysOf(value)) {
      if (value[key] !== mark(key)) setOwn(result, harmless(key), clean(value[key] ?? null));
    }
    return result;
  };
  const result = clean(object);
  return isJsonObject(result) ? result : object;
}

function withLiterals(config: JsonObject, { endpoint }: GeneratedResource): JsonObject {
  const written = config.endpoint;
  if (!isJsonObject(written)) return config;
  // What goes into a path is no template, and what is taken from a parent is meant as one.
  const asTheyAre = new Set(
    (endpoint.params ?? []).flatMap(({ name, in: place, value }) =>
      place === "path" || value.kind === "resolve" ? name : [],
    ),
  );
  const values = (section: JsonValue | undefined, isLiteral: (name: string) => boolean): JsonObject | undefined => {
    if (!isJsonObject(section)) return undefined;
    const result: { [key: string]: JsonValue } = {};
    for (const name of keysOf(section)) {
      const value = section[name] ?? null;
      if (isLiteral(name)) setOwn(result, literalKey(name), literal(value));
      else setOwn(result, name, value);
    }
    return result;
  };
  const params = values(written.params, (name) => !asTheyAre.has(name));
  const headers = values(written.headers, () => true);
  const { params: _replaced, json, paginator, ...others } = written;
  return {
    ...config,
    endpoint: {
      ...others,
      ...(typeof others.path === "string" ? { path: template(belowBase(others.path), endpoint.params ?? []) } : {}),
      ...(headers === undefined ? {} : { headers }),
      // An empty mapping says nothing, and its comments could not be made entries by taking the `#` away.
      ...(params === undefined || keysOf(params).length === 0 ? {} : { params }),
      ...(json === undefined ? {} : { json: literals(json) }),
      ...(paginator === undefined ? {} : { paginator }),
    },
  };
}

/** All texts of a body, keys too. */
function literals(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(literals);
  if (!isJsonObject(value)) return literal(value);
  const result: { [key: string]: JsonValue } = {};
  for (const key of keysOf(value)) setOwn(result, literalKey(key), literals(value[key] ?? null));
  return result;
}

/**
 * A path begins with a slash unless it names the server: `{a}/x` would lead wherever the value of `a` says, and the
 * credentials with it.
 */
function belowBase(path: string): string {
  return path === "" || path.startsWith("/") || /^https?:\/\//i.test(path) ? path : `/${path}`;
}

/**
 * A path with its variables as placeholders and all other braces as they are. A name such as `resources.a.b` that is no
 * variable would be read as a reference to another resource.
 */
function template(path: string, params: readonly GeneratedParam[]): string {
  const variables = new Set(params.flatMap(({ name, in: place }) => (place === "path" ? name : [])));
  return path.replace(/\{([^{}]+)\}|[{}]/g, (braces, name: string | undefined) => {
    const isVariable = name !== undefined && (variables.has(name) || !/^(?:resources|incremental)\./.test(name));
    return isVariable ? braces : String(literal(braces));
  });
}

/** dlt: 0.4.12 counts pages from 1, later versions from 0 when `base_page` is not given. */
function withBasePage(config: JsonObject): JsonObject {
  const endpoint = config.endpoint;
  if (isJsonObject(endpoint)) return { ...config, endpoint: withBasePage(endpoint) };
  const { paginator } = config;
  if (!isJsonObject(paginator) || paginator.type !== "page_number" || Object.hasOwn(paginator, "base_page")) {
    return config;
  }
  const { type, page_param, ...others } = paginator;
  return {
    ...config,
    paginator: { type, ...(page_param === undefined ? {} : { page_param }), base_page: 1, ...others },
  };
}
