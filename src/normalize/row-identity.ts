import { keyHash, rowHash } from "../core/digest.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { mergeStrategyOf } from "../schema/schema.ts";
import type { RunContext } from "./run-context.ts";
import type { TablePlan } from "./table-plan.ts";

/** What the id of a root row is made of: nothing, the values of its key, or the whole record. */
type RowId = "random" | "key" | "document";

/** Ids of root rows, by the merge strategy of their table. dlt: interop 3.4. */
export interface RowIdentity {
  /** Of the row whose values stand in the slots of the plan. */
  of(plan: TablePlan, record: JsonObject): string;
  /** The id that the row at hand brings along, when it can serve as one. */
  given(plan: TablePlan): string | undefined;
  /** The columns whose values the id is made of; undefined where it is not made of a key. */
  keyOf(plan: TablePlan): readonly string[] | undefined;
  /** Whether the whole record is needed to make the id. */
  needsRecord(plan: TablePlan): boolean;
}

export function createRowIdentity(context: RunContext, nextRowId: () => string): RowIdentity {
  /**
   * A `_dlt_id` in the data is kept, and nested rows refer to it, when it can serve as an id: text of 1 to 128
   * characters that no other row of the table has.
   */
  const given = (plan: TablePlan): string | undefined => {
    const value = plan.id.value;
    // dlt: what Python takes for false counts as not given.
    if (value === undefined || value === null || value === "" || value === 0 || value === false) return undefined;
    if (context.data.reservedFields === "regenerate") return undefined;
    plan.givenIds ??= new Set();
    if (typeof value === "string" && value.length <= 128 && !plan.givenIds.has(value)) {
      if (plan.givenIds.size < MAX_GIVEN_IDS) plan.givenIds.add(value);
      return value;
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
      kind = rowIdKind(context, plan);
      rowIds.set(plan.name, kind);
    }
    return kind;
  };

  return {
    of: rootId,
    given,
    keyOf: (plan) => (rowIdOf(plan) === "key" ? keyNamesOf(plan) : undefined),
    needsRecord: (plan) => rowIdOf(plan) === "document",
  };
}

/** Given ids beyond this many are not compared any more; the table's own UNIQUE still is. */
const MAX_GIVEN_IDS = 1_000_000;

function rowIdKind({ schema }: RunContext, plan: TablePlan): RowId {
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
