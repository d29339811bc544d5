import type { PaginatorConfig } from "../config/rest-api/paginator-shape.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/**
 * What the analysis of an OpenAPI document says, and all that renderers know: the parts of a declarative `rest_api`
 * pipeline, each with what is needed to explain it. Nothing in it is a secret; where one belongs stands its name.
 *
 * Renderers write the pipeline file, dlt's project folder, or a report; what they share (the order of keys, which keys
 * are left out) is in `rest-api-config.ts`. Texts come from the document: renderers quote them, and comments keep no
 * line break.
 */
export interface GeneratedPipeline {
  /** `compat`: the result of dlt-init-openapi 0.1.0, oddities included. */
  readonly mode: GenerateMode;
  /** `info.title`, or `openapi`. */
  readonly title: string;
  readonly names: ProjectNames;
  /** Stands where the user must give a value: `FILL_ME_IN`. */
  readonly placeholder: string;
  readonly servers: GeneratedServers;
  readonly client: GeneratedClient;
  /** How deep nested tables go. */
  readonly maxTableNesting: number;
  /** In the order in which they are written: by table name, then as in the document. */
  readonly resources: readonly GeneratedResource[];
  /** Secrets that the user must give, in the order of their first use; `api_key`, `token`, `username`, ... */
  readonly secrets: readonly string[];
  /** Choices that concern the whole document: servers, authentication, the common paginator. */
  readonly decisions: readonly Decision[];
  /** What the user should know of the whole document. */
  readonly findings: readonly Finding[];
}

export type GenerateMode = "better" | "compat";

/** Names that follow from the name of the source. */
export interface ProjectNames {
  /** Snake case of what the user asked for, or of the title: `gitlab`. */
  readonly project: string;
  /** `gitlab_source`. */
  readonly source: string;
  /** `gitlab_pipeline`. */
  readonly pipeline: string;
  /** `gitlab_data`. */
  readonly dataset: string;
  /** Of the project folder, `gitlab_pipeline`. */
  readonly folder: string;
  /** Of the pipeline file, without its ending. */
  readonly file: string;
}

export interface GeneratedServers {
  /** Base URL of all resources; undefined when the document names none, and the user must. */
  readonly baseUrl: string | undefined;
  /** Of the base URL. */
  readonly description: string | undefined;
  /** The document's further servers. */
  readonly alternatives: readonly { readonly url: string; readonly description?: string }[];
}

export interface GeneratedClient {
  readonly auth: GeneratedAuth | undefined;
  /** Sent with each request: keys that a scheme wants beside that of `auth`. */
  readonly headers: readonly GeneratedSetting[];
  /** Taken by every resource that has none of its own. */
  readonly paginator: PaginatorConfig | undefined;
}

/** A section `auth`: `type`, and its keys in order. */
export interface GeneratedAuth {
  readonly type: "bearer" | "api_key" | "http_basic" | "oauth2_client_credentials";
  readonly settings: readonly GeneratedSetting[];
}

/** A key with a value, or with the name of the secret that stands there. */
export type GeneratedSetting =
  | { readonly key: string; readonly value: JsonValue }
  | { readonly key: string; readonly secret: string };

/** One endpoint of the document as a resource. */
export interface GeneratedResource {
  /** Unique within a pipeline, but for equal operation ids in compat mode. */
  readonly name: string;
  readonly tableName: string;
  /** Columns of the key; empty when none was found. */
  readonly primaryKey: readonly string[];
  /** Columns that say whose rows these are: a load replaces all rows of the parents that it asked. */
  readonly mergeKey: readonly string[];
  /** Undefined: that of rest_api, `append`. */
  readonly writeDisposition: "append" | "replace" | "merge" | undefined;
  /** False: loaded only as far as others need it, or not before its parameters are filled in. `reason` in `decisions`. */
  readonly selected: boolean;
  /** Fields of the parent's record that are copied into the rows, as `_PARENT_FIELD`. */
  readonly includeFromParent: readonly string[];
  /** Column hints from the schema; none in compat mode. */
  readonly columns: readonly ColumnHint[];
  readonly endpoint: GeneratedEndpoint;
  /** Name of the resource above it by its path, whether it resolves from it or not. */
  readonly parent: string | undefined;
  /** True when the answer holds a list of records. */
  readonly isList: boolean;
  /** Facts of the operation, by which endpoints are chosen, listed and explained. */
  readonly operation: OperationFacts;
  /** The choices made, in the order of the keys that they explain. */
  readonly decisions: readonly Decision[];
  /** What the user should know or do; the same facts as the reference's warnings, and ours. */
  readonly findings: readonly Finding[];
}

