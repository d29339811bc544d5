import type { ContractMode } from "../core/source.ts";
import { contractOfTable, evolvesOnce, isExempt, isNewTable } from "../schema/contract.ts";
import { contractError } from "../schema/contract-error.ts";
import type { RunContext } from "./run-context.ts";
import { KIND, type Slot, type TablePlan } from "./table-plan.ts";

/**
 * Whether a column may be added for a value. When the contract discards it, the slot is marked, so that later rows need no
 * decision; a frozen schema throws `E_DATA_CONTRACT`. Called only where a column would be added: rows whose columns are
 * known never come here. dlt: `apply_schema_contract`.
 */
export function mayAddColumn(context: RunContext, plan: TablePlan, slot: Slot, variant: boolean): boolean {
  const mode = modeFor(context, plan, slot, variant);
  if (mode === "evolve") return true;
  const entity = variant ? "data_type" : "columns";
  if (mode === "freeze") {
    throw contractError({
      schema: context.schema.name,
      table: plan.name,
      column: slot.name,
      resource: context.resource,
      record: context.record,
      entity,
      what: variant
        ? `Can't add variant column \`${slot.name}\` for table \`${plan.name}\``
        : `Can't add table column \`${slot.name}\` to table \`${plan.name}\``,
    });
  }
  slot.kind = mode === "discard_row" ? KIND.discardRow : KIND.discardValue;
  if (mode === "discard_row") plan.discarding.push(slot);
  warnFirst(context, plan, slot, mode);
  return false;
}

function modeFor(context: RunContext, plan: TablePlan, slot: Slot, variant: boolean): ContractMode {
  if (isExempt(slot.name) || isExempt(plan.name)) return "evolve";
  const contract = contractOfTable(context.schema, plan.name);
  if (contract === undefined) return "evolve";
  if (variant) return contract.dataType;
  // dlt: a new root table may take columns for the whole run, a new nested table only those of its first row.
  if (evolvesOnce(plan.table) || (plan.startedNew && plan.writer.rows === 0)) return "evolve";
  return contract.columns;
}

/** Whether a nested table may be filled: it is there already, or may be added. Throws `E_DATA_CONTRACT` when that is frozen. */
export function mayFillTable(context: RunContext, name: string, parent: string): boolean {
  if (isExempt(name) || !isNewTable(context.schema.tables.get(name))) return true;
  const mode = contractOfTable(context.schema, name, parent)?.tables ?? "evolve";
  if (mode !== "freeze") return mode === "evolve";
  throw contractError({
    schema: context.schema.name,
    table: name,
    resource: context.resource,
    record: context.record,
    entity: "tables",
    what: `Can't add table \`${name}\``,
  });
}

/** dlt: a row that has a discarded name is dropped before anything else of it is looked at, also when its value is null. */
export function hasDiscarded(plan: TablePlan): boolean {
  for (const slot of plan.discarding) if (slot.value !== undefined) return true;
  return false;
}

/** Where the first value stood that the contract keeps out; rows and values are counted by those who drop them. */
function warnFirst(context: RunContext, plan: TablePlan, slot: Slot, mode: ContractMode): void {
  const detail = `first in record ${context.record} of ${context.resource}`;
  if (mode === "discard_row") {
    context.warn("W_CONTRACT_ROW", plan.name, { count: 0, detail: `${slot.name} ${detail}` });
  } else context.warn("W_CONTRACT_VALUE", `${plan.name}.${slot.name}`, { count: 0, detail });
}
