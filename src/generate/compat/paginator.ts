import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { jsonPath, propertyFinder, typedFinder } from "../reading/find-property.ts";
import { isTruthy, numberAt, toInteger } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";

export interface CompatPaginator {
  readonly config: PaginatorMapping;
  /** Parameters that it sends; `all`: none is listed any more. */
  readonly uses: readonly string[] | "all";
}

export interface PaginatorResult {
  readonly paginator: CompatPaginator | undefined;
  /** Parameters that speak of pages when none was found. */
  readonly hints: readonly string[];
}

const named = (words: string) => {
  const set = new Set(words.split(" "));
  return (name: string) => set.has(name.toLowerCase());
};
const isPage = named("page page_number");
const isOffset = named("start offset skip");
const isLimit = named("limit per_page page_size size");
const isCursor = named("cursor after since");

const DEFAULT_LIMIT = 20;
const MAXIMUM = 20;

/** Makes the function that finds the paginator of an endpoint as dlt-init-openapi does, given the schema of its answer. */
export function compatPaginators(): (endpoint: Endpoint, schema: SchemaNode | undefined) => PaginatorResult {
  const findCursor = propertyFinder({ name: named("cursor next_cursor"), type: () => true, throughLists: true });
  const findItems = typedFinder(named("total count total_count totalrecords totalitems"), "integer", true);
  const findPages = typedFinder(named("total count totalpages"), "integer", true);
  const findNext = typedFinder(named("next next_url more"), "string", true);

  return ({ parameters }, schema) => {
    const cursors = parameters.filter(({ name }) => isCursor(name));
    const offsets = parameters.filter(({ name }) => isOffset(name));
    const limits = parameters.filter(({ name }) => isLimit(name));
    const pages = parameters.filter(({ name }) => isPage(name));
    const paginator =
      cursor(cursors, schema) ?? offset(offsets, limits.at(-1), schema) ?? page(pages[0], schema) ?? nextLink(schema);
    if (paginator !== undefined) return { paginator, hints: [] };
    return { paginator, hints: [...cursors, ...offsets, ...limits, ...pages].map(({ name }) => name) };
  };

  function cursor(cursors: readonly Parameter[], schema: SchemaNode | undefined): CompatPaginator | undefined {
    if (schema === undefined) return undefined;
    const echoed = cursors.find(({ name }) => schema.properties.has(name));
    const [only] = cursors.length === 1 ? cursors : [];
    const parameter = echoed ?? only;
    if (parameter === undefined) return undefined;
    const path = echoed === undefined ? findCursor(schema)?.path : [echoed.name];
    if (path === undefined) return undefined;
    return {
      config: { type: "cursor", cursor_path: jsonPath(path), cursor_param: parameter.name },
      uses: [parameter.name],
    };
  }

  function offset(
    offsets: readonly Parameter[],
    limit: Parameter | undefined,
    schema: SchemaNode | undefined,
  ): CompatPaginator | undefined {
    const parameter = offsets.find(({ name }) => schema?.properties.has(name)) ?? offsets[0];
    if (parameter === undefined || limit === undefined) return undefined;
    const total = schema === undefined ? undefined : findItems(schema);
    return {
      config: {
        type: "offset",
        limit: pageSize(limit),
        offset_param: parameter.name,
        limit_param: limit.name,
        ...(total === undefined ? { total_path: "", maximum_offset: MAXIMUM } : { total_path: jsonPath(total.path) }),
      },
      uses: [parameter.name, limit.name],
    };
  }

  function page(parameter: Parameter | undefined, schema: SchemaNode | undefined): CompatPaginator | undefined {
    if (parameter === undefined) return undefined;
    const total = schema === undefined ? undefined : findPages(schema);
    return {
      config: {
        type: "page_number",
        page_param: parameter.name,
        ...(total === undefined ? { total_path: "", maximum_page: MAXIMUM } : { total_path: jsonPath(total.path) }),
      },
      uses: [parameter.name],
    };
  }

  function nextLink(schema: SchemaNode | undefined): CompatPaginator | undefined {
    const next = schema === undefined ? undefined : findNext(schema);
    if (next === undefined) return undefined;
    return { config: { type: "json_response", next_url_path: jsonPath(next.path) }, uses: "all" };
  }
}

/** The declared maximum, else the default, else 20. */
function pageSize({ schema }: Parameter): number {
  const maximum = numberAt(schema.schema, "maximum");
  const declared = maximum === undefined || maximum === 0 ? toInteger(schema.default) : Math.trunc(maximum);
  // The reference fails at what is no number (`1e400`, `nan`).
  return isTruthy(declared) && Number.isFinite(declared) ? declared : DEFAULT_LIMIT;
}
