import { DataError } from "../core/errors.ts";
import { type DataType, RECORD_NUMBER } from "../core/flow.ts";
import type { JsonValue } from "../core/json.ts";
import { createNestedIds, type NestedIds } from "../core/shake128.ts";
import { keyName, tableName } from "../schema/identifiers.ts";
import { shortenFragments } from "../schema/naming/snake-case.ts";
import { propagatedColumns } from "../schema/propagation.ts";
import { isComplete, stagesRows } from "../schema/schema.ts";
import type { Column, Table } from "../schema/table.ts";
import type { ChunkWriter } from "./chunk-writer.ts";
import { noteSurrogate } from "./lone-surrogate.ts";
import { type RunContext, valueContext } from "./run-context.ts";

/** How a value of a column is encoded. Everything but `slow` and `untyped` has a path of its own in `encode-value.ts`. */
export const KIND = {
  untyped: 0,
  text: 1,
  bigint: 2,
  double: 3,
  bool: 4,
  timestamp: 5,
  json: 6,
  slow: 7,
  /** The schema contract keeps the column out: rows with the name, or just its values, are dropped. */
  discardRow: 8,
  discardValue: 9,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/**
 * One name in the rows of a table: all keys that normalize to it write here. It becomes a column when the first value
 * that is not null arrives.
 */
export interface Slot {
  readonly name: string;
  /** The value in the row at hand; undefined when the row has none. */
  value: JsonValue | undefined;
  /** The key that gave it, undefined for what the normalizer adds itself. */
  source: KeyPlan | undefined;
  column: Column | undefined;
  /** Place in the COPY column list; -1 as long as there is no column. */
  position: number;
  kind: Kind;
  /** Objects and lists stay whole here: the column is of type json, or its name prefers that. */
  keepWhole: boolean;
  /** A row without a value here cannot be loaded: NOT NULL, or key of a merge. */
  required: boolean;
  readonly onNul: () => void;
  readonly onSurrogate: () => void;
  /** Serial number of the last row of a tape that had the name. */
  mark: number;
}

/** One raw key at one place of the records. */
export interface KeyPlan {
  readonly key: string;
  /** Place in the record for messages: `author.identities`. */
  readonly path: string;
  readonly name: string;
  readonly slot: Slot;
  /** Where the keys of an object under this key are; made when one is met. */
  child: ObjectNode | undefined;
  /** The nested table that lists under this key fill; made when one is met. */
  list: ListPlan | undefined;
  /** The key as it stands in UTF-8 JSON without escapes, and the last row of a tape that had it. */
  readonly bytes: Buffer;
  mark: number;
}

/** The keys of the objects at one place. */
export interface ObjectNode {
  readonly names: readonly string[];
  readonly path: string;
  readonly depth: number;
  readonly keys: Map<string, KeyPlan>;
  /** The keys in the order of the last object: most objects of a place have the same. */
  readonly sequence: (KeyPlan | undefined)[];
}

/** The nested table that a list under some key of a table's rows fills. */
export interface ListPlan {
  readonly name: string;
  readonly fragments: readonly string[];
  /** Serial number of the last row that had a list here, its first key, and its place in the list stack. */
  row: number;
  source: KeyPlan;
  at: number;
  plan: TablePlan | undefined;
  /** The schema contract keeps the table out: its rows are dropped with all below them. */
  discarded: boolean;
  /** Serial number of the last row of a tape that had items here. */
  mark: number;
}

export interface TablePlan {
  readonly name: string;
  readonly table: Table;
  /** Rows carry a load id, and their ids are random or a hash of their key. */
  readonly isRoot: boolean;
  /** Parts whose joined name is the table's; names of nested tables are made from them. */
  readonly fragments: readonly string[];
  readonly node: ObjectNode;
  readonly slots: Map<string, Slot>;
  readonly lists: Map<string, ListPlan>;
  readonly writer: ChunkWriter;
  /** Rows carry the number of their record in the first field, see `RECORD_NUMBER`. */
  readonly numbered: boolean;
  /** A nested table that had no column before this run. */
  readonly startedNew: boolean;
  /** Slots whose rows the schema contract drops. */
  readonly discarding: Slot[];
  /** Names of the fields in COPY order: the complete columns. A new array whenever it grows. */
  columns: string[];
  /** One field a column; holds nulls between rows. */
  fields: string[];
  required: Slot[];
  /** Columns whose values nested tables get, and the names they have there. */
  propagated: readonly (readonly [from: Slot, to: string])[];
  readonly id: Slot;
  /** Ids of rows of this table below a row. */
  readonly nestedId: NestedIds;
  readonly loadId: Slot;
  readonly parentId: Slot;
  readonly listIndex: Slot;
  readonly item: Slot;
  /** Required columns without a value in the row at hand; counted when it is written. */
  readonly lacking: { readonly slot: Slot; readonly isNull: boolean }[];
  /** Rows without a value in a required column. */
  readonly missing: Map<Slot, MissingValues>;
  /** Rows that were left out because they have no value in a key column. */
  readonly skipped: Map<Slot, MissingValues>;
  /** Ids that stood in the data, to find one that comes twice. */
  givenIds: Set<string> | undefined;
  /** Fields of the row at hand that are copied from a tape: for each column what kind of token, and where it is. */
  readonly copied: { kinds: Uint8Array; starts: Int32Array; ends: Int32Array };
}

/** Rows of a table that lack a value in one column; told of at the end, when all are counted. */
export interface MissingValues {
  readonly resource: string;
  /** Position of the first such record. */
  readonly first: number;
  count: number;
}

/** Plan of a table whose `Table` is in the schema. */
export function createTablePlan(
  context: RunContext,
  table: Table,
  fragments: readonly string[],
  writer: ChunkWriter,
  startedNew: boolean,
): TablePlan {
  const slots = new Map<string, Slot>();
  const slot = (name: string) => ensureSlot(context, table, slots, name);
  const numbered = stagesRows(context.schema, table.name);
  const plan: TablePlan = {
    name: table.name,
    table,
    isRoot: table.parent === undefined,
    fragments,
    node: { names: [], path: "", depth: 0, keys: new Map(), sequence: [] },
    slots,
    lists: new Map(),
    writer,
    startedNew,
    discarding: [],
    numbered,
    columns: numbered ? [RECORD_NUMBER] : [],
    fields: numbered ? [context.encoder.nullField] : [],
    required: [],
    propagated: [],
    id: slot("_dlt_id"),
    nestedId: createNestedIds(table.name),
    loadId: slot("_dlt_load_id"),
    parentId: slot("_dlt_parent_id"),
    listIndex: slot("_dlt_list_idx"),
    item: slot("value"),
    lacking: [],
    missing: new Map(),
    skipped: new Map(),
    givenIds: undefined,
    copied: { kinds: new Uint8Array(0), starts: new Int32Array(0), ends: new Int32Array(0) },
  };
  refreshPlan(context, plan);
  return plan;
}

/**
 * Takes over what changed in the schema: new columns go to the end of the COPY list, hints may change how values are
 * encoded. Throws `E_TOO_MANY_COLUMNS`.
 */
export function refreshPlan(context: RunContext, plan: TablePlan): void {
  const { table, slots } = plan;
  const columns = [...plan.columns];
  const required: Slot[] = [];
  for (const column of table.columns.values()) {
    const slot = ensureSlot(context, table, slots, column.name);
    if (isComplete(column)) {
      if (slot.position < 0) {
        slot.position = columns.length;
        columns.push(column.name);
        plan.fields.push(context.encoder.nullField);
      }
      slot.column = column;
      slot.kind = kindOf(column);
      slot.keepWhole = column.dataType === "json";
    }
    slot.required = isRequired(plan, column);
    if (slot.required) required.push(slot);
  }
  if (columns.length > context.limits.maxColumns) throw tooManyColumns(context, plan, columns.length);
  if (columns.length !== plan.columns.length) plan.columns = columns;
  if (columns.length > plan.copied.kinds.length) growCopied(plan, columns.length);
  plan.required = required;
  plan.propagated = propagatedColumns(context.schema, plan.name, plan.isRoot).map(([from, to]) => [
    ensureSlot(context, table, slots, from),
    to,
  ]);
}

/** A column can be added in the middle of a row: what the row has is kept. */
function growCopied(plan: TablePlan, columns: number): void {
  const { copied } = plan;
  const size = Math.max(16, columns * 2);
  const kinds = new Uint8Array(size);
  const starts = new Int32Array(size);
  const ends = new Int32Array(size);
  kinds.set(copied.kinds);
  starts.set(copied.starts);
  ends.set(copied.ends);
  Object.assign(copied, { kinds, starts, ends });
}

export function ensureSlot(context: RunContext, table: Table, slots: Map<string, Slot>, name: string): Slot {
  const known = slots.get(name);
  if (known !== undefined) return known;
  const subject = `${table.name}.${name}`;
  const slot: Slot = {
    name,
    value: undefined,
    source: undefined,
    column: undefined,
    position: -1,
    kind: KIND.untyped,
    keepWhole: context.rules.preferredType(name) === "json",
    required: false,
    onNul: () => context.warn("W_NUL_REMOVED", subject),
    onSurrogate: () => noteSurrogate(context, table.name, name),
    mark: 0,
  };
  slots.set(name, slot);
  return slot;
}

/** The plan of a raw key that was not met at this place before. */
export function addKey(context: RunContext, plan: TablePlan, node: ObjectNode, key: string): KeyPlan {
  const path = node.path === "" ? key : `${node.path}.${key}`;
  let own: string;
  try {
    own = keyName(context.schema, key);
  } catch (error) {
    throw error instanceof DataError ? error.with(valueContext(context, plan.name), "normalize") : error;
  }
  const name = node.names.length === 0 ? own : shortenFragments([...node.names, own]);
  const slot = ensureSlot(context, plan.table, plan.slots, name);
  const added: KeyPlan = {
    key,
    path,
    name: own,
    slot,
    child: undefined,
    list: undefined,
    bytes: Buffer.from(key),
    mark: 0,
  };
  node.keys.set(key, added);
  return added;
}

export function addChildNode(context: RunContext, plan: TablePlan, node: ObjectNode, key: KeyPlan): ObjectNode {
  const depth = node.depth + 1;
  if (depth > context.limits.maxDepth) throw tooDeep(context, plan, key.path);
  key.child = { names: [...node.names, key.name], path: key.path, depth, keys: new Map(), sequence: [] };
  return key.child;
}

export function addList(context: RunContext, plan: TablePlan, node: ObjectNode, key: KeyPlan): ListPlan {
  const own = key.key.trim() === "" ? key.name : tableName(context.schema, key.key);
  const fragments = [...plan.fragments, ...node.names, own];
  const name = shortenFragments(fragments);
  // Lists whose tables have one name are one list: two would give their rows the same ids, which dlt fails on.
  const list = plan.lists.get(name) ?? {
    name,
    fragments,
    source: key,
    row: 0,
    at: 0,
    plan: undefined,
    discarded: false,
    mark: 0,
  };
  if (fragments.length > context.limits.maxDepth) throw tooDeep(context, plan, key.path);
  plan.lists.set(name, list);
  key.list = list;
  return list;
}

function kindOf(column: Column & { dataType: DataType }): Kind {
  const { dataType, precision } = column;
  switch (dataType) {
    case "text":
      return precision === undefined ? KIND.text : KIND.slow;
    case "bigint":
      return precision === undefined || precision > 32 ? KIND.bigint : KIND.slow;
    case "double":
      return KIND.double;
    case "bool":
      return KIND.bool;
    case "timestamp":
      return KIND.timestamp;
    case "json":
      return KIND.json;
    default:
      return KIND.slow;
  }
}

/** System columns are always filled, so nobody has to look. */
function isRequired(plan: TablePlan, column: Column): boolean {
  if (column.name.startsWith("_dlt_")) return false;
  return !column.nullable || (column.primaryKey === true && plan.table.writeDisposition === "merge");
}

function tooManyColumns(context: RunContext, plan: TablePlan, count: number): DataError {
  return new DataError(
    "E_TOO_MANY_COLUMNS",
    `Table ${plan.name} would have ${count} columns; PostgreSQL allows ${context.limits.maxColumns}.`,
    {
      step: "normalize",
      hint: "Lower max_table_nesting for this resource, so that deep objects are kept as JSON, or drop keys that are data.",
      context: valueContext(context, plan.name),
    },
  );
}

function tooDeep(context: RunContext, plan: TablePlan, path: string): DataError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
  return new DataError("E_LIMIT", `A record is nested deeper than ${context.limits.maxDepth} levels at ${shown}.`, {
    step: "normalize",
    hint: "Lower max_table_nesting, so that the inner levels are kept as JSON, or raise max-depth.",
    context: valueContext(context, plan.name),
  });
}
