import { Double, type JsonObject, type JsonValue, KEY_ORDER } from "../core/json.ts";
import type { RunContext } from "./run-context.ts";
import {
  addChildNode,
  addKey,
  addList,
  type KeyPlan,
  type ListPlan,
  type ObjectNode,
  type Slot,
  type TablePlan,
} from "./table-plan.ts";

/** What a row is made of between flattening and writing; one for the whole normalizer, used over and over. */
export interface RowScratch {
  /** Slots in the order in which the row first had them: the order in which new columns are added. */
  readonly visited: Slot[];
  visitedCount: number;
  /** Lists found in rows that are being worked on, innermost last. */
  readonly lists: ListPlan[];
  readonly items: (readonly JsonValue[])[];
  listCount: number;
  /** Serial number of the row at hand. */
  row: number;
  readonly objects: JsonObject[];
  readonly nodes: ObjectNode[];
}

export function createScratch(): RowScratch {
  return { visited: [], visitedCount: 0, lists: [], items: [], listCount: 0, row: 0, objects: [], nodes: [] };
}

/**
 * Puts the values of a record into the slots of its table and its lists onto the list stack. Objects are walked last
 * found first: scalars of a level come before its objects, and the last object first. `level` is how many levels of
 * objects may still be taken apart; below that they stay whole. dlt: interop 3.1 and 3.3.
 */
export function flatten(
  context: RunContext,
  scratch: RowScratch,
  plan: TablePlan,
  record: JsonObject,
  level: number,
): void {
  const { objects, nodes } = scratch;
  scratch.row += 1;
  scratch.visitedCount = 0;
  objects[0] = record;
  nodes[0] = plan.node;
  let top = 1;
  while (top > 0) {
    top -= 1;
    const object = objects[top] as JsonObject;
    const node = nodes[top] as ObjectNode;
    const left = level - node.depth;
    let index = 0;
    const order = ownOrder(object);
    if (order !== undefined) {
      for (const key of order) top = put(context, scratch, plan, node, key, object[key] ?? null, left, index++, top);
    } else {
      for (const key in object) top = put(context, scratch, plan, node, key, object[key] ?? null, left, index++, top);
    }
  }
}

/** Returns the new height of the object stack. */
function put(
  context: RunContext,
  scratch: RowScratch,
  plan: TablePlan,
  node: ObjectNode,
  key: string,
  value: JsonValue,
  left: number,
  index: number,
  top: number,
): number {
  let found = node.sequence[index];
  if (found === undefined || found.key !== key) {
    found = node.keys.get(key) ?? addKey(context, plan, node, key);
    node.sequence[index] = found;
  }
  const slot = found.slot;
  if (typeof value === "object" && value !== null && left > 0 && !slot.keepWhole) {
    if (Array.isArray(value)) {
      putList(context, scratch, plan, node, found, value);
      return top;
    }
    if (!(value instanceof Double)) {
      scratch.objects[top] = value as JsonObject;
      scratch.nodes[top] = found.child ?? addChildNode(context, plan, node, found);
      return top + 1;
    }
  }
  if (slot.value === undefined) {
    scratch.visited[scratch.visitedCount] = slot;
    scratch.visitedCount += 1;
  } else if (slot.source !== undefined && slot.source !== found) {
    warnCollision(context, plan.name, slot.name, slot.source, found);
  }
  slot.value = value;
  slot.source = found;
  return top;
}

function putList(
  context: RunContext,
  scratch: RowScratch,
  plan: TablePlan,
  node: ObjectNode,
  key: KeyPlan,
  items: readonly JsonValue[],
): void {
  const list = key.list ?? addList(context, plan, node, key);
  if (list.row === scratch.row) {
    // dlt: the last list of a name wins, at the place of the first.
    warnCollision(context, list.name, undefined, list.source, key);
    scratch.items[list.at] = items;
    return;
  }
  if (items.length === 0) return;
  list.row = scratch.row;
  list.source = key;
  list.at = scratch.listCount;
  scratch.lists[scratch.listCount] = list;
  scratch.items[scratch.listCount] = items;
  scratch.listCount += 1;
}

/** Sets a value of the normalizer's own; what the data had under that name is replaced, with a warning. */
export function setSlot(context: RunContext, scratch: RowScratch, plan: TablePlan, slot: Slot, value: JsonValue): void {
  if (slot.value === undefined) {
    scratch.visited[scratch.visitedCount] = slot;
    scratch.visitedCount += 1;
  } else if (slot.value !== value && slot.value !== null) {
    context.warn("W_RESERVED_FIELD", `${plan.name}.${slot.name}`, {
      detail: `first in record ${context.record} of ${context.resource}`,
    });
  }
  slot.value = value;
  slot.source = undefined;
}

/** Only objects with keys that look like numbers carry their order, and such a key comes first in the engine's order. */
function ownOrder(object: JsonObject): readonly string[] | undefined {
  for (const key in object) {
    const code = key.charCodeAt(0);
    if (code < 0x30 || code > 0x39) return undefined;
    break;
  }
  return (object as { [KEY_ORDER]?: readonly string[] })[KEY_ORDER];
}

/** Once per pair of keys. */
function warnCollision(
  context: RunContext,
  table: string,
  column: string | undefined,
  first: KeyPlan,
  second: KeyPlan,
): void {
  if (first === second) return;
  const subject = column === undefined ? table : `${table}.${column}`;
  const pair = [first.path, second.path].sort();
  const id = `${subject}\0${pair.join("\0")}`;
  if (context.collisions.has(id)) return;
  context.collisions.add(id);
  context.warn("W_NAME_COLLISION", subject, { detail: `${pair[0]} and ${pair[1]}` });
}
