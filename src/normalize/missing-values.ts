import { DataError } from "../core/errors.ts";
import { isComplete } from "../schema/schema.ts";
import { type RunContext, valueContext } from "./run-context.ts";
import type { Slot, TablePlan } from "./table-plan.ts";

/**
 * Takes note of a row without a value in a required column. An explicit null in a complete NOT NULL column that is no
 * key ends the run at once, in dlt's words.
 */
function noteMissing(context: RunContext, plan: TablePlan, slot: Slot, isNull: boolean): void {
  const column = plan.table.columns.get(slot.name);
  const isKey = column?.primaryKey === true || column?.mergeKey === true;
  if (isNull && !isKey && isComplete(column) && !column.nullable) {
    throw new DataError(
      "E_DATA_VALUE",
      `In schema \`${context.schema.name}\`: Cannot coerce NULL in table \`${plan.name}\` column \`${slot.name}\` which is not nullable (record ${context.record} of ${context.resource}).`,
      {
        step: "normalize",
        hint: "Set nullable: true on the column, or leave such records out.",
        context: valueContext(context, plan.name, slot.name),
      },
    );
  }
  const known = plan.missing.get(slot);
  if (known !== undefined) known.count += 1;
  else plan.missing.set(slot, { resource: context.resource, first: context.record, count: 1 });
}

/**
 * True when the row at hand has no value in a key column and such rows are left out: it is counted then. A key of another
 * type than its column's is a value; it still ends the run.
 */
export function skipsRow(context: RunContext, plan: TablePlan): boolean {
  if (context.data.onNullKey !== "skip") return false;
  for (const slot of plan.required) {
    if ((slot.value === undefined || slot.value === null) && isKeyColumn(plan, slot)) {
      const known = plan.skipped.get(slot);
      if (known === undefined) plan.skipped.set(slot, { resource: context.resource, first: context.record, count: 1 });
      else known.count += 1;
      context.warn("W_NULL_KEY_SKIPPED", `${plan.name}.${slot.name}`, {
        ...(known === undefined ? { detail: `first in record ${context.record} of ${context.resource}` } : {}),
      });
      return true;
    }
  }
  return false;
}

/** Takes note of what the row that is written lacks. */
export function noteLacking(context: RunContext, plan: TablePlan): void {
  const lacking = plan.lacking.splice(0);
  for (const { slot, isNull } of lacking) noteMissing(context, plan, slot, isNull);
}

/** Throws for what was noted: `E_NULL_KEY` for keys first, `E_DATA_VALUE` for other columns. */
export function checkMissing(context: RunContext, plans: Iterable<TablePlan>): void {
  const all = [...plans].flatMap((plan) =>
    // Rows are left out for a key that some have; one that no record ever had is a misspelt name.
    [...plan.missing, ...[...plan.skipped].filter(([slot]) => slot.column === undefined)].map(([slot, values]) => ({
      plan,
      slot,
      ...values,
    })),
  );
  const key = all.find(({ plan, slot }) => isKeyColumn(plan, slot));
  const worst = key ?? all[0];
  if (worst === undefined) return;
  const { resource, plan, slot, first, count } = worst;
  const where = {
    resource,
    table: plan.name,
    column: slot.name,
    rows: count,
    row: first,
  };
  const incomplete = !isComplete(plan.table.columns.get(slot.name));
  // dlt's words, so that a search finds its documentation.
  const unbound = `In schema \`${context.schema.name}\`: The following columns in table \`${plan.name}\` did not receive any data during this load: ${slot.name}.`;
  if (key !== undefined) {
    throw new DataError(
      "E_NULL_KEY",
      `${count} ${count === 1 ? "record" : "records"} of ${resource} ${count === 1 ? "has" : "have"} no value in the key column ${slot.name} of table ${plan.name}; the first is record ${first}.${incomplete ? ` ${unbound}` : ""}`,
      {
        step: "normalize",
        hint: incomplete
          ? "Check the spelling of the key: no record has it."
          : "Choose a key that every record has, or leave such records out.",
        context: where,
      },
    );
  }
  throw new DataError(
    "E_DATA_VALUE",
    incomplete
      ? unbound
      : `${count} ${count === 1 ? "record has" : "records have"} no value in table ${plan.name}, column ${slot.name}, which is not nullable; the first is record ${first} of ${resource}.`,
    { step: "normalize", hint: "Set nullable: true on the column, or correct its name.", context: where },
  );
}

function isKeyColumn(plan: TablePlan, slot: Slot): boolean {
  const column = plan.table.columns.get(slot.name);
  return column?.primaryKey === true || column?.mergeKey === true;
}
