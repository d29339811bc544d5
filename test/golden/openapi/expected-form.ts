import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { analyse } from "../../../src/generate/analyse.ts";
import type { ApiDocument } from "../../../src/generate/api-document.ts";
import type { GeneratedParam, GeneratedResource } from "../../../src/generate/model.ts";
import { clientConfig, resourceConfig } from "../../../src/generate/rest-api-config.ts";
import { selectResources } from "../../../src/generate/select.ts";

/** Options with which a golden file was recorded. */
export interface RecordedOptions {
  readonly source: string;
  readonly select?: readonly string[];
  readonly name_resources_by_operation?: boolean;
}

/** The compat result of a document in the form of a golden file, without what is not compared. */
export function expectedForm(document: ApiDocument, options: RecordedOptions): JsonObject {
  const all = analyse(document, {
    mode: "compat",
    source: options.source,
    nameByOperation: options.name_resources_by_operation ?? false,
  });
  const select = options.select;
  const pipeline = select === undefined ? all : selectResources(all, ({ operation }) => select.includes(operation.id));
  const { names, servers, resources } = pipeline;
  const base_url = servers.baseUrl ?? null;
  const secret = (name: string) => ({ secret: name });
  const section = `sources.${names.project}`;
  const resourceNames = resources.map(({ name }) => name);
  return {
    source_name: names.source,
    pipeline_name: names.pipeline,
    dataset_name: names.dataset,
    project_dir: names.pipeline,
    pipeline_file: `${names.pipeline}.py`,
    max_table_nesting: pipeline.maxTableNesting,
    config_toml: { section, base_url, alternatives: servers.alternatives.map((one) => ({ ...one })) },
    secrets_toml: { section, keys: [...pipeline.secrets] },
    duplicate_resource_names: [
      ...new Set(resourceNames.filter((name, index) => resourceNames.indexOf(name) !== index)),
    ].sort(),
    global_warnings: pipeline.findings.map(({ code }) => code).filter((code) => code === "UnsupportedSecurityScheme"),
    config: {
      client: { base_url, ...clientConfig(pipeline, secret) },
      resources: resources.map((resource) => resourceConfig(resource, secret, "compat")),
    },
    notes: resources.map(noteOf),
  };
}

function noteOf(resource: GeneratedResource): JsonObject {
  const { operation, endpoint, parent } = resource;
  const fill = (place: GeneratedParam["in"]) =>
    (endpoint.params ?? []).filter((one) => one.in === place && one.fillIn).map(({ name }) => name);
  const note: [string, JsonValue | undefined][] = [
    ["operation_id", operation.id],
    ["method", operation.method],
    ["comment", operation.comment],
    [
      "optional_params",
      unlessEmpty(Object.fromEntries(endpoint.optionalParams.map(({ name, value }) => [name, value]))),
    ],
    ["fill_path_params", unlessEmpty(fill("path"))],
    ["fill_query_params", unlessEmpty(fill("query"))],
    ["parent", parent],
    ["is_list", resource.isList],
    ["detected_paginator", endpoint.detectedPaginator as JsonValue | undefined],
    ["warnings", unlessEmpty([...new Set(resource.findings.map(({ code }) => code))].sort())],
  ];
  return Object.fromEntries(note.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}
