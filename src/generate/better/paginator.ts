import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { keysOf } from "../../core/json.ts";
import type { ApiResponse, Endpoint, Parameter } from "../reading/endpoint.ts";
import { type FoundProperty, propertyFinder, typedFinder } from "../reading/find-property.ts";
import { numberAt, objectAt, textAt, toInteger } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { declaredPageSize, isCursor, keyOf, type PageParameters, pageParameters } from "./page-parameters.ts";
import { propertyPath } from "./property-path.ts";
import { anyOf, wordOf } from "./words.ts";

export interface FoundPaginator {
  readonly config: PaginatorMapping;
  /** Parameters that it sends. */
  readonly uses: readonly string[];
  readonly reason: string;
}

const DEFAULT_LIMIT = 20;

/**
 * Makes the function that finds how an endpoint counts pages: links and cursors that the answer declares first, then
 * numbers. `envelope` is the schema around the records; undefined when the records are all there is.
 */
export function paginators(): (
  endpoint: Endpoint,
  response: ApiResponse | undefined,
  envelope: SchemaNode | undefined,
) => FoundPaginator | undefined {
  const anyType = () => true;
  const finder = (words: string) => propertyFinder({ name: anyOf(words), type: anyType, throughLists: false });
  const integer = (words: string) => typedFinder(anyOf(words), "integer", false);
  const findNextCursor = finder(
    `nextcursor nextpagetoken nexttoken endcursor continuationtoken nextmarker nextpagecursor nextcontinuationtoken
    nextscrollid nextpagingtoken`,
  );
  const findSameCursor = finder(
    "cursor after pagetoken marker scrollid bookmark continuation iterator paginationtoken continue",
  );
  const findNextToken = finder("nextpage nextoffset nextstart");
  const findNextObject = finder("nextpage next");
  const findNextOffset = integer("nextoffset nextstart nextskip nextindex");
  const findNextPage = integer("nextpage nextpagenumber");
  const findTotal = integer(
    "total totalcount totalrecords totalitems totalresults totalelements totalhits numfound odatacount totalsize",
  );
  const findCount = integer("count");
  // A count may be that of the page, and the list would end with the first one: it is the total where its description says
  // so, or where it stands beside a link, as in Django's answers. Without a total the list costs one empty page more.
  const findItems = (root: SchemaNode) => {
    const total = findTotal(root);
    const count = total === undefined ? findCount(root) : undefined;
    if (count === undefined) return total;
    const described = count.node.description ?? "";
    if (OF_PAGE.test(described)) return undefined;
    return OF_ALL.test(described) || findLink(root) !== undefined ? count : undefined;
  };
  const findPages = integer("totalpages pagecount pages lastpage totalpagecount numpages numberofpages maxpage");
  const findMore = typedFinder(anyOf("hasmore hasnext hasnextpage more morerecords hasmoreitems"), "boolean", false);
  const findLink = typedFinder(
    anyOf("next nexturl nextlink nextpageurl nextpagelink nexthref odatanextlink nextpageuri"),
    "string",
    false,
  );
  const ask = (find: (root: SchemaNode) => FoundProperty | undefined, root: SchemaNode | undefined) => {
    const path = root === undefined ? undefined : find(root)?.path;
    return path === undefined ? undefined : propertyPath(path);
  };

  return (endpoint, response, envelope) => {
    const parameters = pageParameters(endpoint);
    return (
      fromHeaders(response, parameters) ??
      fromCursor(parameters, envelope) ??
      fromOffset(parameters, envelope) ??
      fromPage(parameters, envelope) ??
      fromLink(envelope)
    );
  };

  function fromCursor({ cursors, offsets }: PageParameters, envelope: SchemaNode | undefined) {
    const [cursor] = cursors;
    const next = ask(findNextCursor, envelope);
    const more = ask(findMore, envelope);
    if (cursor !== undefined) {
      const path =
        next ?? ask(findSameCursor, envelope) ?? (isCursor(keyOf(cursor)) ? undefined : nextToken(cursor, envelope));
      if (path !== undefined) return cursorOf(path, cursor, `${path} in the answer is the next ${cursor.name}`);
      const listName = envelope === undefined ? undefined : lastRecordId(envelope);
      if (wordOf(cursor.name) === "startingafter" && more !== undefined && listName !== undefined) {
        const reason = `${cursor.name} takes the id of the last record, and ${more} says whether there is more`;
        const found = cursorOf(listName, cursor, reason);
        return { ...found, config: { ...found.config, has_more_path: more } };
      }
    }
    const [offset] = offsets;
    const nextOffset = ask(findNextOffset, envelope);
    if (offset === undefined || nextOffset === undefined) return undefined;
    return cursorOf(nextOffset, offset, `${nextOffset} in the answer is the next ${offset.name}`);
  }

  /** `next_page` of the answer, or `offset` in it where that is an object. */
  function nextToken({ name }: Parameter, envelope: SchemaNode | undefined): string | undefined {
    const around = envelope === undefined ? undefined : findNextObject(envelope);
    const inner = [...(around?.node.allProperties.keys() ?? [])].find((key) => wordOf(key) === wordOf(name));
    if (around !== undefined && inner !== undefined) return propertyPath([...around.path, inner]);
    const next = envelope === undefined ? undefined : findNextToken(envelope);
    return next === undefined || next.node.isObject ? undefined : propertyPath(next.path);
  }

  function fromOffset({ offsets, limits }: PageParameters, envelope: SchemaNode | undefined) {
    const [offset, limit] = [offsets[0], limits.at(-1)];
    if (offset === undefined || limit === undefined) return undefined;
    const size = declaredPageSize(limit);
    const total = ask(findItems, envelope);
    return {
      config: {
        type: "offset" as const,
        limit: size?.size ?? DEFAULT_LIMIT,
        ...(offset.in === "body" ? { offset_body_path: offset.name } : { offset_param: offset.name }),
        ...(limit.in === "body" ? { limit_body_path: limit.name } : { limit_param: limit.name }),
        ...ending(total, envelope),
      },
      uses: [offset.name, limit.name],
      reason: `the parameters ${offset.name} and ${limit.name}; ${endReason(total)}; ${size?.from ?? "a common size"} of a page`,
    };
  }

  function fromPage({ pages }: PageParameters, envelope: SchemaNode | undefined) {
    const [page] = pages;
    if (page === undefined) return undefined;
    const next = ask(findNextPage, envelope);
    if (next !== undefined) return cursorOf(next, page, `${next} in the answer is the next ${page.name}`);
    const total = ask(findPages, envelope);
    const first = firstPage(page);
    return {
      config: {
        type: "page_number" as const,
        ...(page.in === "body" ? { page_body_path: page.name } : { page_param: page.name }),
        base_page: first.page,
        ...ending(total, envelope),
      },
      uses: [page.name],
      reason: `the parameter ${page.name}; ${first.reason}; ${endReason(total)}`,
    };
  }

  function fromLink(envelope: SchemaNode | undefined) {
    const path = ask(findLink, envelope);
    if (path === undefined) return undefined;
    const config = { type: "json_link" as const, next_url_path: path };
    return { config, uses: [], reason: `${path} in the answer is the link to the next page` };
  }

  /** How the end is known: a total, a flag, else an empty page. Never a highest number, which would cut the list. */
  function ending(total: string | undefined, envelope: SchemaNode | undefined) {
    const more = total === undefined ? ask(findMore, envelope) : undefined;
    return { total_path: total ?? null, ...(more === undefined ? {} : { has_more_path: more }) };
  }
}

