import type { ColumnHint } from "../model.ts";
import { flagAt, listAt } from "../reading/scalars.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { isWritableKey } from "../reading/writable.ts";
import { snakeCase } from "../words/snake-case.ts";

/** What is measured: documents call it a whole number where the answers have fractions. */
const MEASURES =
  /(?:^|_)(?:duration|seconds|minutes|hours|elapsed|price|amount|cost|rate|ratio|percent|percentage|score|average|avg|coverage|weight|latitude|longitude|lat|lng|lon)(?:_|$)/;

/**
 * Types of the columns that the schema declares. Objects and lists become columns and tables of their own and have none;
 * neither has a text without a format: documents call many things text, and dlt finds times in it by itself; nor a measure
 * that is declared as a whole number: the first fraction would need a column of its own. `key`: columns that may not be null.
 */
export function columnHints(record: SchemaNode, key: readonly string[]): readonly ColumnHint[] {
  return [...record.allProperties].flatMap(([name, node]) => {
    if (flagAt(node.schema, "writeOnly") || flagAt(node.schema, "deprecated") || !isWritableKey(name)) return [];
    const dataType = dataTypeOf(node);
    if (dataType === undefined || (dataType === "bigint" && MEASURES.test(snakeCase(name)))) return [];
    const description = node.description?.replace(/\s+/g, " ").trim();
    return [
      { name, dataType, nullable: !key.includes(name), description: description === "" ? undefined : description },
    ];
  });
}

function dataTypeOf({ types, format, schema, alternatives }: SchemaNode): ColumnHint["dataType"] | undefined {
  // Several types, or a choice of schemas: the data decides.
  if (types.length !== 1 || alternatives.length > 1) return undefined;
  switch (types[0]) {
    case "integer":
      return "bigint";
    case "number":
      return "double";
    case "boolean":
      return "bool";
    case "string":
      if (format === "date-time") return "timestamp";
      if (format === "date") return "date";
      return TEXT_FORMATS.has(format ?? "") || listAt(schema, "enum").length > 0 ? "text" : undefined;
    default:
      return undefined;
  }
}

const TEXT_FORMATS = new Set([
  "uuid",
  "email",
  "uri",
  "url",
  "uri-reference",
  "hostname",
  "ipv4",
  "ipv6",
  "byte",
  "regex",
]);
