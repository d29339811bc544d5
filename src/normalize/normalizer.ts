import { InternalError } from "../core/errors.ts";
import type { RowEncoder, TableChunk } from "../core/flow.ts";
import type { JsonValue } from "../core/json.ts";
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
import type { Schema } from "../schema/table.ts";
import { createBufferPool, createChunkWriter } from "./chunk-writer.ts";
import { type DataRules, DEFAULT_DATA_RULES } from "./data-rules.ts";
import { type DecidingResource, decidingResources, type NormalizedResource } from "./deciding-resources.ts";
import { checkMissing } from "./missing-values.ts";
import { createRowIdentity } from "./row-identity.ts";
import { createRowIds } from "./row-ids.ts";
import { DEFAULT_LIMITS, type NormalizeLimits, type RunContext } from "./run-context.ts";
import { createTablePlan, refreshPlan, type TablePlan } from "./table-plan.ts";
import { createTapeRows } from "./tape-rows.ts";
import { createValueRows } from "./value-rows.ts";

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

interface ResourceState extends StartedResource {
  readonly plan: TablePlan;
  /** Position among the declared resources. */
  readonly place: number;
  records: number;
}

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
  const pool = createBufferPool();
  const nextRowId = createRowIds(options.random);
  const identity = createRowIdentity(context, nextRowId);
  const nextRootNumber = () => ++rootRows;
  const tapeRows =
    encoder.copyEscaped === undefined
      ? undefined
      : createTapeRows({
          context,
          loadId,
          nextRowId,
          keyOf: identity.keyOf,
          nextRootNumber,
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

  const writeValue = createValueRows({ context, loadId, identity, nextRowId, nextRootNumber, planOf });

  const valueRecord = (state: ResourceState, record: JsonValue, level: number): void => {
    state.records += 1;
    context.record = state.records;
    writeValue(state.plan, record, level);
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
      if (page.tape !== undefined && tapeRows !== undefined && !identity.needsRecord(state.plan)) {
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

  /** Records that can are copied, the others are read one by one. */
  function tapeRecords(state: ResourceState, tape: JsonTape, level: number): void {
    const { entries, size } = tape;
    for (let at = 2; at < size - 2; at = afterItem(entries, at)) {
      context.record = state.records + 1;
      if (tapeRows?.write(tape, at, state.plan, level) === true) state.records += 1;
      else valueRecord(state, parseJson(itemText(tape, at)), level);
    }
  }
}
