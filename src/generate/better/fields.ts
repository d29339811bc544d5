import { flagAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { anyOf, entityWord, wordOf } from "./words.ts";

/** Identifiers that no two records of an API share. */
export const isGlobalId = anyOf("id uuid guid pk identifier primarykey unique gid objectid");
/** Identifiers that may be repeated below another parent. */
const isLocalId = anyOf("iid key slug sha sku code number username login handle hash name path ref fullpath email");

/** Properties that can identify a record: text, integers and what has no type; in order. */
export function identifying(record: SchemaNode): readonly [string, SchemaNode][] {
  return [...record.allProperties].filter(([, node]) => {
    const { types } = node;
    const isScalar = types.length === 0 || types.includes("string") || types.includes("integer");
    return isScalar && !flagAt(node.schema, "writeOnly") && !node.isObject && !node.isList;
  });
}

/**
 * The property of a record that a path variable stands for: of the same name, of the same name without that of the thing
 * (`issue_iid` after `issues` -> `iid`), what the thing is called by when the variable names just it (`{branch}`), else its id.
 * `piece` is the part of the path before the variable.
 */
export function fieldOfVariable(variable: string, piece: string, record: SchemaNode): string | undefined {
  const fields = identifying(record);
  const word = wordOf(variable);
  const entity = entityWord(piece);
  const named = (wanted: string) => fields.find(([name]) => wordOf(name) === wanted)?.[0];
  const exact = named(word);
  if (exact !== undefined) return exact;
  const last = entityWord(piece.split(/[-_]/).at(-1) ?? "");
  for (const prefix of [entity, last, wordOf(piece)]) {
    if (prefix !== "" && word.startsWith(prefix) && word.length > prefix.length) {
      const rest = named(word.slice(prefix.length));
      if (rest !== undefined) return rest;
    }
  }
  // `import_id` after `bulk_imports`: the end of the variable is an identifier of the record.
  const ending = fields.find(([name]) => (isGlobalId(name) || isLocalId(name)) && word.endsWith(wordOf(name)));
  if (ending !== undefined) return ending[0];
  if (word === entity || word === last || word === "idorname" || word === "name") {
    return fields.find(([name]) => isGlobalId(name))?.[0] ?? fields.find(([name]) => isLocalId(name))?.[0];
  }
  // Whatever the variable is called, it stands where one of the list is named.
  return fields.find(([name]) => isGlobalId(name))?.[0];
}

/** The property of a record that says to which parent it belongs: `project_id` below `projects`. */
export function referenceTo(piece: string, field: string, record: SchemaNode): string | undefined {
  const suffix = wordOf(field);
  if (piece === "") return undefined;
  const last = piece.split(/[-_]/).at(-1) ?? "";
  const wanted = new Set([entityWord(piece), entityWord(last), wordOf(piece)].map((entity) => entity + suffix));
  return identifying(record).find(([name]) => wanted.has(wordOf(name)))?.[0];
}
