import { createHmac } from "node:crypto";
import { type StepConfig, setExpression } from "../../config/rest-api/step-shape.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, objectFrom } from "../../core/json.ts";
import type { Place } from "../../core/json-path-places.ts";
import { compactJson } from "../../core/json-writer.ts";
import { isPythonFalse } from "../../core/python-truth.ts";
import { Secret } from "../../core/secret.ts";
import { compileCode, type SourceFunctions } from "../functions.ts";
import {
  type Change,
  changeFields,
  compileField,
  type Edit,
  type FindField,
  pickFields,
  valueAt,
} from "./change-fields.ts";

/** A part of a processing step, compiled: keeps or drops a record, replaces it, or makes several of it. */
export type StepPart = { readonly key: string } & (
  | { readonly keeps: (record: JsonValue) => boolean }
  | { readonly replaces: (record: JsonValue) => JsonValue }
  | { readonly multiplies: (record: JsonValue) => readonly JsonValue[] }
);

/**
 * The parts of a step in the order in which they run. Records that are no objects pass steps over fields as they are.
 * `onReplaced` is told the key of a field that is gone because another one was renamed to it.
 */
export function stepParts(
  step: StepConfig,
  functions: SourceFunctions,
  onReplaced: (key: string) => void,
): readonly StepPart[] {
  const parts: StepPart[] = [];
  if (step.filter !== undefined) {
    const keep = compileCode(step.filter, "record", "bool", functions);
    parts.push({ key: "filter", keeps: (record) => !isPythonFalse(keep({ record })) });
  }
  if (step.map !== undefined) {
    const map = compileCode(step.map, "record", "any", functions);
    parts.push({ key: "map", replaces: (record) => map({ record }) });
  }
  if (step.yield_map !== undefined) {
    const give = compileCode(step.yield_map, "record", "list", functions);
    parts.push({ key: "yield_map", multiplies: (record) => listOf(give({ record })) });
  }
  const onFields = (key: string, replace: (record: JsonObject) => JsonValue) => {
    parts.push({ key, replaces: (record) => (isJsonObject(record) ? replace(record) : record) });
  };
  if (step.pick !== undefined) onFields("pick", picking(step.pick));
  if (step.omit !== undefined) onFields("omit", omitting(step.omit));
  if (step.rename !== undefined) onFields("rename", renaming(step.rename, onReplaced));
  if (step.set !== undefined) onFields("set", setting(step.set, functions));
  if (step.redact !== undefined) onFields("redact", redacting(step.redact));
  if (step.explode !== undefined) parts.push({ key: "explode", multiplies: exploding(step.explode) });
  return parts;
}

type OnFields = (record: JsonObject) => JsonValue;

function picking(fields: Fields): OnFields {
  const find = finder(fields);
  return (record) => pickFields(record, find(record));
}

function omitting(fields: Fields): OnFields {
  const find = finder(fields);
  return (record) =>
    changeFields(
      record,
      editsAt(find(record), () => undefined),
    );
}

/** All at once, so that two fields can change names. */
function renaming(names: Readonly<Record<string, string | Secret>>, onReplaced: (key: string) => void): OnFields {
  const renames = Object.entries(names).map(([field, written]) => {
    const name = written instanceof Secret ? written.reveal() : written;
    const change: Change = (_, value) => [name, value];
    return { find: compileField(field), change };
  });
  return (record) =>
    changeFields(
      record,
      renames.flatMap(({ find, change }) => editsAt(find(record), change)),
      onReplaced,
    );
}

/** Expressions see the record as it came in; a field that is there keeps its place. */
function setting(values: Readonly<Record<string, JsonValue>>, functions: SourceFunctions): OnFields {
  const sets = Object.entries(values).map(([key, value]) => {
    const expression = setExpression(value);
    const make = expression === undefined ? () => value : compileCode(expression, "record", "any", functions);
    return { key, make };
  });
  return (record) =>
    objectFrom([
      ...keysOf(record).map((key) => [key, record[key] ?? null] as const),
      ...sets.map(({ key, make }) => [key, make({ record })] as const),
    ]);
}

function redacting({ fields, replace, hash_salt: salt }: NonNullable<StepConfig["redact"]>): OnFields {
  const find = finder(fields);
  const hide =
    salt === undefined
      ? () => (replace === undefined ? "***" : replace)
      : hashing(salt instanceof Secret ? salt.reveal() : salt);
  const change: Change = (key, value) => [key, value === null ? null : hide(value)];
  return (record) => changeFields(record, editsAt(find(record), change));
}

/** Text is hashed as it is, everything else as compact JSON. */
function hashing(salt: string): (value: JsonValue) => string {
  return (value) =>
    createHmac("sha256", salt)
      .update(typeof value === "string" ? value : compactJson(value))
      .digest("hex");
}

/** As pandas does it: an empty list leaves one record with null, what is no list stays. */
function exploding(field: string): (record: JsonValue) => readonly JsonValue[] {
  const find = compileField(field);
  return (record) => {
    if (!isJsonObject(record)) return [record];
    const [place] = find(record);
    const list = place === undefined ? undefined : valueAt(record, place);
    if (place === undefined || !isJsonArray(list)) return [record];
    const items = list.length === 0 ? [null] : list;
    return items.map((item) => changeFields(record, [{ place, change: (key) => [key, item] }]));
  };
}

type Fields = string | readonly string[];

function finder(fields: Fields): FindField {
  const finders = (typeof fields === "string" ? [fields] : fields).map(compileField);
  const [only] = finders;
  if (finders.length === 1 && only !== undefined) return only;
  return (record) => finders.flatMap((find) => find(record));
}

function editsAt(places: readonly Place[], change: Change): readonly Edit[] {
  return places.map((place) => ({ place, change }));
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}
