import { z } from "zod";
import { Double, type JsonValue } from "../../core/json.ts";
import { Secret } from "../../core/secret.ts";
import { contractShape } from "../contract-shape.ts";
import { authShape } from "./auth-shape.ts";
import { incrementalKeys } from "./incremental-shape.ts";
import { paginatorShape } from "./paginator-shape.ts";
import { stepShape } from "./step-shape.ts";
import { jsonValue, text, wholeNumber } from "./values.ts";

/**
 * The declarative REST source: dlt's `rest_api` configuration, key for key, plus keys of ours (`allowed_hosts`,
 * `empty_body`, `idempotent`, `path_encoding`, `per_parent`, `window`). What a shape cannot say is checked by `check.ts`.
 */
const names = z.union([z.string(), z.array(z.string())]);
const mapping = z.record(z.string(), jsonValue);

const incrementalShape = z.strictObject(incrementalKeys);

const resolveParam = z.strictObject({ type: z.literal("resolve"), resource: z.string(), field: z.string() });
const incrementalParam = z.strictObject({ type: z.literal("incremental"), ...incrementalKeys });

const plainParam = z.custom<JsonValue | Secret>(
  (value) => value instanceof Secret || !(isMapping(value) || value === undefined),
  "expected text, a number, true, false, null or a list",
);
const paramsShape = z.record(
  z.string(),
  z.union([z.discriminatedUnion("type", [resolveParam, incrementalParam]), plainParam]),
);

const responseAction = z.strictObject({
  status_code: z.union([wholeNumber, z.string()]).nullish(),
  content: z.string().nullish().describe("Part of the body's text."),
  action: z.string().describe("`ignore` ends the pages quietly; other words do nothing."),
});

const endpointShape = z.strictObject({
  path: z.string().nullish(),
  method: z.enum(["GET", "POST", "PUT", "PATCH"]).nullish(),
  headers: z.record(z.string(), text).nullish(),
  params: paramsShape.optional(),
  json: mapping.nullish(),
  data: z.union([mapping, text]).nullish(),
  paginator: paginatorShape.nullish(),
  data_selector: z.string().nullish(),
  response_actions: z.array(responseAction).nullish(),
  incremental: incrementalShape.nullish(),
  auth: authShape.nullish(),
  idempotent: z.boolean().nullish().describe("Requests other than GET may be sent again after a failure."),
  path_encoding: z.enum(["none", "segment"]).nullish().describe("`segment`: inserted path values are fully encoded."),
});

const disposition = z.enum(["append", "replace", "merge", "skip"]);

const resourceKeys = {
  include_from_parent: z.array(z.string()).nullish(),
  processing_steps: z
    .array(stepShape)
    .nullish()
    .describe("What is done with each record before cursor and children see it, in this order."),
  primary_key: names.nullish(),
  merge_key: names.nullish(),
  write_disposition: z
    .union([
      disposition,
      z.strictObject({
        disposition,
        strategy: z
          .enum(["delete-insert", "upsert", "scd2", "insert-only"])
          .nullish()
          .describe("How merge changes the table; `delete-insert` when absent."),
        deduplicated: z.boolean().nullish().describe("delete-insert: no key comes twice, so nothing is looked for."),
        skip_unchanged_rows: z.boolean().nullish().describe("upsert: rows that are as received are not written again."),
        row_version_column_name: z
          .string()
          .nullish()
          .describe(
            "scd2: column that changes with the record, instead of a hash of it; upsert: with skip_unchanged_rows.",
          ),
        validity_column_names: z
          .tuple([z.string(), z.string()])
          .nullish()
          .describe("scd2: names for `_dlt_valid_from` and `_dlt_valid_to`."),
        active_record_timestamp: z
          .string()
          .nullish()
          .describe("scd2: what stands in the second of them while a version holds; null when absent."),
        boundary_timestamp: z
          .string()
          .nullish()
          .describe(
            "scd2: when the versions of this load begin and the old ones end; the moment of the load when absent.",
          ),
      }),
    ])
    .nullish(),
  columns: z.union([z.record(z.string(), mapping), z.array(mapping)]).nullish(),
  schema_contract: contractShape.nullish(),
  table_name: z.string().nullish(),
  parent_table_name: z.string().nullish(),
  table_format: z.string().nullish(),
  file_format: z.string().nullish(),
  references: jsonValue.nullish(),
  nested_hints: mapping.nullish(),
  max_table_nesting: wholeNumber.min(0).nullish(),
  selected: z.boolean().nullish().describe("False: extracted only as far as children need it."),
  parallelized: z.boolean().nullish(),
};

const resourceShape = z.strictObject({
  name: z.string(),
  endpoint: z.union([endpointShape, z.string()]).nullish(),
  ...resourceKeys,
});

export const restApiShape = z.strictObject({
  client: z.strictObject({
    base_url: z.string().nullish().describe("Prefix of relative paths."),
    headers: z.record(z.string(), text).nullish(),
    auth: authShape.nullish(),
    paginator: paginatorShape.nullish(),
    allowed_hosts: z
      .array(z.string())
      .nullish()
      .describe("Other hosts (`host` or `host:port`) to which links may lead; asked without credentials."),
    empty_body: z.enum(["no_records", "error"]).nullish().describe("What a 204 or an empty body means."),
    path_encoding: z.enum(["none", "segment"]).nullish(),
  }),
  resource_defaults: z
    .strictObject({ name: z.string().optional(), endpoint: endpointShape.nullish(), ...resourceKeys })
    .nullish(),
  resources: z.array(z.union([resourceShape, z.string()])),
});

export type RestApiConfig = z.infer<typeof restApiShape>;
export type ClientConfig = RestApiConfig["client"];
export type ResourceConfig = z.infer<typeof resourceShape>;
export type EndpointConfig = z.infer<typeof endpointShape>;
export type IncrementalConfig = z.infer<typeof incrementalShape>;
export type ParamConfig = z.infer<typeof paramsShape>[string];
export type ResponseAction = z.infer<typeof responseAction>;

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}

/** True when a parameter is one of the legacy mappings (`type: resolve`, `type: incremental`). */
export function isParamMapping(
  value: ParamConfig | undefined,
): value is z.infer<typeof resolveParam> | z.infer<typeof incrementalParam> {
  return isMapping(value) && !(value instanceof Secret);
}
