import { Double, type JsonObject, type JsonValue } from "../core/json.ts";
import { encodeValue } from "./encode-value.ts";
import { createScratch, flatten, setSlot } from "./flatten.ts";
import { hasDiscarded, mayFillTable } from "./keep-contract.ts";
import { noteSurrogate } from "./lone-surrogate.ts";
import { noteLacking, skipsRow } from "./missing-values.ts";
import type { RowIdentity } from "./row-identity.ts";
import type { RunContext } from "./run-context.ts";
import { ensureSlot, type ListPlan, type Slot, type TablePlan } from "./table-plan.ts";

export interface ValueRowsOptions {
  readonly context: RunContext;
  readonly loadId: string;
  readonly identity: RowIdentity;
  readonly nextRowId: () => string;
  readonly nextRootNumber: () => number;
  /** The plan of a nested table, made when its first row comes. */
  readonly planOf: (name: string, fragments: readonly string[], parent: string) => TablePlan;
}

/** Values that nested rows get from the rows above them: name and value in turn. */
type HandedDown = readonly (string | JsonValue)[];
const NOTHING: HandedDown = [];

/**
 * The path over values: a record becomes a row of its root table and rows of the nested tables below it, written as COPY
 * bytes to their plans' writers. `tape-rows.ts` makes the same bytes from tokens, for records that have nothing unusual.
 * `level` is how many levels of objects and lists may still be taken apart.
 */
