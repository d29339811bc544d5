import { keyHash, rowHash } from "../core/digest.ts";
import { InternalError } from "../core/errors.ts";
import type { RowEncoder, TableChunk } from "../core/flow.ts";
import { Double, type JsonObject, type JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { afterItem, itemText, type JsonTape } from "../core/json-tape.ts";
import type { Random } from "../core/ports.ts";
import { type RecordPage, recordCount } from "../core/source.ts";
import type { Warn } from "../core/warnings.ts";
import { isNewTable, setEvolvesOnce } from "../schema/contract.ts";
import { nameRules } from "../schema/default-hints.ts";
import { addInferredTable } from "../schema/evolve.ts";
import { applyResourceHints, rootTableName } from "../schema/hints.ts";
import { nestingLevel } from "../schema/propagation.ts";
import { mergeStrategyOf } from "../schema/schema.ts";
import type { Schema } from "../schema/table.ts";
import { createBufferPool, createChunkWriter } from "./chunk-writer.ts";
import { type DataRules, DEFAULT_DATA_RULES } from "./data-rules.ts";
import { type DecidingResource, decidingResources, type NormalizedResource } from "./deciding-resources.ts";
import { encodeValue } from "./encode-value.ts";
import { createScratch, flatten, setSlot } from "./flatten.ts";
import { hasDiscarded, mayFillTable } from "./keep-contract.ts";
import { noteSurrogate } from "./lone-surrogate.ts";
import { checkMissing, noteLacking, skipsRow } from "./missing-values.ts";
import { createRowIds } from "./row-ids.ts";
import { DEFAULT_LIMITS, type NormalizeLimits, type RunContext } from "./run-context.ts";
import { createTablePlan, ensureSlot, type ListPlan, refreshPlan, type Slot, type TablePlan } from "./table-plan.ts";
import { createTapeRows } from "./tape-rows.ts";

export interface NormalizerOptions {
  /** Owned by the normalizer from here on: tables and columns are added as data asks for them. */
  readonly schema: Schema;
  readonly loadId: string;
  /** All resources that may yield pages. */
  readonly resources: readonly NormalizedResource[];
  readonly encoder: RowEncoder;
  readonly random: Random;
  readonly warn: Warn;
  readonly limits?: Partial<NormalizeLimits>;
  readonly data?: Partial<DataRules>;
}

export interface Normalizer {
  /** Rows of a page, which must not be used again; returns the chunks that became full. Throws `DataError`. */
  page(page: RecordPage): readonly TableChunk[];
  /**
   * Hands out what is left, marks the tables that have rows, and checks what can only be checked at the end: missing
   * keys and NOT NULL columns without a value. Nothing may be loaded before it has returned.
   */
  finish(): readonly TableChunk[];
  /** Gives the memory of a chunk back once it has been written. Optional. */
  release(chunk: TableChunk): void;
  /** Rows per table so far. */
  readonly rows: ReadonlyMap<string, number>;
  /** Resources that have had a page, in order of declaration, with their root tables. */
  readonly started: readonly StartedResource[];
}

export interface StartedResource {
  readonly resource: NormalizedResource;
  /** The resource whose hints the table has; another one where resources share a table. */
  readonly deciding: DecidingResource;
  /** Normalized name of the root table. */
  readonly table: string;
}

type RowId = "random" | "key" | "document";

interface ResourceState extends StartedResource {
  readonly plan: TablePlan;
  /** Position among the declared resources. */
  readonly place: number;
  records: number;
}

/** Values that nested rows get from the rows above them: name and value in turn. */
type HandedDown = readonly (string | JsonValue)[];
const NOTHING: HandedDown = [];

/**
 * Records -> rows of tables as COPY bytes. One normalizer a load; records of a resource must come in order. Work is done
 * per shape: each key of each place is named once, each table keeps the slots of its columns, and only an unknown key,
 * a new type or a full buffer leaves the fast path. dlt: interop 2 and 3, golden relational.json and types.json.
 */
export function createNormalizer(options: NormalizerOptions): Normalizer {
  const { schema, loadId, encoder, warn } = options;
  const context: RunContext = {
    schema,
    rules: nameRules(schema.settings),
    encoder,
    warn,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    data: { ...DEFAULT_DATA_RULES, ...options.data },
    resource: "",
    record: 0,
    rootNumber: 0,
    rowDiscarded: false,
    collisions: new Set(),
  };
  const padding = encoder.delimiter + encoder.nullField;
  const delimiter = encoder.delimiter;
  const nullField = encoder.nullField;
  const pool = createBufferPool();
  const nextRowId = createRowIds(options.random);
  const scratch = createScratch();
  const tapeRows =
    encoder.copyEscaped === undefined
      ? undefined
      : createTapeRows({
          context,
          loadId,
          nextRowId,
          keyOf: (plan) => (rowIdOf(plan) === "key" ? keyNamesOf(plan) : undefined),
          nextRootNumber: () => ++rootRows,
          copyEscaped: encoder.copyEscaped,
        });
  const plans = new Map<string, TablePlan>();
  /** Root tables that the schema contract keeps out, by resource. */
  const discardedTables = new Map<string, string>();
  const states = new Map<string, ResourceState>();
  const deciding = decidingResources(schema, options.resources);
  let chunks: TableChunk[] = [];
  let rootRows = 0;

  /** Hints are applied when the first page arrives, as dlt does with the first item. */
  const start = (name: string): ResourceState | undefined => {
    const known = states.get(name);
    if (known !== undefined || discardedTables.has(name)) return known;
    const place = options.resources.findIndex((one) => one.name === name);
    const resource = options.resources[place];
    if (resource === undefined) throw new InternalError("E_INTERNAL", `a page of the unknown resource ${name}`);
    const table = rootTableName(schema, resource);
    const decider = deciding.get(table) ?? resource;
    if (!startedInOrder().some((other) => other.table === table) && applyResourceHints(schema, decider).discarded) {
      discardedTables.set(name, table);
      return undefined;
    }
    const plan = planOf(table, [table], undefined);
    for (const each of plans.values()) refreshPlan(context, each);
    const state: ResourceState = { resource, deciding: decider, table, plan, place, records: 0 };
    states.set(name, state);
    return state;
  };

  const startedInOrder = () => [...states.values()].sort((a, b) => a.place - b.place);

  const planOf = (name: string, fragments: readonly string[], parent: string | undefined): TablePlan => {
    const known = plans.get(name);
    if (known !== undefined) return known;
    const startedNew = parent !== undefined && isNewTable(schema.tables.get(name));
    const table = schema.tables.get(name) ?? addInferredTable(schema, name, parent);
    const writer = createChunkWriter({ table: name, pool, padding, emit: (chunk) => chunks.push(chunk) });
    const plan = createTablePlan(context, table, fragments, writer, startedNew);
    plans.set(name, plan);
    return plan;
  };

  const rootRow = (plan: TablePlan, record: JsonObject, level: number, handed: HandedDown): void => {
    const base = scratch.listCount;
    // A list may hold rows of another root table: what follows it belongs to the record around it.
    const outer = context.rootNumber;
    context.rootNumber = ++rootRows;
    flatten(context, scratch, plan, record, level);
    handDown(plan, handed);
    if (leavesOut(plan, base)) return;
    setSlot(context, scratch, plan, plan.loadId, loadId);
    finishRow(plan, givenId(plan) ?? rootId(plan, record), base, level, handed);
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
    const id = givenId(plan) ?? plan.nestedId(parentId, index);
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

  /**
   * A `_dlt_id` in the data is kept, and nested rows refer to it, when it can serve as an id: text of 1 to 128
   * characters that no other row of the table has.
   */
  const givenId = (plan: TablePlan): string | undefined => {
    const given = plan.id.value;
    // dlt: what Python takes for false counts as not given.
    if (given === undefined || given === null || given === "" || given === 0 || given === false) return undefined;
    if (context.data.reservedFields === "regenerate") return undefined;
    plan.givenIds ??= new Set();
    if (typeof given === "string" && given.length <= 128 && !plan.givenIds.has(given)) {
      if (plan.givenIds.size < MAX_GIVEN_IDS) plan.givenIds.add(given);
      return given;
    }
    return undefined;
  };

  const rootId = (plan: TablePlan, record: JsonObject): string => {
    switch (rowIdOf(plan)) {
      case "random":
        return nextRowId();
      case "document":
        return rowHash(record);
      case "key": {
        const names = keyNamesOf(plan);
        const key: Record<string, JsonValue> = {};
        for (const name of names) key[name] = plan.slots.get(name)?.value ?? null;
        return keyHash(key, names);
      }
    }
  };

  const keyNames = new Map<TablePlan, readonly string[]>();
  const keyNamesOf = (plan: TablePlan): readonly string[] => {
    let names = keyNames.get(plan);
    if (names === undefined) {
      names = [...plan.table.columns.values()].filter((one) => one.primaryKey === true).map((one) => one.name);
      keyNames.set(plan, names);
    }
    return names;
  };

  const rowIds = new Map<string, RowId>();
  const rowIdOf = (plan: TablePlan): RowId => {
    let kind = rowIds.get(plan.name);
    if (kind === undefined) {
      kind = rowIdKind(schema, plan);
      rowIds.set(plan.name, kind);
    }
    return kind;
  };

  const take = (): readonly TableChunk[] => {
    const taken = chunks;
    chunks = [];
    return taken;
  };

  return {
    page: (page) => {
      context.resource = page.resource;
      const state = start(page.resource);
      if (state === undefined) {
        warn("W_CONTRACT_TABLE", discardedTables.get(page.resource) ?? page.resource, { count: recordCount(page) });
        page.release?.();
        return take();
      }
      const level = nestingLevel(schema, state.table);
      if (page.tape !== undefined && tapeRows !== undefined && rowIdOf(state.plan) !== "document") {
        tapeRecords(state, page.tape, level);
      } else for (const record of page.records) valueRecord(state, record, level);
      page.release?.();
      return take();
    },
    finish: () => {
      for (const plan of plans.values()) {
        plan.writer.flush();
        if (plan.writer.rows === 0) continue;
        plan.table.seenData = true;
        setEvolvesOnce(plan.table, false);
      }
      checkMissing(context, plans.values());
      return take();
    },
    release: (chunk) => pool.release(chunk.bytes),
    get rows() {
      return new Map(
        [...plans.values()].filter((plan) => plan.writer.rows > 0).map((plan) => [plan.name, plan.writer.rows]),
      );
    },
    get started() {
      return startedInOrder().map(({ resource, deciding: decider, table }) => ({ resource, deciding: decider, table }));
    },
  };

  function valueRecord(state: ResourceState, record: JsonValue, level: number): void {
    state.records += 1;
    context.record = state.records;
    if (typeof record === "object" && record !== null && !Array.isArray(record) && !(record instanceof Double)) {
      rootRow(state.plan, record as JsonObject, level, NOTHING);
    } else looseItem(state, record, level);
  }

  /** Records that can are copied, the others are read one by one. */
  function tapeRecords(state: ResourceState, tape: JsonTape, level: number): void {
    const { entries, size } = tape;
    for (let at = 2; at < size - 2; at = afterItem(entries, at)) {
      context.record = state.records + 1;
      if (tapeRows?.write(tape, at, state.plan, level) === true) state.records += 1;
      else valueRecord(state, parseJson(itemText(tape, at)), level);
    }
  }

  /** dlt: a list among the records is opened, an item that is no object becomes `{value: item}`, a null is no row. */
  function looseItem(state: ResourceState, record: JsonValue, level: number): void {
    const items = Array.isArray(record) ? (record as readonly JsonValue[]) : [record];
    for (const item of items) {
      if (item === null) warn("W_NULL_ITEM", state.resource.name);
      else if (typeof item === "object" && !Array.isArray(item) && !(item instanceof Double)) {
        rootRow(state.plan, item as JsonObject, level, NOTHING);
      } else rootRow(state.plan, { value: item }, level, NOTHING);
    }
  }
}

/** Given ids beyond this many are not compared any more; the table's own UNIQUE still is. */
const MAX_GIVEN_IDS = 1_000_000;

function rowIdKind(schema: Schema, plan: TablePlan): RowId {
  switch (mergeStrategyOf(schema, plan.name)) {
    case "upsert":
    case "insert-only":
      return "key";
    case "scd2":
      return plan.table.columns.get("_dlt_id")?.extra["x-row-version"] === true ? "document" : "random";
    default:
      return "random";
  }
}
