import { z } from "zod";
import { wholeNumber } from "./values.ts";

const path = z.string().describe("JSONPath in the body.");

const rangeKeys = {
  total_path: path.nullish().describe("JSONPath of the total: items for offset, pages for page_number."),
  stop_after_empty_page: z.boolean().nullish(),
  has_more_path: path.nullish(),
};

/** How the next page is found. A word alone takes all arguments at their defaults. */
export const paginatorShape = z.union([
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.enum(["json_link", "json_response"]), next_url_path: path.optional() }),
    z.strictObject({ type: z.literal("header_link"), links_next_key: z.string().optional() }),
    z.strictObject({
      type: z.literal("header_cursor"),
      cursor_key: z.string().optional(),
      cursor_param: z.string().optional(),
    }),
    z.strictObject({
      type: z.literal("cursor"),
      cursor_path: path.optional(),
      cursor_param: z.string().nullish(),
      cursor_body_path: z.string().nullish(),
      stop_after_empty_page: z.boolean().optional(),
      has_more_path: path.nullish(),
    }),
    z.strictObject({
      type: z.literal("offset"),
      limit: wholeNumber,
      offset: wholeNumber.optional(),
      offset_param: z.string().nullish(),
      offset_body_path: z.string().nullish(),
      limit_param: z.string().nullish(),
      limit_body_path: z.string().nullish(),
      maximum_offset: wholeNumber.nullish(),
      ...rangeKeys,
    }),
    z.strictObject({
      type: z.literal("page_number"),
      base_page: wholeNumber.optional(),
      page: wholeNumber.nullish(),
      page_param: z.string().nullish(),
      page_body_path: z.string().nullish(),
      maximum_page: wholeNumber.nullish(),
      ...rangeKeys,
    }),
    z.strictObject({ type: z.literal("single_page") }),
    z.strictObject({ type: z.literal("auto") }),
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
