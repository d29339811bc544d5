import { Double, getOwn, isJsonObject, type JsonValue } from "../core/json.ts";
import { afterItem, itemText, type JsonTape, TOKEN } from "../core/json-tape.ts";
import type { RecordPage, SourceResource } from "../core/source.ts";
import type { Warn } from "../core/warnings.ts";

/**
 * Looks for keys that come again within the last 10 000 of a resource that appends, and warns of them: rows that move
 * between pages while these are read come twice, and nothing takes them together as a merge does. The page must not have
 * been released yet.
 */
export function watchKeys(resources: readonly SourceResource[], warn: Warn): (page: RecordPage) => void {
  const watches = new Map<string, KeyWatch>();
  for (const { name, hints } of resources) {
    const { primaryKey, writeDisposition } = hints;
    if (primaryKey.length > 0 && writeDisposition.disposition === "append") watches.set(name, createWatch(primaryKey));
  }
  return (page) => {
    const watch = watches.get(page.resource);
    if (watch === undefined) return;
    const count = page.tape === undefined ? watch.records(page.records) : watch.tape(page.tape);
    if (count > 0) warn("W_REPEATED_KEY", page.resource, { count });
  };
}

/** Both give the number of keys that were seen before. */
interface KeyWatch {
  records(records: readonly JsonValue[]): number;
  tape(tape: JsonTape): number;
}

const REMEMBERED = 10_000;

/** Safe integers are themselves, which costs least; all else is text that tells kinds apart. */
type Key = number | string;

function createWatch(names: readonly string[]): KeyWatch {
  const keys = names.map((name) => Buffer.from(name, "utf8"));
  let recent = new Set<Key>();
  let older = new Set<Key>();

  const isRepeated = (key: Key): boolean => {
    if (recent.has(key)) return true;
    const known = older.has(key);
    recent.add(key);
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Set();
    }
    return known;
  };

  return {
    records(records) {
      let repeated = 0;
      for (const record of records) {
        const key = isJsonObject(record) ? keyOf(names, (name) => valueKey(getOwn(record, name))) : undefined;
        if (key !== undefined && isRepeated(key)) repeated += 1;
      }
      return repeated;
    },
    tape(tape) {
      const { entries } = tape;
      let repeated = 0;
      for (let item = 2, left = tape.count; left > 0; left -= 1) {
        const isObject = ((entries[item + 1] as number) & 15) === TOKEN.object;
        const key = isObject ? keyOf(keys, (name) => fieldKey(tape, item, name)) : undefined;
        if (key !== undefined && isRepeated(key)) repeated += 1;
        item = afterItem(entries, item);
      }
      return repeated;
    },
  };
}

/** The key of its parts; undefined when one is missing: such a record is somebody else's concern. */
function keyOf<T>(names: readonly T[], part: (name: T) => Key | undefined): Key | undefined {
  const [first] = names;
  if (names.length === 1 && first !== undefined) return part(first);
  const parts = names.map(part);
  return parts.includes(undefined) ? undefined : parts.join("\0");
}

/** Undefined for what is no key. */
function valueKey(value: JsonValue | undefined): Key | undefined {
  if (typeof value === "string") return `"${value}`;
  if (typeof value === "number") return numberKey(value);
  if (typeof value === "bigint") return String(value);
  return value instanceof Double ? numberKey(value.value) : undefined;
}

function numberKey(value: number): Key {
  return Number.isSafeInteger(value) ? value : String(value);
}

/** The field of an object, undefined when it has none. Of one that stands twice the first: that is no key anyway. */
function fieldKey(tape: JsonTape, item: number, name: Buffer): Key | undefined {
  const { entries } = tape;
  const end = (entries[item + 1] as number) >> 4;
  for (let at = item + 2; at < end; at = afterItem(entries, at + 2)) {
    if (isKey(tape, at, name)) return tokenKey(tape, at + 2);
  }
  return undefined;
}

function isKey({ bytes, entries }: JsonTape, at: number, wanted: Buffer): boolean {
  const start = entries[at] as number;
  const b = entries[at + 1] as number;
  return (b & 15) === TOKEN.plain && (b >> 4) - start === wanted.length && wanted.compare(bytes, start, b >> 4) === 0;
}

/** The same as {@link valueKey} gives for the value. */
function tokenKey(tape: JsonTape, at: number): Key | undefined {
  const { bytes, entries } = tape;
  const b = entries[at + 1] as number;
  switch (b & 15) {
    case TOKEN.integer:
      return smallInteger(bytes, entries[at] as number, b >> 4);
    case TOKEN.plain:
      return `"${bytes.toString("utf8", entries[at], b >> 4)}`;
    case TOKEN.escaped:
    case TOKEN.unicode:
      return `"${JSON.parse(itemText(tape, at))}`;
    case TOKEN.decimal:
    case TOKEN.number:
      return lexemeKey(itemText(tape, at));
    default:
      return undefined;
  }
}

/** Up to 15 digits are exact. */
function smallInteger(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) value = value * 10 + (bytes[at] as number) - 0x30;
  return isNegative ? -value : value;
}

function lexemeKey(text: string): Key {
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? numberKey(value) : text;
}
