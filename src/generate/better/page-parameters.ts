import { getOwn } from "../../core/json.ts";
import type { Endpoint, Parameter } from "../reading/endpoint.ts";
import { flagAt, numberAt, textAt, toInteger } from "../reading/scalars.ts";
import { bodyParameters } from "./body-parameters.ts";
import { anyOf, wordOf } from "./words.ts";

/** Query parameters that have to do with pages, by what they count. */
export interface PageParameters {
  readonly cursors: readonly Parameter[];
  readonly offsets: readonly Parameter[];
  readonly pages: readonly Parameter[];
  readonly limits: readonly Parameter[];
}

/** True for the names of parameters that go on from a place in a list. */
export const isCursor = anyOf(
  `cursor after pagetoken nextpagetoken nexttoken nextcursor pagecursor pageafter continuationtoken continuation
  paginationtoken marker bookmark scrollid starttoken startcursor nextmarker iterator pagingtoken startingafter continue`,
);
const isEnd = anyOf("end stop until");
const isOffset = anyOf("start offset skip startat startindex firstresult pageoffset startposition");
const isPage = anyOf("page pagenumber pageno pagenum pageindex currentpage pagenr");
const isLimit = anyOf("limit perpage pagesize size maxresults top take itemsperpage pagelimit resultsperpage count");

/** A page is no larger than this, whatever the document allows. */
const LARGEST_PAGE = 1000;

/** Of the query; where that has none, of the body. */
export function pageParameters(endpoint: Endpoint): PageParameters {
  const inQuery = sortedOut(endpoint.parameters.filter((one) => one.in === "query"));
  const hasPages = Object.values(inQuery).some(({ length }) => length > 0);
  return hasPages || endpoint.body === undefined ? inQuery : sortedOut(bodyParameters(endpoint));
}

function sortedOut(all: readonly Parameter[]): PageParameters {
  // What is deprecated counts only where nothing else does.
  const isPaging = (one: Parameter) => [isCursor, isOffset, isPage].some((test) => test(keyOf(one)));
  const hasOther = all.some((one) => isPaging(one) && !flagAt(one.source, "deprecated"));
  const parameters = hasOther ? all.filter((one) => !flagAt(one.source, "deprecated")) : all;
  const of = (test: (name: string) => boolean) => parameters.filter((one) => test(keyOf(one)) || test(one.name));
  const counts = (one: Parameter) => !isToken(one);
  const hasEnd = parameters.some((one) => isEnd(keyOf(one)));
  return {
    // A moment is where a cursor of ours begins, not a place in a list.
    cursors: [...cursorsOf(of(isCursor)), ...of(isOffset).filter(isToken), ...of(isPage).filter(isToken)].filter(
      isPlace,
    ),
    // `start` with an `end` is a time or a number that records lie between.
    offsets: of(isOffset).filter((one) => counts(one) && isPlace(one) && !(hasEnd && wordOf(keyOf(one)) === "start")),
    pages: of(isPage).filter(counts),
    // `$count: true` asks for the total.
    limits: of(isLimit).filter(({ schema }) => !schema.types.includes("boolean")),
  };
}

/** Those that are called cursors before an `after`, which may be a time. */
function cursorsOf(found: readonly Parameter[]): readonly Parameter[] {
  const isAfter = (one: Parameter) => wordOf(keyOf(one)) === "after";
  return [...found.filter((one) => !isAfter(one)), ...found.filter(isAfter)];
}

function isPlace({ schema }: Parameter): boolean {
  return !/date/.test(schema.format ?? "");
}

/** True for an `offset` or `page` that counts nothing: a text that the answer before has given. */
function isToken({ schema, source }: Parameter): boolean {
  const isText = schema.types.length === 1 && schema.types[0] === "string" && getOwn(source, "schema") !== undefined;
  const description = `${textAt(source, "description") ?? ""} ${schema.description ?? ""}`;
  return isText && /\btoken|\bcursor|\bopaque|\bprevious (?:call|page|request|response)/i.test(description);
}

/** The size of pages that a parameter allows; undefined when nothing is said of it. */
export interface PageSize {
  readonly size: number;
  /** Where that stands: `the declared maximum`. */
  readonly from: string;
  /** False for a default: larger ones may be allowed. */
  readonly isLargest: boolean;
}

export function declaredPageSize({ schema, source }: Parameter): PageSize | undefined {
  const maximum = Math.trunc(numberAt(schema.schema, "maximum") ?? 0);
  if (maximum > 0) return { size: Math.min(maximum, LARGEST_PAGE), from: "the declared maximum", isLargest: true };
  const said = LARGEST.exec(textAt(source, "description") ?? schema.description ?? "");
  const described = Number(said?.[1] ?? said?.[2] ?? 0);
  if (described >= SMALLEST_LARGEST && described <= LARGEST_PAGE) {
    return { size: described, from: "the largest size, by its description,", isLargest: true };
  }
  const size = Math.min(toInteger(schema.default), LARGEST_PAGE);
  return size > 0 ? { size, from: "the declared default", isLargest: false } : undefined;
}

/** `(max 100)`, `maximum is 100`, `between 1 and 100`, `up to 100`. */
const LARGEST =
  /\bmax(?:imum)?\.?(?: (?:value|size|limit|page size|is|of|allowed))*[\s:=(]*(\d{2,4})\b|\b(?:between (?:0|1) and|(?:0|1) to|up to) (\d{2,4})\b/i;
/** A smaller number speaks of something else. */
const SMALLEST_LARGEST = 20;

/** The key by which a parameter is known: of `paging.cursor` of a body the last one. */
export function keyOf({ name, in: place }: Parameter): string {
  return place === "body" ? name.replace(/^(?:.*\.)?(?:page|paging|pagination|pager)\./i, "") : name;
}
