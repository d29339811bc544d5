import type { RecordList } from "./records.ts";
import type { ListRoute, Query } from "./types.ts";
import { DAY } from "./world/time.ts";

/** Places of the records that pass the filters of a query, in its order. Remembered by the list. */
export function select(list: RecordList, route: ListRoute, query: Query): Int32Array {
  const key = FILTERS.map((name) => query[name] ?? "").join("\u0001");
  const known = list.selections.get(key);
  if (known !== undefined) return known;
  const selected = Int32Array.from(order(filter(list, route, query), list, route, query));
  if (list.selections.size > 50) list.selections.clear();
  list.selections.set(key, selected);
  return selected;
}

/** Milliseconds since the epoch; null when it is no time. */
export function parseTime(text: string): number | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** Parameters that change which records are answered, and in which order. */
const FILTERS = [
  "updated_after",
  "updated_before",
  "created_after",
  "created_before",
  "since",
  "until",
  "after",
  "before",
  "order_by",
  "sort",
  "state",
  "last_activity_after",
  "id_after",
  "id_before",
  "iids[]",
  "scope[]",
  "scope",
  "status",
] as const;

function filter(list: RecordList, route: ListRoute, query: Query): number[] {
  const tests = [...timeTests(list, route, query), ...idTests(list, query), ...valueTests(list, route, query)];
  const kept: number[] = [];
  for (let k = 0; k < list.length; k++) if (tests.every((test) => test(k))) kept.push(k);
  return kept;
}

type Test = (k: number) => boolean;

/** Both ends of a range are inclusive. A time that cannot be read filters nothing, as 0 does. */
function timeTests(list: RecordList, route: ListRoute, query: Query): Test[] {
  const tests: Test[] = [];
  const time = (text: string | undefined): number => (text ? (parseTime(text) ?? 0) : 0);
  const since = route.since ? query.since : undefined;
  const until = route.since ? query.until : undefined;
  if (route.timed) {
    const updated = list.updated();
    const [after, before] = [time(query.updated_after), time(query.updated_before)];
    if (after) tests.push((k) => (updated[k] ?? 0) >= after);
    if (before) tests.push((k) => (updated[k] ?? 0) <= before);
    const [from, to] = [time(query.created_after || since), time(query.created_before || until)];
    if (from) tests.push((k) => list.created(k) >= from);
    if (to) tests.push((k) => list.created(k) <= to);
  }
  if (route.activity) {
    const updated = list.updated();
    const active = time(query.last_activity_after);
    if (active) tests.push((k) => (updated[k] ?? 0) >= active);
  }
  if (route.dateRange) {
    const from = query.after ? (parseTime(query.after) ?? 0) + DAY : 0;
    const to = time(query.before);
    if (from) tests.push((k) => list.created(k) >= from);
    if (to) tests.push((k) => list.created(k) < to);
  }
  return tests;
}

function idTests(list: RecordList, query: Query): Test[] {
  const tests: Test[] = [];
  const [after, before] = [Number(query.id_after), Number(query.id_before)];
  if (after) tests.push((k) => list.id(k) > after);
  if (before) tests.push((k) => list.id(k) < before);
  return tests;
}

function valueTests(list: RecordList, route: ListRoute, query: Query): Test[] {
  const tests: Test[] = [];
  const { state } = query;
  if (route.state && state && state !== "all") tests.push((k) => list.record(k).state === state);
  const iids = query["iids[]"];
  if (route.iid && iids) {
    const wanted = new Set(iids.split(",").map(Number));
    tests.push((k) => wanted.has(list.iid(k)));
  }
  const scope = query["scope[]"] || query.scope;
  if (route.scope && scope) {
    const wanted = new Set<unknown>(scope.split(","));
    tests.push((k) => wanted.has(list.record(k).status));
  }
  return tests;
}

function order(ks: number[], list: RecordList, route: ListRoute, query: Query): number[] {
  const direction = (query.sort || route.sort || "desc") === "asc" ? 1 : -1;
  const by = query.order_by;
  if (by === "updated_at" || by === "last_activity_at") {
    const updated = list.updated();
    return ks.sort((a, b) => ((updated[a] ?? 0) - (updated[b] ?? 0) || a - b) * direction);
  }
  if ((by === "name" || by === "path") && route.name) return ks.sort((a, b) => byName(list, a, b) * direction);
  if (route.union) return ks.sort((a, b) => (list.created(a) - list.created(b) || a - b) * direction);
  if (route.keyset === "page_token" && route.name) return ks.sort((a, b) => byName(list, a, b));
  return direction < 0 ? ks.reverse() : ks;
}

function byName(list: RecordList, a: number, b: number): number {
  const [left, right] = [list.name(a), list.name(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