function endReason(total: string | undefined): string {
  return total === undefined ? "the list ends with an empty page" : `${total} in the answer says where it ends`;
}

function cursorOf(
  path: string,
  { name, in: place }: Parameter,
  reason: string,
): FoundPaginator & { config: { type: "cursor" } } {
  const config = {
    type: "cursor" as const,
    cursor_path: path,
    ...(place === "body" ? { cursor_body_path: name } : { cursor_param: name }),
  };
  return { config, uses: [name], reason };
}

/** Headers that the response declares. */
function fromHeaders(
  response: ApiResponse | undefined,
  { pages, cursors }: PageParameters,
): FoundPaginator | undefined {
  const headers = response === undefined ? [] : keysOf(objectAt(response.source, "headers"));
  const named = (test: (name: string) => boolean) => headers.find(test);
  const link = named((name) => wordOf(name) === "link");
  if (link !== undefined) {
    const uses = [...pages, ...cursors].map(({ name }) => name);
    return { config: { type: "header_link" }, uses, reason: "the response declares the header Link" };
  }
  const cursor = named(anyOf("xnextpage nextpage xnextcursor nextcursor xnextpagetoken xcontinuationtoken xcursor"));
  const parameter = cursor !== undefined && /page$/i.test(cursor) ? pages[0] : (cursors[0] ?? pages[0]);
  if (cursor === undefined || parameter === undefined || parameter.in === "body") return undefined;
  return {
    config: { type: "header_cursor", cursor_key: cursor, cursor_param: parameter.name },
    uses: [parameter.name],
    reason: `the response declares the header ${cursor}`,
  };
}

/** The number of the first page, which rest_api takes for 0; without a word on it 1, as nearly all APIs count. */
function firstPage({ schema, source }: Parameter): { readonly page: number; readonly reason: string } {
  const declared = schema.default ?? undefined;
  if (declared !== undefined && declared !== "") {
    const page = toInteger(declared);
    if (page <= 1) return { page: Math.max(page, 0), reason: `its default is ${page}` };
  }
  const minimum = numberAt(schema.schema, "minimum");
  if (minimum === 0 || minimum === 1) return { page: minimum, reason: `its minimum is ${minimum}` };
  const description = `${textAt(source, "description") ?? ""} ${schema.description ?? ""}`;
  if (
    /zero[- ](?:based|indexed)|0[- ](?:based|indexed)|(?:starts?|starting|begins?|counts?) (?:at|from|with) (?:0|zero)\b/i.test(
      description,
    )
  ) {
    return { page: 0, reason: "its description says that pages count from 0" };
  }
  return { page: 1, reason: "pages are taken to count from 1" };
}

/** How documents say that a number counts what is on the page. */
const OF_PAGE =
  /\b(?:(?:this|current|each|per|the|single|a) page|returned|(?:this|current|the) (?:response|result set|batch))\b/i;

/** How documents say that a number counts all that there is. */
const OF_ALL = /\b(?:total|all|overall|matching|available|altogether|entire|whole|grand)\b/i;

/** `data[-1].id` of the first list beside the flag. */
function lastRecordId(envelope: SchemaNode): string | undefined {
  for (const [name, child] of envelope.allProperties) {
    if (child.isList && child.item?.allProperties.has("id") === true) return `${propertyPath([name])}[-1].id`;
  }
  return undefined;
}
