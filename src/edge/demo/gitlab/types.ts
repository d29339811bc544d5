import type { World } from "./world/world.ts";

/** A record as the API answers it; written out by `JSON.stringify`. */
export interface FixtureRecord {
  [field: string]: unknown;
}

/** Query parameters; a repeated `name[]` is joined by commas. */
export interface Query {
  readonly [name: string]: string | undefined;
}

/** Where a path points: indexes of the things its parameters name, -1 or "" for those it has not. */
export interface At {
  /** Number of the parent, the seed of everything that hangs on it. */
  key: number;
  /** Last parameter as text; tells lists apart that have the same key. */
  id2: string;
  /** Parameters that GitLab repeats in its links. */
  ids: Record<string, string>;
  /** Project. */
  p: number;
  /** Group. */
  g: number;
  /** Issue, merge request, epic, pipeline or job within its project or group. */
  i: number;
  /** Numeric ids that stand for themselves. */
  n: number;
  m: number;
  /** Names that stand for themselves. */
  name: string;
  name2: string;
}

export type Tier = "premium" | "ultimate";
export type Feature = "issues" | "ci" | "repo";

/** How GitLab behaves on an endpoint. */
export interface RouteTraits {
  /** Only for an administrator's token. */
  readonly admin?: boolean;
  /** Project feature that can be switched off: 403, for the repository 404. */
  readonly feat?: Feature | undefined;
  /** Licence that the group or project needs. */
  readonly tier?: Tier | undefined;
  /** Parameters without which the answer is 400. */
  readonly require?: readonly string[];
  /** Word of the 404 message. */
  readonly nf?: string;
}

export interface ListTraits extends RouteTraits {
  /** Default order by creation. */
  readonly sort?: "asc" | "desc";
  /** The list does not change on day 2. */
  readonly fixed?: boolean;
  /** Filters by time apply. */
  readonly timed?: boolean;
  /** `last_activity_after` applies. */
  readonly activity?: boolean;
  /** `since` and `until` filter by creation. */
  readonly since?: boolean;
  /** `after` and `before` filter by whole days. */
  readonly dateRange?: boolean;
  /** `state` filters. */
  readonly state?: boolean;
  /** `scope` filters by status. */
  readonly scope?: boolean;
  /** `iids[]` filters. */
  readonly iid?: boolean;
  /** `updated_after` is refused unless ordered by `updated_at`. */
  readonly pairUpdated?: boolean;
  readonly keyset?: "id" | "cursor" | "page_token";
  /** Default order of keyset paging. */
  readonly keysetOrder?: string;
  /** Word of the message beyond the limit of offset paging. */
  readonly model?: string;
  /** Totals are left out. */
  readonly noTotal?: boolean;
  /** A full page always announces one more. */
  readonly fullPageNext?: boolean;
  /** The first page always announces a second one. */
  readonly firstPageNext?: boolean;
  /** Answers all at once. */
  readonly noPage?: boolean;
  /** Parameters that change the records. */
  readonly qkeys?: readonly string[];
  /** The path parameter (`:issue`, `:job`, ...) that points into this list. */
  readonly idx?: string;
  readonly name?: (w: World, at: At, i: number) => string;
  readonly idOf?: (w: World, at: At, i: number, q: Query) => number;
  readonly filter?: (w: World, i: number, q: Query) => boolean;
  /** Records that the reader may not see: pages get shorter. */
  readonly hidden?: (w: World, at: At, i: number) => boolean;
  /** Projects whose lists of the same last word are joined. */
  readonly union?: (w: World, at: At) => readonly number[];
}

export type Count = (w: World, at: At, q: Query) => number;
export type MakeRecord = (w: World, at: At, i: number, n: number, q: Query) => unknown;
export type MakeOne = (w: World, at: At, q: Query) => unknown;

interface RouteBase {
  /** `/projects/:project/issues`. */
  readonly pattern: string;
  readonly segments: readonly string[];
  /** Stream of the catalogue; null for other ways to the same records. */
  readonly stream: string | null;
}

export interface ListRoute extends RouteBase, ListTraits {
  readonly type: "list";
  /** Name that the records' random values are drawn with. */
  readonly kind: string;
  readonly n: Count;
  readonly make: MakeRecord;
}

export interface OneRoute extends RouteBase, RouteTraits {
  readonly type: "one";
  /** Null: 404. */
  readonly make: MakeOne;
}

export type Route = ListRoute | OneRoute;

/** Collects routes. */
export interface RouteTable {
  list(pattern: string, stream: string | null, kind: string, n: Count, make: MakeRecord, traits?: ListTraits): void;
  one(pattern: string, stream: string | null, make: MakeOne, traits?: RouteTraits): void;
}
