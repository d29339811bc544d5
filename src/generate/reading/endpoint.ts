import type { JsonObject } from "../../core/json.ts";
import type { PathPieces } from "./path-pieces.ts";
import type { SchemaNode } from "./schema-node.ts";

/** An operation of the document with what belongs to it, references followed. */
export interface Endpoint {
  /** `operationId`, else `GET_/path`. */
  readonly id: string;
  /** Upper case. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly pieces: PathPieces;
  /** The operation as it stands in the document. */
  readonly operation: JsonObject;
  /** The path as it stands in the document: what holds for all its operations. */
  readonly item: JsonObject;
  /** Description as one line; undefined when there is none. */
  readonly description: string | undefined;
  readonly parameters: readonly Parameter[];
  /** Schema of its JSON body; undefined when there is none, and for GET, which has no use for one. */
  readonly body: SchemaNode | undefined;
  readonly responses: readonly ApiResponse[];
}

export interface Parameter {
  /** Of a property of the body its keys joined by dots. */
  readonly name: string;
  /** `query`, `path`, `header`, `cookie`; `body` for a property of the body. */
  readonly in: string;
  readonly required: boolean;
  /** The parameter as it stands in the document, reference followed. */
  readonly source: JsonObject;
  /** A text where none is declared. */
  readonly schema: SchemaNode;
}

export interface ApiResponse {
  /** `200`, `2XX`, `default`. */
  readonly status: string;
  readonly source: JsonObject;
  /** Of its JSON content; undefined when there is none. */
  readonly schema: SchemaNode | undefined;
}
