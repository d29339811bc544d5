import type { PaginatorMapping } from "../../config/rest-api/paginator-shape.ts";
import { samePaginator } from "../common-paginator.ts";
import { type Draft, decide } from "./draft.ts";
import { pageParameters } from "./page-parameters.ts";

/** A list has its own pages, else the common ones, else those that its answers show; what is no list has one. */
export function choosePages(draft: Draft, common: PaginatorMapping | undefined): void {
  if (draft.paginator !== undefined) {
    draft.ownPaginator = samePaginator(draft.paginator.config, common) ? undefined : draft.paginator.config;
    decide(draft, "paginator", draft.paginator.reason);
    return;
  }
  if (!draft.isList) {
    draft.ownPaginator = { type: "single_page" };
    decide(draft, "paginator", "the answer is one record");
    return;
  }
  const { cursors, offsets, pages } = pageParameters(draft.endpoint);
  const names = [...cursors, ...offsets, ...pages].map(({ name }) => name);
  if (names.length > 0) {
    draft.ownPaginator = { type: "auto" };
    const what = `the document does not say where the answer has what ${names.join(", ")} goes on with`;
    decide(draft, "paginator", `${what}: the answers must show it, else this is the first page only`);
    draft.findings.push({ code: "PossiblePaginator", message: `${what}: look whether all pages come` });
  } else {
    draft.ownPaginator = common === undefined ? { type: "auto" } : undefined;
    const reason =
      common === undefined
        ? "the answers must show them"
        : "those of most lists are tried, write single_page if it ignores them";
    decide(draft, "paginator", `the document declares no pages for this list; ${reason}`);
  }
}
