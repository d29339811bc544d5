import { keyHash } from "../core/digest.ts";
import type { JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { afterItem, itemText, type JsonTape, TOKEN } from "../core/json-tape.ts";
import { encodeValue } from "./encode-value.ts";
import { noteLacking } from "./missing-values.ts";
import { isPlainUtc } from "./plain-utc.ts";
import type { RunContext } from "./run-context.ts";
import {
  addChildNode,
  addKey,
  addList,
  ensureSlot,
  type KeyPlan,
  KIND,
  type ListPlan,
  type ObjectNode,
  type Slot,
  type TablePlan,
} from "./table-plan.ts";
import { AS_TEXT, type CopyEscaped, createFieldWriter } from "./tape-fields.ts";

/** Writes records from the tokens of a page. */
export interface TapeRows {
  /**
   * Writes the rows of the record at `index`: the same bytes that its values would give. False when it has something that
   * needs values (a key twice, a name collision, an id of its own, a nested table that is new): nothing has been written then.
   */
  write(tape: JsonTape, index: number, plan: TablePlan, level: number): boolean;
}

export interface TapeRowsOptions {
  readonly context: RunContext;
  readonly loadId: string;
  readonly nextRowId: () => string;
  /** Columns from whose values the ids of a root table's rows are made; undefined: they are random. */
  readonly keyOf: (plan: TablePlan) => readonly string[] | undefined;
  readonly nextRootNumber: () => number;
  readonly copyEscaped: CopyEscaped;
}

/** Names and ids that the rows below a row get from it and from those above it. */
type HandedDown = readonly string[];
const NOTHING: HandedDown = [];

/**
 * Two steps a record. The first looks at all of it, notes which token belongs to which slot, row by row, and may give up
 * anywhere, because it changes nothing but the plans of keys. The second writes; all changes of the schema happen there, in the
 * order in which the path over values makes them, because both visit keys, objects and lists in the same order.
 */
export function createTapeRows(options: TapeRowsOptions): TapeRows {
  const { context, loadId, nextRowId, keyOf, nextRootNumber, copyEscaped } = options;
  const { encoder, limits } = context;
  const nullField = encoder.nullField;
  const writeFields = createFieldWriter(context, copyEscaped);

  let tape: JsonTape = { bytes: Buffer.alloc(0), entries: new Int32Array(0), size: 0, count: 0 };
  let bytes = tape.bytes;
  let view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let entries = tape.entries;
  let serial = 0;
  // Rows of the record at hand, each before the rows below it.
  let rowCount = 0;
  const plans: TablePlan[] = [];
  const parents: number[] = [];
  const places: number[] = [];
  /** Where the slots of a row end; they begin where those of the row before end. */
  const ends: number[] = [];
  const ids: string[] = [];
  const below: HandedDown[] = [];
  let slotCount = 0;
  const slots: Slot[] = [];
  const tokens: number[] = [];
  // Objects of the row that is looked at, and lists of all rows above.
  const objects: number[] = [];
  const nodes: ObjectNode[] = [];
  let listCount = 0;
  const lists: ListPlan[] = [];
  const listTokens: number[] = [];
  /** Rows that the schema contract drops. */
  const dropped: boolean[] = [];
  // Lists whose table it keeps out.
  let discardedCount = 0;
  const discarded: ListPlan[] = [];
  const discardedTokens: number[] = [];
  const discardedParents: number[] = [];

  const note = (slot: Slot, token: number): boolean => {
    if (slot.mark === serial) return false;
    slot.mark = serial;
    slots[slotCount] = slot;
    tokens[slotCount] = token;
    slotCount += 1;
    return true;
  };

  const keyAt = (plan: TablePlan, node: ObjectNode, index: number, token: number): KeyPlan | undefined => {
    const start = entries[token] as number;
    const b = entries[token + 1] as number;
    if ((b & 15) !== TOKEN.plain) return undefined;
    const length = (b >> 4) - start;
    const expected = node.sequence[index];
    if (expected !== undefined && isKey(expected.bytes, start, length)) return expected;
    const key = bytes.toString("utf8", start, start + length);
    const found = node.keys.get(key) ?? addKey(context, plan, node, key);
    node.sequence[index] = found;
    return found;
  };

  const isKey = (key: Buffer, start: number, length: number): boolean => {
    if (key.length !== length) return false;
    for (let i = 0; i < length; i += 1) if (key[i] !== bytes[start + i]) return false;
    return true;
  };

  const beginRow = (plan: TablePlan, parent: number, place: number): number => {
    serial += 1;
    plans[rowCount] = plan;
    parents[rowCount] = parent;
    places[rowCount] = place;
    rowCount += 1;
    return rowCount - 1;
  };

  /** False when something about the row as a whole needs values. */
  const endRow = (plan: TablePlan, row: number): boolean => {
    ends[row] = slotCount;
    if (plan.id.mark === serial) return false;
    if (plan.isRoot ? plan.loadId.mark === serial : plan.parentId.mark === serial || plan.listIndex.mark === serial) {
      return false;
    }
    const first = row === 0 ? 0 : (ends[row - 1] as number);
    for (const slot of plan.required) {
      if (slot.mark !== serial) return false;
      for (let i = first; i < slotCount; i += 1) {
        if (slots[i] === slot && (((entries[(tokens[i] as number) + 1] as number) & 15) as number) === TOKEN.null)
          return false;
      }
    }
    return true;
  };

  /** Like `flatten`: scalars of a level before its objects, and the last object first. */
  const lookAtObject = (plan: TablePlan, token: number, level: number, parent: number, place: number): boolean => {
    const row = beginRow(plan, parent, place);
    const base = listCount;
    objects[0] = token;
    nodes[0] = plan.node;
    let top = 1;
    while (top > 0) {
      top -= 1;
      const object = objects[top] as number;
      const node = nodes[top] as ObjectNode;
      const left = level - node.depth;
      const close = (entries[object + 1] as number) >> 4;
      let index = 0;
      let at = object + 2;
      while (at < close) {
        const found = keyAt(plan, node, index, at);
        index += 1;
        if (found === undefined || found.mark === serial) return false;
        found.mark = serial;
        const value = at + 2;
        const b = entries[value + 1] as number;
        const kind = b & 15;
        if (kind >= TOKEN.object && left > 0 && !found.slot.keepWhole) {
          if (kind === TOKEN.object) {
            objects[top] = value;
            nodes[top] = found.child ?? addChildNode(context, plan, node, found);
            top += 1;
          } else {
            const list = found.list ?? addList(context, plan, node, found);
            if (list.mark === serial) return false;
            if (value + 2 < b >> 4) {
              list.mark = serial;
              lists[listCount] = list;
              listTokens[listCount] = value;
              listCount += 1;
            }
          }
          at = (b >> 4) + 2;
          continue;
        }
        if (!note(found.slot, value)) return false;
        at = kind >= TOKEN.object ? (b >> 4) + 2 : value + 2;
      }
    }
    if (!endRow(plan, row)) return false;
    const highest = listCount;
    if (highest > base && plan.propagated.some(([from]) => from !== plan.id)) return false;
    for (let i = base; i < highest; i += 1) {
      if (!lookAtList(lists[i] as ListPlan, listTokens[i] as number, level - 1, row)) return false;
    }
    listCount = base;
    return true;
  };

  const lookAtList = (list: ListPlan, token: number, level: number, parent: number): boolean => {
    const plan = list.plan;
    if (list.discarded) {
      discarded[discardedCount] = list;
      discardedTokens[discardedCount] = token;
      discardedParents[discardedCount] = parent;
      discardedCount += 1;
      return true;
    }
    if (plan === undefined || plan.isRoot) return false;
    const close = (entries[token + 1] as number) >> 4;
    let place = 0;
    for (let at = token + 2; at < close; at = afterItem(entries, at)) {
      const kind = (entries[at + 1] as number) & 15;
      if (kind === TOKEN.object) {
        if (!lookAtObject(plan, at, level, parent, place)) return false;
      } else {
        if (kind === TOKEN.array) return false;
        const row = beginRow(plan, parent, place);
        note(plan.item, at);
        if (!endRow(plan, row)) return false;
      }
      place += 1;
    }
    return true;
  };

  const writeRow = (row: number): void => {
    const plan = plans[row] as TablePlan;
    const parent = parents[row] as number;
    const copied = plan.copied;
    let size = 0;
    const first = row === 0 ? 0 : (ends[row - 1] as number);
    const last = ends[row] as number;
    dropped[row] = parent >= 0 && (dropped[parent] as boolean);
    if (dropped[row]) return;
    if (plan.discarding.length > 0 && hasDiscardedName(first, last)) {
      // The other path has given it an id by now.
      if (parent < 0) nextRowId();
      dropRow(plan, row);
      return;
    }
    for (let i = first; i < last; i += 1) {
      const slot = slots[i] as Slot;
      const token = tokens[i] as number;
      const b = entries[token + 1] as number;
      const kind = b & 15;
      if (kind === TOKEN.null) continue;
      const start = entries[token] as number;
      const end = b >> 4;
      if (isCopied(slot.kind, kind, start, end)) {
        const position = slot.position;
        copied.kinds[position] = kind;
        copied.starts[position] = start;
        copied.ends[position] = end;
        size += end - start;
      } else encodeValue(context, plan, slot, parseJson(itemText(tape, token)) as Exclude<JsonValue, null>);
    }

    let id: string;
    if (parent < 0) {
      const key = keyOf(plan);
      id = key === undefined ? nextRowId() : rowIdOf(plan, key, first, last);
      encodeValue(context, plan, plan.loadId, loadId);
    } else {
      const handed = below[parent] as HandedDown;
      for (let i = 0; i < handed.length; i += 2) {
        encodeValue(
          context,
          plan,
          ensureSlot(context, plan.table, plan.slots, handed[i] as string),
          handed[i + 1] as string,
        );
      }
      const parentId = ids[parent] as string;
      const place = places[row] as number;
      id = plan.nestedId(parentId, place);
      encodeValue(context, plan, plan.parentId, parentId);
      encodeValue(context, plan, plan.listIndex, place);
    }
    encodeValue(context, plan, plan.id, id);
    if (context.rowDiscarded) {
      context.rowDiscarded = false;
      plan.lacking.length = 0;
      plan.fields.fill(nullField);
      copied.kinds.fill(AS_TEXT);
      dropRow(plan, row);
      return;
    }
    if (plan.lacking.length > 0) noteLacking(context, plan);
    ids[row] = id;
    if (plan.numbered) plan.fields[0] = `${context.rootNumber}`;
    if (plan.propagated.length === 0) below[row] = parent < 0 ? NOTHING : (below[parent] as HandedDown);
    else {
      const own = parent < 0 ? [] : [...(below[parent] as HandedDown)];
      for (const [, to] of plan.propagated) own.push(to, id);
      below[row] = own;
    }
    writeFields(plan, size, bytes, view);
  };

  const hasDiscardedName = (first: number, last: number): boolean => {
    for (let i = first; i < last; i += 1) if ((slots[i] as Slot).kind === KIND.discardRow) return true;
    return false;
  };

  /** The rows below go with it. */
  const dropRow = (plan: TablePlan, row: number): void => {
    dropped[row] = true;
    context.warn("W_CONTRACT_ROW", plan.name);
  };

  const warnDiscarded = (): void => {
    for (let i = 0; i < discardedCount; i += 1) {
      if (dropped[discardedParents[i] as number]) continue;
      const token = discardedTokens[i] as number;
      const close = (entries[token + 1] as number) >> 4;
      let count = 0;
      for (let at = token + 2; at < close; at = afterItem(entries, at)) count += 1;
      context.warn("W_CONTRACT_TABLE", (discarded[i] as ListPlan).name, { count });
    }
  };

  /** The id of the row whose slots lie between `first` and `last`, from its key as it was received. */
  const rowIdOf = (plan: TablePlan, key: readonly string[], first: number, last: number): string => {
    const values: Record<string, JsonValue> = {};
    for (const name of key) {
      const slot = plan.slots.get(name);
      let value: JsonValue = null;
      for (let i = first; i < last; i += 1) {
        if (slots[i] === slot) value = parseJson(itemText(tape, tokens[i] as number));
      }
      values[name] = value;
    }
    return keyHash(values, key);
  };

  const isCopied = (slotKind: number, kind: number, start: number, end: number): boolean => {
    switch (slotKind) {
      case KIND.text:
        return (kind === TOKEN.plain || kind === TOKEN.escaped) && end - start <= limits.maxValueBytes;
      case KIND.bigint:
        return kind === TOKEN.integer;
      case KIND.double:
        return kind === TOKEN.integer || kind === TOKEN.decimal;
      case KIND.bool:
        return kind === TOKEN.true || kind === TOKEN.false;
      case KIND.timestamp:
        return kind === TOKEN.plain && isPlainUtc(bytes, start, end);
      default:
        return false;
    }
  };

  return {
    write(page, index, plan, level) {
      tape = page;
      if (bytes !== page.bytes) {
        bytes = page.bytes;
        view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
      entries = page.entries;
      rowCount = 0;
      slotCount = 0;
      listCount = 0;
      discardedCount = 0;
      if (((entries[index + 1] as number) & 15) !== TOKEN.object || !lookAtObject(plan, index, level, -1, 0))
        return false;
      context.rootNumber = nextRootNumber();
      for (let row = 0; row < rowCount; row += 1) writeRow(row);
      if (discardedCount > 0) warnDiscarded();
      return true;
    },
  };
}
