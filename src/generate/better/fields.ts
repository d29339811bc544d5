import { getOwn } from "../../core/json.ts";
import type { Parameter } from "../reading/endpoint.ts";
import { flagAt, textAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { anyOf, entityWord, wordOf } from "./words.ts";

/** Identifiers that no two records of an API share. */
export const isGlobalId = anyOf("id uuid guid pk identifier primarykey unique gid objectid");
/** Identifiers that may be repeated below another parent. */
const isLocalId = anyOf("iid key slug sha sku code number username login handle hash name path ref fullpath email");

/** Properties that can identify a record: text, integers and what has no type; in order. What is going away does not. */
export function identifying(record: SchemaNode): readonly [string, SchemaNode][] {
  return [...record.allProperties].filter(([, node]) => {
    const { types, schema, isObject, isList } = node;
    const isScalar = types.length === 0 || types.includes("string") || types.includes("integer");
    const isGone = flagAt(schema, "writeOnly") || flagAt(schema, "deprecated") || GOING.test(node.description ?? "");
    return isScalar && !isGone && !isObject && !isList;
  });
}

/** How documents say that a property is empty by now, or soon will be. */
const GOING = /\b(?:no longer (?:available|returned|supported)|is deprecated)\b/i;

/** A property of a record, or of an object in it: `id`; `login` of `owner`. */
export interface Field {
  readonly field: string;
  /** The property of the object `field`; undefined when `field` itself is meant. */
  readonly inner?: string | undefined;
}

/** What a path asks for. */
export interface Wanted {
  readonly variable: string;
  /** The part of the path before it. */
  readonly piece: string;
  /** Its declaration; undefined when it is not known. */
  readonly parameter: Parameter | undefined;
}

/**
 * The property of a record that a path variable stands for: of the same name, of the same name without that of the thing
 * (`issue_iid` after `issues` -> `iid`), what the thing is called by when the variable names just it (`{branch}`), else its id.
 * A variable that names an object of the record (`{owner}`) stands for what that is called by.
 */
export function fieldOfVariable({ variable, piece, parameter }: Wanted, record: SchemaNode): Field | undefined {
  const fields = identifying(record);
  const word = wordOf(variable);
  const entity = entityWord(piece);
  const named = (wanted: string) => fields.find(([name]) => wordOf(name) === wanted)?.[0];
  const exact = named(word) ?? (word.endsWith("username") ? (named("login") ?? named("handle")) : undefined);
  if (exact !== undefined) return { field: exact };
  const holder = [...record.allProperties].find(([name, node]) => wordOf(name) === word && node.isObject);
  const inner = holder === undefined ? undefined : calledBy(identifying(holder[1]), parameter);
  if (holder !== undefined && inner !== undefined) return { field: holder[0], inner };
  const last = entityWord(piece.split(/[-_]/).at(-1) ?? "");
  for (const prefix of [entity, last, wordOf(piece)]) {
    if (prefix !== "" && word.startsWith(prefix) && word.length > prefix.length) {
      const rest = named(word.slice(prefix.length));
      if (rest !== undefined) return { field: rest };
    }
  }
  // `import_id` after `bulk_imports`: the end of the variable is an identifier of the record.
  const ending = fields.find(([name]) => (isGlobalId(name) || isLocalId(name)) && word.endsWith(wordOf(name)));
  if (ending !== undefined) return { field: ending[0] };
  const number = word === "index" ? (named("number") ?? named("iid")) : undefined;
  if (number !== undefined) return { field: number };
  const isEntity = word === entity || word === last || word === "idorname" || word === "name";
  // Whatever the variable is called, it stands where one of the list is named.
  const found = calledBy(fields, parameter) ?? (isEntity ? fields.find(([name]) => isLocalId(name))?.[0] : undefined);
  return found === undefined ? undefined : { field: found };
}

/** What people call a thing by, the surest first. */
const HANDLES = ["slug", "login", "username", "handle", "key"];

/**
 * What a thing is asked for by: its id; but what it is called by, where the parameter is a text and the id a number, and
 * the parameter does not speak of an id.
 */
function calledBy(fields: readonly [string, SchemaNode][], parameter: Parameter | undefined): string | undefined {
  const id = fields.find(([name]) => isGlobalId(name));
  const named = (wanted: string) => fields.find(([name]) => wordOf(name) === wanted)?.[0];
  const isNumber = id === undefined || (id[1].types.includes("integer") && !id[1].types.includes("string"));
  if (!isNumber || !isPlainText(parameter)) return id?.[0];
  const description = textAt(parameter.source, "description") ?? "";
  if (/\b(?:ids?|identifiers?)\b/i.test(description)) return id?.[0];
  for (const handle of HANDLES) {
    const found = named(handle);
    if (found !== undefined) return found;
  }
  return (/\bnames?\b/i.test(description) ? named("name") : undefined) ?? id?.[0];
}

/** True for a parameter that the document itself declares as text without a format. */
function isPlainText(parameter: Parameter | undefined): parameter is Parameter {
  if (parameter === undefined || getOwn(parameter.source, "schema") === undefined) return false;
  const { types, format } = parameter.schema;
  return types.length === 1 && types[0] === "string" && format === undefined;
}

/** The property of a record that says to which parent it belongs: `project_id` below `projects`. */
export function referenceTo(piece: string, field: string, record: SchemaNode): string | undefined {
  const suffix = wordOf(field);
  if (piece === "") return undefined;
  const last = piece.split(/[-_]/).at(-1) ?? "";
  const wanted = new Set([entityWord(piece), entityWord(last), wordOf(piece)].map((entity) => entity + suffix));
  return identifying(record).find(([name]) => wanted.has(wordOf(name)))?.[0];
}
