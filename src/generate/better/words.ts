import { singularize } from "../words/inflect.ts";

/** A name without case and separators: `page[number]`, `pageNumber` and `page_number` are one word. */
export function wordOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Makes the test whether a name is one of the given words, case and separators ignored. */
export function anyOf(words: string): (name: string) => boolean {
  const set = new Set(words.trim().split(/\s+/));
  return (name) => set.has(wordOf(name));
}

/** The word of one of the things that a path piece names: `bulk_imports` -> `bulkimport`. */
export function entityWord(piece: string): string {
  return wordOf(singularize(piece));
}

/** Properties that describe an answer rather than a record. */
export const isEnvelopeWord = anyOf(
  `total count totalcount totalrecords totalitems totalresults totalelements totalhits totalpages pagecount pages page
  perpage pagesize pagelen limit offset skip start size next nextpage nextpagetoken nextcursor nextlink nexturl previous prev
  previouspage first last cursor cursors hasmore hasnext hasprevious more links link meta metadata pagination paging
  pageinfo responsemetadata responsestatus errors error warnings warning messages message status statuscode success ok code
  object kind type etag url self context schema version timestamp requestid incompleteresults self includes odatacount odatanextlink
  odatacontext included expand expansions maxresults startat islast`,
);

/** Names under which APIs put the records of an answer. */
export const isListWord = anyOf(
  "data items item results result records record values value entries entry rows list content contents elements objects resources collection hits embedded members nodes",
);

/** Lists that stand beside the records. */
export const isSideList = anyOf(
  "errors error warnings links link included facets aggregations filters messages fields columns sort orderby breadcrumbs",
);
