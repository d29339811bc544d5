import { z } from "zod";
import { wholeNumber } from "./values.ts";

const path = z.string().describe("JSONPath in the body.");

const rangeKeys = {
  total_path: path
    .nullish()
    .describe("JSONPath of the total: items for offset, pages for page_number; `total` when absent."),
  stop_after_empty_page: z.boolean().nullish().describe("True when absent; null is false."),
  has_more_path: path.nullish().describe("JSONPath of a flag; false ends the list."),
};

/** How the next page is found. A word alone takes all arguments at their defaults. */
export const paginatorShape = z.union([
  z.discriminatedUnion("type", [
    z.strictObject({
      type: z
        .enum(["json_link", "json_response"])
        .describe("The body holds the next page's URL; `json_response` is its old name."),
      next_url_path: path.optional().describe("JSONPath of the next page's URL; next when absent."),
    }),
    z.strictObject({
      type: z.literal("header_link").describe("The header `Link` holds the next page's URL."),
      links_next_key: z.string().optional().describe("Relation in the Link header; next when absent."),
    }),
    z.strictObject({
      type: z.literal("header_cursor").describe("A header holds a cursor, which goes into the next query."),
      cursor_key: z.string().optional().describe("Name of the header; next when absent."),
      cursor_param: z.string().optional().describe("Query parameter; cursor when absent."),
    }),
    z.strictObject({
      type: z.literal("cursor").describe("The body holds a cursor, which goes into the next query or body."),
      cursor_path: path.optional().describe("JSONPath of the next cursor; cursors.next when absent."),
      cursor_param: z.string().nullish().describe("Query parameter; cursor when absent."),
      cursor_body_path: z.string().nullish().describe("Instead: keys joined by dots, into the JSON body."),
      stop_after_empty_page: z.boolean().nullish().describe("False when absent."),
      has_more_path: path.nullish().describe("JSONPath of a flag; false ends the list."),
    }),
    z.strictObject({
      type: z.literal("offset").describe("Items are counted: `offset` grows by `limit`."),
      limit: wholeNumber.describe("Items that are asked for at a time."),
      offset: wholeNumber.optional().describe("Of the first request; 0 when absent."),
      offset_param: z.string().nullish().describe("Query parameter; offset when absent."),
      offset_body_path: z.string().nullish().describe("Instead: keys joined by dots, into the JSON body."),
      limit_param: z.string().nullish().describe("Query parameter; limit when absent."),
      limit_body_path: z.string().nullish().describe("Instead: keys joined by dots, into the JSON body."),
      maximum_offset: wholeNumber.nullish().describe("An offset that is this or more is not asked."),
      ...rangeKeys,
    }),
    z.strictObject({
      type: z.literal("page_number").describe("Pages are counted."),
      base_page: wholeNumber.optional().describe("Number of the API's first page; 0 when absent."),
      page: wholeNumber.nullish().describe("Page of the first request; base_page when absent."),
      page_param: z.string().nullish().describe("Query parameter; page when absent."),
      page_body_path: z.string().nullish().describe("Instead: keys joined by dots, into the JSON body."),
      maximum_page: wholeNumber.nullish().describe("A page that is this or more is not asked."),
      ...rangeKeys,
    }),
    z.strictObject({
      type: z.literal("expression").describe("Expressions say what comes next."),
      next: z
        .strictObject({
          url: z
            .string()
            .exactOptional()
            .describe("Expression: URL of the next page, as a link; its query replaces params."),
          params: z
            .string()
            .exactOptional()
            .describe("Expression: query parameters laid over the present ones; null drops one."),
          json: z
            .string()
            .exactOptional()
            .describe("Expression: keys laid over the present JSON body; null drops one."),
        })
        .describe("Expressions over `body`, `headers`, `status`, `records` and `request`; null ends the list."),
      stop: z.string().optional().describe("Expression: true ends the list after this page."),
    }),
    z.strictObject({ type: z.literal("single_page").describe("There are no further pages.") }),
    z.strictObject({
      type: z.literal("auto").describe("As if none were set here: that of the client, else detected."),
    }),
  ]),
  // `offset` alone lacks its required limit; `check.ts` says so.
  z.enum([
    "json_link",
    "json_response",
    "header_link",
    "header_cursor",
    "cursor",
    "offset",
    "page_number",
    "single_page",
    "auto",
  ]),
]);

export type PaginatorConfig = z.infer<typeof paginatorShape>;
export type PaginatorMapping = Exclude<PaginatorConfig, string>;
export type RangePaginator = Extract<PaginatorMapping, { type: "offset" | "page_number" }>;
