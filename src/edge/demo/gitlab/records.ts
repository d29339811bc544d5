import type { At, FixtureRecord, ListRoute, Query } from "./types.ts";
import type { World } from "./world/world.ts";

/** The records of one list, addressed by their place `k` in the order of creation. */
export interface RecordList {
  readonly world: World;
  readonly length: number;
  /** Answers of `select`, by its parameters. */
  readonly selections: Map<string, Int32Array>;
  created(k: number): number;
  updated(): Float64Array;
  id(k: number): number;
  /** Name that lists are ordered by. */
  name(k: number): string;
  iid(k: number): number;
  record(k: number): FixtureRecord;
  /** Bytes of one record. */
  bytes(k: number): Uint8Array;
  /** A JSON array of those records that the reader may see. */
  page(ks: Int32Array): Buffer;
}

export interface OwnRecordList extends RecordList {
  /** Base number of the list: what it holds on day 1. */
  readonly base: number;
  /** Highest index plus one, vanished records included. */
  readonly total: number;
  /** Records without those that are hidden. */
  visible(): number;
}

/** Records are made and serialized once, into slabs of up to 8 MB; pages are copied together from there. */
export function createList(world: World, route: ListRoute, at: At, query: Query): OwnRecordList {
  const base = route.n(world, at, query);
  const total = route.fixed ? base : world.base(route.kind, base);
  const indexes: number[] = [];
  for (let i = 0; i < total; i++) {
    if (!route.fixed && world.vanished(route.kind, at.key, i, base)) continue;
    if (route.filter && !route.filter(world, i, query)) continue;
    indexes.push(i);
  }
  const index = Int32Array.from(indexes);
  const indexOf = (k: number): number => index[k] ?? -1;
  const slabs = createSlabs(index.length);
  let updated: Float64Array | undefined;

  const text = (k: number): string => serialize(world, route.make(world, at, indexOf(k), base, query));
  const bytes = (k: number): Uint8Array => slabs.get(k, text);
  const isVisible = (k: number): boolean => !route.hidden?.(world, at, indexOf(k));
  return {
    world,
    base,
    total,
    length: index.length,
    selections: new Map(),
    created: (k) => world.created(route.kind, at.key, indexOf(k), base),
    updated: () => {
      updated ??= Float64Array.from(index, (i) => world.updated(route.kind, at.key, i, base));
      return updated;
    },
    id: (k) => (route.idOf ? route.idOf(world, at, indexOf(k), query) : indexOf(k)),
    name: (k) => route.name?.(world, at, indexOf(k)) ?? "",
    iid: (k) => indexOf(k) + 1,
    record: (k) => JSON.parse(text(k)),
    bytes,
    page: (ks) => joinArray([...ks].filter(isVisible).map(bytes)),
    visible: () => (route.hidden ? Array.from(index, (_, k) => k).filter(isVisible).length : index.length),
  };
}

/** Several lists as one: their records in a row. */
export function createUnionList(world: World, parts: readonly RecordList[]): RecordList {
  const places = parts.flatMap((list) => Array.from({ length: list.length }, (_, k) => ({ list, k })));
  const place = (k: number): { list: RecordList; k: number } => {
    const found = places[k];
    if (found === undefined) throw new RangeError(`no record ${k}`);
    return found;
  };
  let updated: Float64Array | undefined;
  const bytes = (k: number): Uint8Array => place(k).list.bytes(place(k).k);
  return {
    world,
    length: places.length,
    selections: new Map(),
    created: (k) => place(k).list.created(place(k).k),
    updated: () => {
      updated ??= Float64Array.from(places, ({ list, k }) => list.updated()[k] ?? 0);
      return updated;
    },
    id: (k) => k,
    name: () => "",
    iid: (k) => place(k).list.iid(place(k).k),
    record: (k) => place(k).list.record(place(k).k),
    bytes,
    page: (ks) => joinArray([...ks].map(bytes)),
  };
}

/** Numbers that JavaScript cannot hold are marked by `@@` in hostile records and written out bare. */
export function serialize(world: World, record: unknown): string {
  const text = JSON.stringify(record);
  return world.options.nasty ? text.replace(/"@@([-0-9.]+)@@"/g, "$1") : text;
}

function joinArray(parts: readonly Uint8Array[]): Buffer {
  if (parts.length === 0) return Buffer.from("[]");
  const page = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.length + 1, 1));
  let end = 0;
  for (const part of parts) {
    page[end] = end === 0 ? OPEN : COMMA;
    page.set(part, end + 1);
    end += part.length + 1;
  }
  page[end] = CLOSE;
  return page;
}

const OPEN = 91;
const COMMA = 44;
const CLOSE = 93;
const SLAB_MAX = 8 << 20;
const SLAB_MIN = 1 << 16;
/** Bytes of a record, more or less. */
const RECORD_BYTES = 2600;

function createSlabs(count: number): { get(k: number, text: (k: number) => string): Uint8Array } {
  const offsets = new Float64Array(count).fill(-1);
  const lengths = new Int32Array(count);
  const slabOf = new Int32Array(count);
  const slabs: Buffer[] = [];
  let used = 0;
  const add = (k: number, text: string): void => {
    const most = text.length * 3;
    if (slabs.length === 0 || (slabs.at(-1)?.length ?? 0) - used < most) {
      slabs.push(Buffer.allocUnsafeSlow(Math.max(most, Math.min(SLAB_MAX, Math.max(SLAB_MIN, count * RECORD_BYTES)))));
      used = 0;
    }
    offsets[k] = used;
    slabOf[k] = slabs.length - 1;
    const written = slabs.at(-1)?.write(text, used) ?? 0;
    lengths[k] = written;
    used += written;
  };
  return {
    get: (k, text) => {
      if ((offsets[k] ?? 0) < 0) add(k, text(k));
      const from = offsets[k] ?? 0;
      return (slabs[slabOf[k] ?? 0] ?? Buffer.alloc(0)).subarray(from, from + (lengths[k] ?? 0));
    },
  };
}
