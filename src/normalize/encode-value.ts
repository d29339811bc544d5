import { DataError } from "../core/errors.ts";
import type { DataType } from "../core/flow.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { checkStorable, coerceValue, VARIANT } from "../schema/coercion.ts";
import { addInferredColumn } from "../schema/evolve.ts";
import { inferDataType, plainDataType } from "../schema/infer.ts";
import { plainTimestampEnd } from "../schema/iso-time.ts";
import { shortenFragments } from "../schema/naming/snake-case.ts";
import { bigIntegerType, isTooBigFor } from "./big-integer.ts";
import { mayAddColumn } from "./keep-contract.ts";
import { type RunContext, valueContext } from "./run-context.ts";
import { ensureSlot, KIND, refreshPlan, type Slot, type TablePlan } from "./table-plan.ts";

/** A value that is there. */
type Value = Exclude<JsonValue, null>;

/**
 * Writes a value into the fields of its row: into its column, which is added when it is new, or into a variant column
 * when the column's type has no form for it. Throws `E_DATA_VALUE` for what PostgreSQL cannot hold.
 */
export function encodeValue(context: RunContext, plan: TablePlan, slot: Slot, value: Value): void {
  switch (slot.kind) {
    case KIND.text:
      if (typeof value === "string") {
        if (value.length * 3 > context.limits.maxValueBytes) checkSize(context, plan, slot, value);
        plan.fields[slot.position] = context.encoder.text(value, slot.onNul);
        return;
      }
      break;
    case KIND.bigint:
      // An integer lexeme within 2^53; beyond it is a bigint, which has to be looked at.
      if (typeof value === "number" && Number.isInteger(value)) {
        plan.fields[slot.position] = `${value}`;
        return;
      }
      break;
    case KIND.bool:
      if (typeof value === "boolean") {
        plan.fields[slot.position] = value ? "t" : "f";
        return;
      }
      break;
    case KIND.double:
      if (typeof value === "number") {
        plan.fields[slot.position] = `${value}`;
        return;
      }
      break;
    case KIND.timestamp:
      // The usual form in UTC is what PostgreSQL reads too.
      if (typeof value === "string" && plainTimestampEnd(value) === value.length && value.endsWith("Z")) {
        plan.fields[slot.position] = value;
        return;
      }
      break;
    case KIND.json:
      if (typeof value === "object" && !(value instanceof Double)) {
        plan.fields[slot.position] = jsonField(context, plan, slot, value);
        return;
      }
      break;
    case KIND.untyped:
      addColumn(context, plan, slot, value, false);
      encodeValue(context, plan, slot, value);
      return;
    case KIND.discardRow:
      context.rowDiscarded = true;
      return;
    case KIND.discardValue:
      context.warn("W_CONTRACT_VALUE", `${plan.name}.${slot.name}`);
      return;
    default:
      break;
  }
  if (!coerceInto(context, plan, slot, value)) encodeVariant(context, plan, slot, value);
}

/** False when the column's type has no form for the value. */
function coerceInto(context: RunContext, plan: TablePlan, slot: Slot, value: Value): boolean {
  const column = slot.column;
  const type = column?.dataType;
  if (column === undefined || type === undefined || isTooBigFor(context, type, value)) return false;
  const text = coerceValue(type, value);
  if (text === VARIANT) return false;
  const reason = checkStorable(type, text, column);
  if (reason !== undefined) throw notStorable(context, plan, slot, type, value, reason);
  plan.fields[slot.position] =
    type === "json" ? jsonField(context, plan, slot, parseJson(text)) : context.encoder.text(text, slot.onNul);
  return true;
}

/** A document as a field. Text that holds one was read for that: the encoder cleans documents, not texts. */
function jsonField(context: RunContext, plan: TablePlan, slot: Slot, value: JsonValue): string {
  const field = context.encoder.json(value, slot.onNul, slot.onSurrogate);
  if (field.length * 3 > context.limits.maxValueBytes) checkSize(context, plan, slot, field);
  return field;
}

/**
 * dlt: the variant is named after the value's plain type, but its own type is inferred again, so `v__v_text` can become
 * a timestamp; a later text that is none has no place left. Golden types.json `variant_*`, `failing`.
 */
