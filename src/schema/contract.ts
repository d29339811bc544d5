import { getOwn, isJsonObject, type JsonValue } from "../core/json.ts";
import type { ContractMode, SchemaContract } from "../core/source.ts";
import { isComplete } from "./schema.ts";
import { SYSTEM_PREFIX } from "./system-tables.ts";
import type { Schema, Table } from "./table.ts";

/** What data may change in a table, all three said. */
export interface Contract {
  /** New tables. */
  readonly tables: ContractMode;
  /** New columns of tables that are there; variant columns are none of them. */
  readonly columns: ContractMode;
  /** Variant columns, and hints that change a column's type. */
  readonly dataType: ContractMode;
}

/** A contract as settings and hints write it; what is left out evolves, a word says all three. Undefined: all evolves. */
export function expandContract(written: JsonValue | SchemaContract | undefined): Contract | undefined {
  const modes = isMapping(written) ? written : { tables: written, columns: written, data_type: written };
  const contract: Contract = {
    tables: modeOf(modes.tables),
    columns: modeOf(modes.columns),
    dataType: modeOf(modes.data_type),
  };
  return Object.values(contract).every((mode) => mode === "evolve") ? undefined : contract;
}

/**
 * The contract that holds for the data of a table: its own hint, else that of the nearest table above it, else that of the
 * source in the schema's settings. A stored hint holds on when the resource no longer has one.
 * dlt: `resolve_contract_settings_for_table`.
 *
 * @param parent table above one that is not in the schema yet
 */
export function contractOfTable(schema: Schema, name: string, parent?: string): Contract | undefined {
  let table = schema.tables.get(name) ?? (parent === undefined ? undefined : schema.tables.get(parent));
  for (let steps = 0; table !== undefined && steps <= schema.tables.size; steps += 1) {
    const own = getOwn(table.extra, "schema_contract");
    if (own !== undefined) return expandContract(own);
    table = table.parent === undefined ? undefined : schema.tables.get(table.parent);
  }
  return expandContract(getOwn(schema.settings, "schema_contract"));
}

/** A table counts as new until it has a column with a type. */
export function isNewTable(table: Table | undefined): boolean {
  return table === undefined || ![...table.columns.values()].some((column) => isComplete(column));
}

/** System tables and columns may always be added. */
export function isExempt(name: string): boolean {
  return name.startsWith(SYSTEM_PREFIX);
}

const X_NORMALIZER = "x-normalizer";
const EVOLVE_ONCE = "evolve-columns-once";

/** Whether all columns may be added in this run although the contract says otherwise: the table was new when it began. */
export function evolvesOnce(table: Table): boolean {
  const hint = getOwn(table.extra, X_NORMALIZER);
  return isJsonObject(hint) && getOwn(hint, EVOLVE_ONCE) === true;
}

/** Marks a new root table; the mark goes when the table has got rows, and stands in the schema until then. */
export function setEvolvesOnce(table: Table, value: boolean): void {
  const hint = getOwn(table.extra, X_NORMALIZER);
  const { [EVOLVE_ONCE]: _, ...rest } = isJsonObject(hint) ? hint : {};
  const next = value ? { ...rest, [EVOLVE_ONCE]: true } : rest;
  if (Object.keys(next).length > 0) table.extra[X_NORMALIZER] = next;
  else delete table.extra[X_NORMALIZER];
}

function isMapping(
  written: JsonValue | SchemaContract | undefined,
): written is { readonly [key in "tables" | "columns" | "data_type"]?: JsonValue } {
  return typeof written === "object" && written !== null && !Array.isArray(written);
}

const MODES: readonly ContractMode[] = ["evolve", "freeze", "discard_row", "discard_value"];

function modeOf(written: unknown): ContractMode {
  return MODES.find((mode) => mode === written) ?? "evolve";
}
