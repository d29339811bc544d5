import assert from "node:assert/strict";
import { analyse } from "../../src/generate/analyse.ts";
import { readApiDocument } from "../../src/generate/document/read-document.ts";
import type { GeneratedPipeline, GeneratedResource } from "../../src/generate/model.ts";
import type { AnalysisOptions } from "../../src/generate/options.ts";

/** A document of OpenAPI 3 as the tests write it; `paths` and what else differs. */
export interface Document {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly schemas?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** Analyses a document in better mode unless told otherwise. */
export function generate(document: Document, options: Partial<AnalysisOptions> = {}): GeneratedPipeline {
  const { schemas, ...rest } = document;
  const whole = {
    openapi: "3.0.0",
    info: { title: "Test API", version: "1" },
    servers: [{ url: "https://api.example" }],
    ...(schemas === undefined ? {} : { components: { schemas } }),
    ...rest,
  };
  const mode = options.mode ?? "better";
  const read = readApiDocument(JSON.stringify(whole), { name: "api.json" }, { mode, allowOpenapi2: false });
  return analyse(read, { ...options, mode });
}

/** The resource of a path. */
export function resourceAt(pipeline: GeneratedPipeline, path: string): GeneratedResource {
  const found = pipeline.resources.find(({ operation }) => operation.path === path);
  assert.ok(found !== undefined, `no resource for ${path}`);
  return found;
}

/** A path with a GET operation that answers with a schema; `headers`: those that the response declares. */
export function get(schema: unknown, more: Readonly<Record<string, unknown>> = {}): unknown {
  const { headers, ...rest } = more;
  const content = schema === undefined ? {} : { content: { "application/json": { schema } } };
  const response = { description: "", ...content, ...(headers === undefined ? {} : { headers }) };
  return { get: { responses: { 200: response }, ...rest } };
}

export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (items: unknown) => ({ type: "array", items });
export const object = (
  properties: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  type: "object",
  properties,
  ...more,
});
export const text = { type: "string" };
export const integer = { type: "integer" };
export const moment = { type: "string", format: "date-time" };
export const query = (name: string, schema: unknown = text, required = false) => ({
  name,
  in: "query",
  required,
  schema,
});

/** Why a key of a resource is as it is. */
export function reasonOf(resource: GeneratedResource, about: string): string {
  return resource.decisions.find((decision) => decision.about === about)?.reason ?? "";
}

/** Resolved parameters as `name: resource.field`. */
export function resolvedOf({ endpoint }: GeneratedResource): Record<string, string> {
  return Object.fromEntries(
    (endpoint.params ?? []).flatMap(({ name, value }) =>
      value.kind === "resolve" ? [[name, `${value.resource}.${value.field}`]] : [],
    ),
  );
}