function encodeVariant(context: RunContext, plan: TablePlan, slot: Slot, value: Value): void {
  const plain = bigIntegerType(context, value) ?? plainDataType(value);
  const variant = variantSlot(context, plan, slot, plain);
  const isNew = variant.kind === KIND.untyped;
  if (isNew) addColumn(context, plan, variant, value, true);
  if (variant.kind === KIND.discardRow) {
    context.rowDiscarded = true;
    return;
  }
  if (slot.required) plan.lacking.push({ slot, isNull: false });
  if (variant.kind === KIND.discardValue) {
    context.warn("W_CONTRACT_VALUE", `${plan.name}.${variant.name}`);
    return;
  }
  if (isNew) {
    context.warn("W_VARIANT_COLUMN", `${plan.name}.${variant.name}`, {
      detail: `${slot.name} is ${slot.column?.dataType}, a value is ${plain}; first in record ${context.record} of ${context.resource}`,
    });
  }
  if (coerceInto(context, plan, variant, value)) return;
  const type = variant.column?.dataType;
  throw new DataError(
    "E_DATA_VALUE",
    `Cannot coerce type ${plain} to ${type} for value ${excerpt(value)} in table ${plan.name}, column ${variant.name}, record ${context.record}.`,
    {
      step: "normalize",
      hint: `The variant column of ${slot.name} got its type from an earlier value and has no variant itself. Give ${slot.name} a column hint with data_type text.`,
      context: valueContext(context, plan.name, variant.name),
    },
  );
}

function variantSlot(context: RunContext, plan: TablePlan, slot: Slot, plain: string): Slot {
  // dlt: json was called complex once; such a variant column goes on being used.
  const old = plain === "json" ? shortenFragments([slot.name, "v_complex"]) : undefined;
  if (old !== undefined && plan.table.columns.get(old)?.variant === true) {
    return ensureSlot(context, plan.table, plan.slots, old);
  }
  return ensureSlot(context, plan.table, plan.slots, shortenFragments([slot.name, `v_${plain}`]));
}

function addColumn(context: RunContext, plan: TablePlan, slot: Slot, value: Value, variant: boolean): void {
  const inferred =
    bigIntegerType(context, value) ?? (context.rules.detectsTimestamps ? inferDataType(value) : plainDataType(value));
  const dataType = (variant ? undefined : context.rules.preferredType(slot.name)) ?? inferred;
  if (dataType === undefined || !mayAddColumn(context, plan, slot, variant)) return;
  addInferredColumn(context.schema, context.rules, plan.table, { name: slot.name, dataType, variant });
  refreshPlan(context, plan);
}

function checkSize(context: RunContext, plan: TablePlan, slot: Slot, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes <= context.limits.maxValueBytes) return;
  throw new DataError(
    "E_LIMIT",
    `A value of ${bytes} bytes in table ${plan.name}, column ${slot.name}, record ${context.record} is over the limit of ${context.limits.maxValueBytes}.`,
    {
      step: "normalize",
      hint: "Raise max-value-bytes, or leave the field out.",
      context: valueContext(context, plan.name, slot.name),
    },
  );
}

function notStorable(
  context: RunContext,
  plan: TablePlan,
  slot: Slot,
  type: DataType,
  value: Value,
  reason: string,
): DataError {
  return new DataError(
    "E_DATA_VALUE",
    `Cannot store ${excerpt(value)} as ${type} in table ${plan.name}, column ${slot.name}, record ${context.record}: ${reason}.`,
    {
      step: "normalize",
      hint: `Give the column another type with a column hint, for example columns: { ${slot.name}: { data_type: text } }${type === "bigint" && typeof value === "bigint" ? ", or set on-big-integer to numeric or text" : ""}.`,
      context: valueContext(context, plan.name, slot.name),
    },
  );
}

/** The beginning of a value for a message; it may be long, and it must stay on one line. */
function excerpt(value: Value): string {
  const text =
    value instanceof Double
      ? (value.lexeme ?? String(value.value))
      : typeof value === "object"
        ? "a document"
        : String(value);
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a message must not carry them
  return short.replace(/[\u0000-\u001f\u007f]/g, " ");
}
