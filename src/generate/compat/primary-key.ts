import type { PathPieces } from "../reading/path-pieces.ts";
import type { SchemaNode } from "../reading/schema-node.ts";
import { pluralize, singularize } from "../words/inflect.ts";

const NAMES = ["id", "pk", "unique", "identifier", "primary_key"];
const SUFFIXES = ["id", "pk"];
const SEPARATORS = ["", "-", "_"];

/** The one property that identifies a record, by its name, description or format, as dlt-init-openapi finds it. */
export function compatPrimaryKey(record: SchemaNode, path: PathPieces): string | undefined {
  const candidates = [...record.allProperties].filter(([, { types }]) => isScalar(types));
  const byName = new Map<string, string>();
  for (const [name] of candidates) if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), name);
  for (const name of likelyNames(record.name, path)) {
    const found = byName.get(name.toLowerCase());
    if (found !== undefined) return found;
  }
  const described = candidates.find(([, { description }]) => /^(?:unique|id|identifier)\n?$/i.test(description ?? ""));
  return (described ?? candidates.find(([, { format }]) => format === "uuid"))?.[0];
}

function isScalar(types: readonly string[]): boolean {
  return types.length === 0 || types.includes("string") || types.includes("integer");
}

function* likelyNames(schemaName: string, path: PathPieces): Generator<string> {
  yield* NAMES;
  const variable = path.variables.at(-1);
  if (variable !== undefined) yield variable;
  const words = [...(schemaName === "" ? [] : [schemaName]), ...path.fixed.slice(-1)];
  for (const word of words) {
    // The reference keeps the variations in a set, whose order is chance; its recorded answers have this one.
    for (const variation of new Set([word, pluralize(word), singularize(word)])) {
      for (const suffix of SUFFIXES) {
        for (const separator of SEPARATORS) {
          yield `${variation}${separator}${suffix}`;
          yield `${suffix}${separator}${variation}`;
        }
      }
    }
  }
}
