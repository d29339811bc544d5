import type { PaginatorMapping } from "../config/rest-api/paginator-shape.ts";

/** True for paginators with equal keys and values. */
export function samePaginator(a: PaginatorMapping | undefined, b: PaginatorMapping | undefined): boolean {
  return a !== undefined && b !== undefined && keyOf(a) === keyOf(b);
}

/** The paginator that more endpoints have than any other; undefined when none is ahead. */
export function commonPaginator(paginators: readonly (PaginatorMapping | undefined)[]): PaginatorMapping | undefined {
  const counted = new Map<string, { readonly paginator: PaginatorMapping; count: number }>();
  for (const paginator of paginators) {
    if (paginator === undefined) continue;
    const entry = counted.get(keyOf(paginator)) ?? { paginator, count: 0 };
    entry.count += 1;
    counted.set(keyOf(paginator), entry);
  }
  const [first, second] = [...counted.values()].sort((a, b) => b.count - a.count);
  return first !== undefined && first.count > (second?.count ?? 0) ? first.paginator : undefined;
}

function keyOf(paginator: PaginatorMapping): string {
  return JSON.stringify(Object.entries(paginator).sort(([a], [b]) => (a < b ? -1 : 1)));
}
