import { getOwn, isJsonObject, type JsonObject, keysOf } from "../../core/json.ts";
import type { ApiDocument } from "../api-document.ts";
import type { Finding } from "../model.ts";
import { openapiError } from "../openapi-error.ts";
import type { ApiResponse, Endpoint, Parameter } from "./endpoint.ts";
import { schemaOfExample } from "./example-schema.ts";
import { follow, referenceOf } from "./follow.ts";
import type { PathPieces } from "./path-pieces.ts";
import { asObject, flagAt, listAt, objectAt, textAt } from "./scalars.ts";
import type { SchemaNode, SchemaNodes } from "./schema-node.ts";
import { namesServer } from "./writable.ts";

export type Method = "get" | "post" | "put" | "patch";

export interface ReadingRules {
  /** Methods that become endpoints, in this order within a path. */
  readonly methods: readonly Method[];
  /** How a path is cut. */
  readonly pieces: (path: string) => PathPieces;
  /** Equal parameters are those of one name; else of one name at one location. */
  readonly mergeByNameOnly: boolean;
  /** Operations without a description take the summary. */
  readonly summaries: boolean;
  /** Paths that are references are followed, as are references that lead to references. */
  readonly allReferences: boolean;
  /** Media types with parameters (`application/json; charset=utf-8`) are JSON too. */
  readonly mediaTypeParameters: boolean;
  /** Where a schema says nothing, the example of the answer does. */
  readonly examples: boolean;
}

/**
 * All operations of the wanted methods, in document order. Paths that name a server are left out, and `note` hears of
 * each: a pipeline would send the credentials there. `onBroken` hears of references behind which there is nothing.
 * Throws `E_OPENAPI` when there is none.
 */
export function readEndpoints(
  document: ApiDocument,
  nodes: SchemaNodes,
  rules: ReadingRules,
  { note, onBroken }: EndpointEvents,
): readonly Endpoint[] {
  const paths = objectAt(document.root, "paths");
  const endpoints = keysOf(paths).flatMap((path) => {
    if (namesServer(path)) {
      note({ code: "PathRefused", message: `the path ${quote(path)} names a server: it is left out` });
      return [];
    }
    const written = asObject(getOwn(paths, path));
    const item = rules.allReferences ? followed(written) : written;
    return rules.methods.flatMap((method) => {
      const operation = getOwn(item, method);
      return isJsonObject(operation) ? [readEndpoint(path, method, operation, item)] : [];
    });
  });
  if (endpoints.length > 0) return endpoints;
  const wanted = rules.methods.map((method) => METHODS[method]).join(", ");
  const missing = Object.hasOwn(document.root, "paths") ? `no operation of the method ${wanted}` : "no key paths";
  throw openapiError(document.name, [{ message: `there is ${missing}` }, ...document.faults], {
    reason: "no_endpoints",
    hint: "Give a document with such operations, or ask for other methods.",
  });

  function readEndpoint(path: string, method: Method, operation: JsonObject, item: JsonObject): Endpoint {
    const verb = METHODS[method];
    const description =
      textAt(operation, "description") ??
      textAt(item, "description") ??
      (rules.summaries ? (textAt(operation, "summary") ?? textAt(item, "summary")) : undefined);
    const parameters = new Map<string, Parameter>();
    for (const written of [...listAt(item, "parameters"), ...listAt(operation, "parameters")]) {
      const parameter = readParameter(nodes, followed(asObject(written)));
      if (parameter === undefined) continue;
      parameters.set(rules.mergeByNameOnly ? parameter.name : `${parameter.in} ${parameter.name}`, parameter);
    }
    const responses = objectAt(operation, "responses");
    return {
      id: textAt(operation, "operationId") ?? `${verb}_${path}`,
      method: verb,
      path,
      pieces: rules.pieces(path),
      operation,
      item,
      description: description?.replaceAll("\n", " "),
      parameters: [...parameters.values()],
      body: method === "get" ? undefined : readBody(followed(objectAt(operation, "requestBody"))),
      responses: keysOf(responses).map((status) =>
        readResponse(nodes, status, followed(asObject(responses[status])), rules),
      ),
    };
  }

  function readBody(source: JsonObject): SchemaNode | undefined {
    const schema = jsonContent(source, rules).find((media) => (getOwn(media, "schema") ?? undefined) !== undefined);
    return schema === undefined ? undefined : nodes(schema.schema ?? {});
  }

  /** The object behind a reference; itself when it is none. */
  function followed(object: JsonObject): JsonObject {
    const written = referenceOf(object);
    if (written === undefined) return object;
    const target = follow(document, written, rules.allReferences);
    if (target.object === undefined) onBroken(target.reference);
    return target.object ?? {};
  }
}

/** What is told while endpoints are read. */
export interface EndpointEvents {
  readonly note: (finding: Finding) => void;
  readonly onBroken: (reference: string) => void;
}

function quote(text: string): string {
  return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 200)}...`);
}

const METHODS = { get: "GET", post: "POST", put: "PUT", patch: "PATCH" } as const;

function readParameter(nodes: SchemaNodes, source: JsonObject): Parameter | undefined {
  const name = textAt(source, "name");
  const location = textAt(source, "in");
  if (name === undefined || location === undefined) return undefined;
  const schema = getOwn(source, "schema");
  return {
    name,
    in: location,
    required: flagAt(source, "required"),
    source,
    schema: nodes(isJsonObject(schema) || schema === "" ? schema : { type: "string" }),
  };
}

function readResponse(nodes: SchemaNodes, status: string, source: JsonObject, rules: ReadingRules): ApiResponse {
  for (const media of jsonContent(source, rules)) {
    const schema = getOwn(media, "schema") ?? undefined;
    const node = schema === undefined ? undefined : nodes(schema);
    const example = rules.examples && (node === undefined || saysNothing(node)) ? schemaOfExample(media) : undefined;
    if (example !== undefined) return { status, source, schema: nodes(example) };
    if (node !== undefined) return { status, source, schema: node };
  }
  return { status, source, schema: undefined };
}

/** What a body holds as JSON, by its media types. */
function jsonContent(source: JsonObject, rules: ReadingRules): readonly JsonObject[] {
  const content = objectAt(source, "content");
  return keysOf(content).flatMap((type) => {
    const essence = rules.mediaTypeParameters ? (type.split(";")[0] ?? "").trim() : type;
    return essence.endsWith("json") || essence === "*/*" ? [asObject(getOwn(content, type))] : [];
  });
}

/** An object of which no property is known. */
function saysNothing(node: SchemaNode): boolean {
  return !node.isList && node.allProperties.size === 0 && node.types.every((type) => type === "object");
}
