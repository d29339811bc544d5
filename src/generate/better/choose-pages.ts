import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { samePaginator } from "../common-paginator.ts";
import { type Draft, decide } from "./draft.ts";

/** A list has its own pages, else the common ones, else those that its answers show; what is no list has one. */
export function choosePages(draft: Draft, common: PaginatorMapping | undefined): void {
  if (draft.paginator !== undefined) {
    draft.ownPaginator = samePaginator(draft.paginator.config, common) ? undefined : draft.paginator.config;
    decide(draft, "paginator", draft.paginator.reason);
  } else if (!draft.isList) {
    draft.ownPaginator = { type: "single_page" };
    decide(draft, "paginator", "the answer is one record");
  } else {
    draft.ownPaginator = common === undefined ? { type: "auto" } : undefined;
    const reason =
      common === undefined
        ? "the answers must show them"
        : "those of most lists are tried, write single_page if it ignores them";
    decide(draft, "paginator", `the document declares no pages for this list; ${reason}`);
  }
}
