import type { ServerOptions } from "./options.ts";
import { createList, createUnionList, type OwnRecordList, type RecordList } from "./records.ts";
import type { At, ListRoute, Query, Route } from "./types.ts";
import type { World } from "./world/world.ts";

/** The lists of one day, made when first asked for. */
export interface Store {
  readonly world: World;
  readonly options: ServerOptions;
  readonly routes: readonly Route[];
  readonly size: number;
  list(route: ListRoute, at: At, query: Query): RecordList;
  /** A list that is not a union; kept as well. */
  ownList(route: ListRoute, at: At, query: Query): OwnRecordList;
  /** The list whose records a path parameter (`issue`, `job`, ...) names. */
  indexed(parameter: string): ListRoute;
}

export function createStore(world: World, options: ServerOptions, routes: readonly Route[]): Store {
  const own = new Map<string, OwnRecordList>();
  const unions = new Map<string, RecordList>();
  const lists = routes.filter((route) => route.type === "list");
  const find = (test: (route: ListRoute) => boolean, what: string): ListRoute => {
    const found = lists.find(test);
    if (found === undefined) throw new RangeError(`no list ${what}`);
    return found;
  };
  const store: Store = {
    world,
    options,
    routes,
    get size() {
      return own.size + unions.size;
    },
    indexed: (parameter) => find((route) => route.idx === parameter, parameter),
    ownList: (route, at, query) => remember(own, listKey(route, at, query), () => createList(world, route, at, query)),
    list: (route, at, query) => {
      const { union } = route;
      if (union === undefined) return store.ownList(route, at, query);
      return remember(unions, listKey(route, at, query), () => {
        const stream = route.segments.at(-1) ?? "";
        const base = find((other) => other.stream === stream, stream);
        const parts = union(world, at).map((p) => store.ownList(base, nowhere({ key: p, p }), query));
        return createUnionList(world, parts);
      });
    },
  };
  return store;
}

/** A place with nothing but what is given. */
export function nowhere(at: Partial<At>): At {
  return { key: 0, id2: "", ids: {}, p: -1, g: -1, i: -1, n: -1, m: -1, name: "", name2: "", ...at };
}

function listKey(route: ListRoute, at: At, query: Query): string {
  const shape = (route.qkeys ?? []).map((name) => query[name] ?? "").join(",");
  return [route.pattern, at.key, at.id2, shape, route.filter ? (query.archived ?? "") : ""].join("|");
}

function remember<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
