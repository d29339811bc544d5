import { z } from "zod";
import { Double, type JsonValue } from "../../core/json.ts";
import { Secret } from "../../core/secret.ts";
import { actionShape } from "./action-shape.ts";
import { authShape } from "./auth-shape.ts";
import { httpShape } from "./http-shape.ts";
import { incrementalKeys } from "./incremental-shape.ts";
import { paginatorShape } from "./paginator-shape.ts";
import { stepShape } from "./step-shape.ts";
import { tableHints } from "./table-hint-shape.ts";
import { jsonValue, text, wholeNumber } from "./values.ts";

/**
 * The declarative REST source: dlt's `rest_api` configuration, key for key, plus keys of ours (`allowed_hosts`,
 * `empty_body`, `http`, `idempotent`, `path_encoding`, `per_parent`, `window`). What a shape cannot say is checked by `check.ts`.
 */
const mapping = z.record(z.string(), jsonValue);

const incrementalShape = z.strictObject(incrementalKeys);

const resolveParam = z.strictObject({
  type: z.literal("resolve").describe("The path takes a value of a parent record under this parameter's name."),
  resource: z.string().describe("The parent."),
  field: z.string().describe("JSONPath of the value in its records."),
});
const incrementalParam = z.strictObject({
  type: z.literal("incremental").describe("The parameter holds the start of the range."),
  ...incrementalKeys,
});

const plainParam = z
  .custom<JsonValue | Secret>(
    (value) => value instanceof Secret || !(isMapping(value) || value === undefined),
    "expected text, a number, true, false, null or a list",
  )
  .meta({ type: ["string", "number", "boolean", "null", "array"] });
const paramsShape = z.record(
  z.string(),
  z.union([z.discriminatedUnion("type", [resolveParam, incrementalParam]), plainParam]),
);

const endpointShape = z.strictObject({
  path: z
    .string()
    .nullish()
    .describe("Below base_url, or a whole URL; the resource's name when absent. May hold placeholders and a query."),
  method: z.enum(["GET", "POST", "PUT", "PATCH"]).nullish().describe("GET when absent."),
  headers: z.record(z.string(), text).nullish().describe("Laid over those of the client; may hold placeholders."),
  params: paramsShape.optional().describe("Query parameters; those that the path names as {name} go there instead."),
  json: mapping.nullish().describe("JSON body, with any method."),
  data: z.union([mapping, text]).nullish().describe("A form, or a body as it stands."),
  paginator: paginatorShape.nullish().describe("How further pages are found; that of the client, else detected."),
  data_selector: z.string().nullish().describe("JSONPath of the records in a page; detected when absent."),
  response_actions: z.array(actionShape).nullish().describe("Answers that are taken otherwise than by their status."),
  incremental: incrementalShape.nullish().describe("Load only what is new, by a cursor in the records."),
  auth: authShape.nullish().describe("Instead of that of the client; null for none."),
  idempotent: z.boolean().nullish().describe("Requests other than GET may be sent again after a failure."),
  path_encoding: z.enum(["none", "segment"]).nullish().describe("`segment`: inserted path values are fully encoded."),
});

const resourceKeys = {
  include_from_parent: z.array(z.string()).nullish().describe("Keys of the parent record, copied as _<parent>_<key>."),
  processing_steps: z
    .array(stepShape)
    .nullish()
    .describe("What is done with each record before cursor and children see it, in this order."),
  ...tableHints,
  max_table_nesting: wholeNumber.min(0).nullish().describe("How many levels of nested tables are made."),
  selected: z.boolean().nullish().describe("False, or null as in dlt: extracted only as far as children need it."),
  parallelized: z.boolean().nullish().describe("Children: the records of one parent stay together."),
};

const resourceShape = z.strictObject({
  name: z.string().describe("Name of the resource; its table and its path too, when these are absent."),
  records: z
    .union([z.array(mapping), z.string()])
    .nullish()
    .describe("Its records, instead of an endpoint: a list, or text with a list in YAML or JSON."),
  records_file: z
    .string()
    .nullish()
    .describe("File with its records, a list in YAML or JSON; relative to the pipeline file."),
  endpoint: z.union([endpointShape, z.string()]).nullish().describe("What is asked; a text is its path."),
  ...resourceKeys,
});

const clientShape = z
  .strictObject({
    base_url: z.string().nullish().describe("Prefix of relative paths."),
    headers: z.record(z.string(), text).nullish().describe("Sent with every request, as they stand."),
    auth: authShape.nullish().describe("For all resources without an auth of their own."),
    paginator: paginatorShape.nullish().describe("For all resources without a paginator of their own."),
    allowed_hosts: z
      .array(z.string())
      .nullish()
      .describe("Other hosts (`host` or `host:port`) to which links may lead; asked without credentials."),
    empty_body: z.enum(["no_records", "error"]).nullish().describe("What a 204 or an empty body means."),
    path_encoding: z.enum(["none", "segment"]).nullish().describe("For all endpoints without one of their own."),
    http: httpShape
      .nullish()
      .describe("How requests are made. An input, a flag, the environment or a key at the top of the file wins."),
  })
  .describe("What all requests have in common.");

export const restApiShape = z.strictObject({
  client: clientShape,
  resource_defaults: z
    .strictObject({
      endpoint: endpointShape.nullish().describe("Its params and json are laid under those of a resource key by key."),
      ...resourceKeys,
    })
    .nullish()
    .describe("What holds for each resource that says nothing else."),
  resources: z.array(z.union([resourceShape, z.string()])).describe("A text is name and path of a resource."),
});

export type RestApiConfig = z.infer<typeof restApiShape>;
export type ClientConfig = RestApiConfig["client"];
export type ResourceConfig = z.infer<typeof resourceShape>;
export type EndpointConfig = z.infer<typeof endpointShape>;
export type IncrementalConfig = z.infer<typeof incrementalShape>;
export type ParamConfig = z.infer<typeof paramsShape>[string];

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}

/** True when a parameter is one of the legacy mappings (`type: resolve`, `type: incremental`). */
export function isParamMapping(
  value: ParamConfig | undefined,
): value is z.infer<typeof resolveParam> | z.infer<typeof incrementalParam> {
  return isMapping(value) && !(value instanceof Secret);
}
