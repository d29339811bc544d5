import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import type { JsonObject } from "../../core/json.ts";
import type {
  Decision,
  Finding,
  GeneratedAuth,
  GeneratedIncremental,
  GeneratedParam,
  GeneratedResource,
  OptionalParam,
} from "../model.ts";
import type { ApiResponse, Endpoint } from "../reading/endpoint.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import type { FoundPaginator } from "./paginator.ts";
import type { RecordPlace } from "./records.ts";

/** What an endpoint says by itself; nothing of it changes later. */
export interface Found {
  readonly endpoint: Endpoint;
  readonly response: ApiResponse | undefined;
  /** Undefined when the answer has no schema. */
  readonly records: RecordPlace | undefined;
  readonly isList: boolean;
  readonly paginator: FoundPaginator | undefined;
}

/** A path variable or query parameter and the field of the parent's record that fills it. */
export interface Resolved {
  readonly variable: string;
  readonly in: "path" | "query";
  readonly field: string;
  /** The property of the object `field`; undefined when `field` itself is meant. Such a value cannot be carried down. */
  readonly inner: string | undefined;
  readonly reason: string;
}

/** A resource in the making: each step of the analysis fills in its part, in the order of these members. */
export interface Draft extends Found {
  name: string;
  tableName: string;
  /** The endpoint of the list that a path ending in a variable gives single records of. */
  list: Draft | undefined;
  /** The list from whose records variables are filled. */
  parent: Draft | undefined;
  resolved: readonly Resolved[];
  /** Fields of the parent's record that are copied into the rows. */
  readonly include: Set<string>;
  /** Properties that tell records apart; `isGlobal` false: only within one parent. */
  identity: { readonly columns: readonly string[]; readonly isGlobal: boolean } | undefined;
  primaryKey: readonly string[];
  mergeKey: readonly string[];
  disposition: GeneratedResource["writeDisposition"];
  incremental: GeneratedIncremental | undefined;
  selected: boolean;
  /** Why it cannot run as it is, nor what hangs on it; undefined: it can, or only values must be filled in. */
  blocked: string | undefined;
  params: readonly GeneratedParam[];
  headers: readonly GeneratedParam[];
  optionalParams: readonly OptionalParam[];
  /** Its own; null: none; undefined: the client's. */
  auth: GeneratedAuth | null | undefined;
  /** Path as the pipeline asks for it. */
  path: string;
  ownPaginator: PaginatorMapping | undefined;
  /** Body of its requests. */
  json: JsonObject | undefined;
  readonly decisions: Decision[];
  readonly findings: Finding[];
}

/**
 * Adds a choice with its reason; a second reason for the same key stands behind the first. Whether it repairs something is
 * known at the end, by comparison.
 */
export function decide(draft: Draft, about: string, reason: string): void {
  const { decisions } = draft;
  const at = decisions.findIndex((decision) => decision.about === about);
  const old = decisions[at];
  if (old === undefined) decisions.push({ about, reason, repair: false });
  else if (!old.reason.split("; ").includes(reason)) decisions[at] = { ...old, reason: `${old.reason}; ${reason}` };
}

/** The record's schema; undefined when the answer has none. */
export function recordOf(draft: Found): SchemaNode | undefined {
  return draft.records?.schema;
}

/** The drafts in an order in which each stands after its parent. */
export function parentsFirst(drafts: readonly Draft[]): readonly Draft[] {
  const ordered = new Set<Draft>();
  for (const draft of drafts) {
    const chain: Draft[] = [];
    for (let one: Draft | undefined = draft; one !== undefined && !ordered.has(one); one = one.parent) chain.push(one);
    for (const one of chain.reverse()) ordered.add(one);
  }
  return [...ordered];
}

/** The column that `include_from_parent` makes of a field of the parent's record. */
export function carriedName(parent: Draft, field: string): string {
  return `_${parent.name}_${field}`;
}