export interface OperationFacts {
  /** `operationId`, or `GET_/path`: the id of the endpoint within the document. */
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** As written in the document. */
  readonly path: string;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  /** One line; `description` of the operation or its path (better mode: else `summary`). Undefined or not empty. */
  readonly comment: string | undefined;
}

export interface GeneratedEndpoint {
  /** `POST` only where the document's read endpoints are POST and the user wants them. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** As the pipeline asks for it. */
  readonly path: string;
  /** JSON path of the records, `$` for the answer itself; undefined when the answer has no schema. */
  readonly dataSelector: string | undefined;
  /** In order: resolved, path variables, required query parameters, set query parameters. Undefined: write no `params`. */
  readonly params: readonly GeneratedParam[] | undefined;
  /** Query parameters that may be set: shown as comments. */
  readonly optionalParams: readonly OptionalParam[];
  /** Headers that the endpoint requires. */
  readonly headers: readonly GeneratedParam[];
  /** Body of its requests: what the document requires or gives a default for. As the API takes it, as with `value`. */
  readonly json: JsonObject | undefined;
  /** Its own; undefined: the client's. */
  readonly paginator: PaginatorConfig | undefined;
  /** The one found for this endpoint before the common one was taken out; kept for reports. */
  readonly detectedPaginator: PaginatorConfig | undefined;
  readonly incremental: GeneratedIncremental | undefined;
  /** Its own authentication; null: none; undefined: the client's. */
  readonly auth: GeneratedAuth | null | undefined;
}

/** A parameter that the pipeline sets. */
export interface GeneratedParam {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly value: ParamValue;
  /** True when the value is a placeholder or a default of a required parameter that the user should look at ("TODO"). */
  readonly fillIn: boolean;
}

export type ParamValue =
  /** Taken from a record of the parent. */
  | { readonly kind: "resolve"; readonly resource: string; readonly field: string }
  /**
   * As the API takes it: renderers double its braces where a template stands. `FILL_ME_IN` where nothing is known. In compat
   * mode always text.
   */
  | { readonly kind: "value"; readonly value: JsonValue };

export interface OptionalParam {
  readonly name: string;
  /** Default of the document, or `OPTIONAL_CONFIG`. In compat mode always text. */
  readonly value: JsonValue;
  /** One line; better mode only. */
  readonly description: string | undefined;
  readonly deprecated: boolean;
}

/** Keys of `endpoint.incremental`. */
export interface GeneratedIncremental {
  readonly cursorPath: string;
  readonly startParam: string;
  readonly endParam: string | undefined;
  readonly initialValue: string;
  /** `include` where the schema lets the cursor be null or absent: such records are loaded each time. */
  readonly onMissing: "include" | undefined;
}

/** A column as the schema declares it; a hint, so that tables have their types before the first row. */
export interface ColumnHint {
  /** Key in the record, as the API writes it. */
  readonly name: string;
  /** Data type of dlt. */
  readonly dataType: "text" | "bigint" | "double" | "bool" | "timestamp" | "date" | "json";
  /** False only where the schema requires the property, does not let it be null, and it is a key. */
  readonly nullable: boolean;
  /** One line. */
  readonly description: string | undefined;
}

/** A choice with its reason. */
export interface Decision {
  /** The key that it explains: `primary_key`, `data_selector`, `params.id`, `client.paginator`, ... */
  readonly about: string;
  /** Why, in one line of plain English without the key's name: `the list's items have the same component`. */
  readonly reason: string;
  /** True when compat mode would have chosen otherwise. */
  readonly repair: boolean;
}

/** What the user should know. */
export interface Finding {
  readonly code: FindingCode;
  /** One line: what, where, and what to do. */
  readonly message: string;
  /** Where in the document, `api.json:12:5`; left out of files, where it would change with each edition. */
  readonly place?: string;
}

/** The reference's warnings, then ours. */
export type FindingCode =
  | "PrimaryKeyNotFound"
  | "UnresolvedPathParameters"
  | "DataResponseUndetected"
  | "DataResponseNoBody"
  | "PossiblePaginator"
  | "UnsupportedSecurityScheme"
  | "RequiredParameters"
  | "BrokenReference"
  | "PathRefused"
  | "WrongPart"
  | "ReferenceRefuses"
  | "ServerMissing"
  | "Deprecated";