export function createValueRows(
  options: ValueRowsOptions,
): (plan: TablePlan, record: JsonValue, level: number) => void {
  const { context, loadId, identity, nextRowId, nextRootNumber, planOf } = options;
  const { encoder, warn } = context;
  const { delimiter, nullField } = encoder;
  const scratch = createScratch();

  /** dlt: a list among the records is opened, an item that is no object becomes `{value: item}`, a null is no row. */
  const record = (plan: TablePlan, value: JsonValue, level: number): void => {
    if (isObject(value)) rootRow(plan, value, level, NOTHING);
    else
      for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
        if (item === null) warn("W_NULL_ITEM", context.resource);
        else rootRow(plan, isObject(item) ? item : { value: item }, level, NOTHING);
      }
  };

  const rootRow = (plan: TablePlan, record: JsonObject, level: number, handed: HandedDown): void => {
    const base = scratch.listCount;
    // A list may hold rows of another root table: what follows it belongs to the record around it.
    const outer = context.rootNumber;
    context.rootNumber = nextRootNumber();
    flatten(context, scratch, plan, record, level);
    handDown(plan, handed);
    if (leavesOut(plan, base)) return;
    setSlot(context, scratch, plan, plan.loadId, loadId);
    finishRow(plan, identity.given(plan) ?? identity.of(plan, record), base, level, handed);
    context.rootNumber = outer;
  };

  const nestedRow = (
    plan: TablePlan,
    record: JsonObject,
    level: number,
    handed: HandedDown,
    parentId: string,
    index: number,
  ): void => {
    if (plan.isRoot) {
      rootRow(plan, record, level, handed);
      return;
    }
    const base = scratch.listCount;
    flatten(context, scratch, plan, record, level);
    handDown(plan, handed);
    if (leavesOut(plan, base)) return;
    const id = identity.given(plan) ?? plan.nestedId(parentId, index);
    setSlot(context, scratch, plan, plan.parentId, parentId);
    setSlot(context, scratch, plan, plan.listIndex, index);
    finishRow(plan, id, base, level, handed);
  };

  /** An item of a list that is neither object nor list: a row with one value. */
  const itemRow = (plan: TablePlan, value: JsonValue, handed: HandedDown, parentId: string, index: number): void => {
    const base = scratch.listCount;
    scratch.row += 1;
    scratch.visitedCount = 0;
    setSlot(context, scratch, plan, plan.item, value);
    handDown(plan, handed);
    if (leavesOut(plan, base)) return;
    if (plan.isRoot) setSlot(context, scratch, plan, plan.loadId, loadId);
    else {
      setSlot(context, scratch, plan, plan.parentId, parentId);
      setSlot(context, scratch, plan, plan.listIndex, index);
    }
    finishRow(plan, plan.isRoot ? nextRowId() : plan.nestedId(parentId, index), base, 0, handed);
  };

  /** The row at hand has no key and is dropped with all that lies below it. */
  const leavesOut = (plan: TablePlan, base: number): boolean => {
    if (!skipsRow(context, plan)) return false;
    for (let i = 0; i < scratch.visitedCount; i += 1) (scratch.visited[i] as Slot).value = undefined;
    scratch.listCount = base;
    return true;
  };

  const handDown = (plan: TablePlan, handed: HandedDown): void => {
    for (let i = 0; i < handed.length; i += 2) {
      const name = handed[i] as string;
      setSlot(context, scratch, plan, ensureSlot(context, plan.table, plan.slots, name), handed[i + 1] as JsonValue);
    }
  };

  /** Writes the row at hand, then the rows of the lists found in it. */
  const finishRow = (plan: TablePlan, id: string, base: number, level: number, handed: HandedDown): void => {
    setSlot(context, scratch, plan, plan.id, id);
    const below = scratch.listCount > base ? extend(plan, handed) : NOTHING;
    if (!writeRow(plan)) {
      // The rows below a dropped row go with it.
      scratch.listCount = base;
      return;
    }
    const top = scratch.listCount;
    for (let at = base; at < top; at += 1) {
      listRows(plan, scratch.lists[at] as ListPlan, scratch.items[at] as readonly JsonValue[], level - 1, below, id);
    }
    scratch.listCount = base;
  };

  const extend = (plan: TablePlan, handed: HandedDown): HandedDown => {
    if (plan.propagated.length === 0) return handed;
    const below = [...handed];
    for (const [from, to] of plan.propagated) if (from.value !== undefined) below.push(to, from.value);
    return below;
  };

  const listRows = (
    parent: TablePlan,
    list: ListPlan,
    items: readonly JsonValue[],
    level: number,
    handed: HandedDown,
    parentId: string,
  ): void => {
    // An empty list may have come after one of the same name.
    if (items.length === 0) return;
    if (list.plan === undefined) {
      if (!list.discarded && !mayFillTable(context, list.name, parent.name)) list.discarded = true;
      if (list.discarded) {
        warn("W_CONTRACT_TABLE", list.name, { count: items.length });
        return;
      }
      list.plan = planOf(list.name, list.fragments, parent.name);
    }
    const plan = list.plan;
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index] as JsonValue;
      if (typeof item !== "object" || item === null || item instanceof Double) {
        itemRow(plan, item, handed, parentId, index);
      } else if (Array.isArray(item)) {
        nestedRow(plan, { list: item }, level - 1, handed, parentId, index);
      } else nestedRow(plan, item as JsonObject, level, handed, parentId, index);
    }
  };

  /** False when the schema contract drops the row. */
  const writeRow = (plan: TablePlan): boolean => {
    if (plan.discarding.length > 0 && hasDiscarded(plan)) {
      for (let i = 0; i < scratch.visitedCount; i += 1) (scratch.visited[i] as Slot).value = undefined;
      warn("W_CONTRACT_ROW", plan.name);
      return false;
    }
    const required = plan.required;
    for (let i = 0; i < required.length; i += 1) {
      const slot = required[i] as (typeof required)[number];
      if (slot.value === undefined || slot.value === null) {
        plan.lacking.push({ slot, isNull: slot.value === null });
      }
    }
    for (let i = 0; i < scratch.visitedCount; i += 1) {
      const slot = scratch.visited[i] as (typeof scratch.visited)[number];
      const value = slot.value;
      slot.value = undefined;
      if (value !== null && value !== undefined) encodeValue(context, plan, slot, value);
    }
    const { fields, columns } = plan;
    if (context.rowDiscarded) {
      context.rowDiscarded = false;
      plan.lacking.length = 0;
      fields.fill(nullField);
      warn("W_CONTRACT_ROW", plan.name);
      return false;
    }
    if (plan.lacking.length > 0) noteLacking(context, plan);
    if (plan.numbered) fields[0] = `${context.rootNumber}`;
    let row = fields[0] as string;
    fields[0] = nullField;
    for (let i = 1; i < columns.length; i += 1) {
      row += delimiter + (fields[i] as string);
      fields[i] = nullField;
    }
    if (!row.isWellFormed()) countSurrogates(plan, row);
    plan.writer.write(row, columns);
    return true;
  };

  /** The bytes of a lone surrogate are written as U+FFFD; here it is only counted, by column. */
  const countSurrogates = (plan: TablePlan, row: string): void => {
    row.split(delimiter).forEach((field, at) => {
      if (!field.isWellFormed()) noteSurrogate(context, plan.name, plan.columns[at] as string);
    });
  };

  return record;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}
