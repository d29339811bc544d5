import { createList } from "./records.ts";
import { nowhere, type Store } from "./store.ts";
import type { At, ListRoute, Route } from "./types.ts";

/**
 * Rows a stream that a complete load yields under the present day, for a token that may read all that can be read.
 * Streams below things without a list of their own (`:n`, `:name`) are left out.
 */
export function expectedRows(store: Store): Readonly<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const route of store.routes) {
    if (route.stream === null || rows[route.stream] !== undefined) continue;
    if (route.type === "list" && route.union !== undefined) continue;
    const below = route.segments.slice(2).filter((part) => part.startsWith(":"));
    if (below.some((part) => !LISTED.includes(part))) continue;
    rows[route.stream] = places(store, route, below[0]).reduce((sum, at) => sum + count(store, route, at), 0);
  }
  return rows;
}

const LISTED: readonly string[] = [":issue", ":mr", ":epic", ":pipeline"];

function count({ world }: Store, route: Route, at: At): number {
  return route.type === "one" ? 1 : createList(world, route, at, {}).visible();
}

/** Everywhere the route can be asked. */
function places(store: Store, route: Route, below: string | undefined): readonly At[] {
  const parents = topPlaces(store, route);
  if (below === undefined) return parents;
  const parentRoute = store.indexed(below.slice(1));
  return parents
    .filter((at) => at.p < 0 || isReadable(store, parentRoute, at.p))
    .flatMap((at) => parentIndexes(store, parentRoute, at).map((i) => childPlace(at, i)));
}

function topPlaces(store: Store, route: Route): readonly At[] {
  const { world } = store;
  const [first, second] = route.segments;
  if (first === "projects" && second === ":project") {
    return range(world.options.projects)
      .filter((p) => isReadable(store, route, p))
      .map((p) => nowhere({ key: p, p }));
  }
  if (first === "groups" && second === ":group") {
    const needsLicence = route.tier !== undefined && world.options.restricted !== "none";
    return range(world.options.groups)
      .filter((g) => !(needsLicence && g % 2))
      .map((g) => nowhere({ key: g, g }));
  }
  return [nowhere({})];
}

function isReadable({ world }: Store, route: Route, p: number): boolean {
  const trait = world.trait(p);
  if (trait === "gone") return false;
  if (route.feat === "issues" && trait === "no_issues") return false;
  if (route.feat === "ci" && trait === "no_ci") return false;
  if (route.feat === "repo" && trait === "no_repo") return false;
  if (world.options.restricted === "none") return true;
  return !((route.tier === "ultimate" && p % 2) || (route.tier === "premium" && p % 3 === 2));
}

function parentIndexes(store: Store, route: ListRoute, at: At): readonly number[] {
  const list = store.ownList(route, at, {});
  return range(list.length).map((k) => list.iid(k) - 1);
}

function childPlace(at: At, i: number): At {
  return { ...at, i, key: at.key * 100000 + i, id2: `x${i}` };
}

function range(count: number): readonly number[] {
  return [...Array(count).keys()];
}
