import { type Answer, badRequest, forbidden, JSON_HEADERS, jsonAnswer, noSuchRoute, notFound } from "./answer.ts";
import type { Role } from "./auth.ts";
import { locate } from "./locate.ts";
import { answerPage } from "./paging.ts";
import { serialize } from "./records.ts";
import { parseTime } from "./select.ts";
import type { Store } from "./store.ts";
import type { At, ListRoute, Query, Route } from "./types.ts";

export interface ApiRequest {
  /** Below `/api/v4`. */
  readonly path: string;
  readonly query: Query;
  readonly role: Role;
  /** Scheme and host of the links. */
  readonly base: string;
}

/** Answers a request whose sender is known and may read. */
export function answerApi(
  store: Store,
  match: (segments: readonly string[]) => Route | undefined,
  { path, query, role, base }: ApiRequest,
): Answer {
  const segments = path.split("/").slice(1);
  const route = match(segments);
  if (route === undefined) return noSuchRoute();
  if (route.admin && role !== "admin") return forbidden();
  const found = locate(store, route, segments, base);
  if ("answer" in found) return found.answer;
  const { at } = found;
  const refusal = restricted(store, route, at) ?? missingParameter(route, query);
  if (refusal !== undefined) return refusal;
  if (route.type === "one") {
    const record = route.make(store.world, at, query);
    if (record === null) return notFound(route.nf);
    const body = Buffer.from(serialize(store.world, record));
    return { status: 200, headers: JSON_HEADERS, body, route: route.pattern };
  }
  return badTime(route, query) ?? answerPage({ store, route, at, query, base, path });
}

/** Features that are switched off, and licences that are missing. */
function restricted({ world }: Store, route: Route, at: At): Answer | undefined {
  const trait = at.p >= 0 ? world.trait(at.p) : undefined;
  if (route.feat === "issues" && trait === "no_issues") return forbidden();
  if (route.feat === "ci" && trait === "no_ci") return forbidden();
  if (route.feat === "repo" && trait === "no_repo") return notFound("Repository");
  if (route.tier === undefined || world.options.restricted === "none") return undefined;
  if (at.g >= 0 && at.g % 2) return forbidden();
  if (at.p >= 0 && route.tier === "ultimate" && at.p % 2) return forbidden();
  if (at.p >= 0 && route.tier === "premium" && at.p % 3 === 2) return notFound();
  return undefined;
}

function missingParameter(route: Route, query: Query): Answer | undefined {
  const missing = route.require?.find((name) => query[name] === undefined);
  return missing === undefined ? undefined : badRequest(`${missing} is missing`);
}

function badTime(route: ListRoute, query: Query): Answer | undefined {
  if (route.pairUpdated && (query.updated_after || query.updated_before) && query.order_by !== "updated_at") {
    return jsonAnswer(400, { message: "400 Bad request - `updated_at` filter requires `updated_at` sort" });
  }
  const bad = TIMES.find((name) => query[name] !== undefined && parseTime(query[name]) === null);
  return bad === undefined ? undefined : badRequest(`${bad} is invalid`);
}

const TIMES = ["updated_after", "updated_before", "created_after", "created_before", "last_activity_after"] as const;
