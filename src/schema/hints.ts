import { ConfigError } from "../core/errors.ts";
import type { SourceResource } from "../core/source.ts";
import { tableName } from "./identifiers.ts";
import { normalizeIdentifier, shortenFragments } from "./naming/snake-case.ts";
import { rootTableOf } from "./schema.ts";
import { storedTable } from "./stored.ts";
import type { Schema } from "./table.ts";
import { mergeTableHints } from "./table-hints.ts";

/** What the hints of a resource made of its root table. */
export interface AppliedHints {
  /** Normalized name of the root table. */
  readonly table: string;
  /** False when the schema had all of it before. */
  readonly changed: boolean;
  /** The contract discards the table: it was not made, and rows for it are to be dropped. */
  readonly discarded: boolean;
}

/**
 * Merges the hints of a resource into its root table and its nested ones, which are made when they are missing. dlt does it
 * when the first item of a resource arrives, so a resource without items leaves no table. Columns come in the order: column
 * hints, primary key, merge key, cursor; those without a type move when data arrives.
 */
export function applyResourceHints(
  schema: Schema,
  resource: Pick<SourceResource, "name" | "hints"> & { readonly recordedAs?: string },
): AppliedHints {
  const { hints } = resource;
  const name = rootTableName(schema, resource);
  const known = schema.tables.get(name);
  if (known?.parent !== undefined) {
    throw new ConfigError(
      "E_CONFIG",
      `The resource ${resource.name} would fill the table ${name}, which is a nested table of ${known.parent}.`,
      { hint: "Give the resource another table_name.", context: { resource: resource.name, table: name } },
    );
  }
  const nested = Object.entries(hints.nested ?? {}).map(([written, own]) => {
    // dlt: the name is one part, however many levels it means.
    const table = shortenFragments([name, normalizeIdentifier(written)]);
    const parent = own.parentTableName === undefined ? name : tableName(schema, own.parentTableName);
    return { name: table, parent, hints: own };
  });
  const stored = (): string =>
    JSON.stringify(
      [name, ...nested.map((one) => one.name)].map((one) => {
        const table = schema.tables.get(one);
        return table === undefined ? null : storedTable(table);
      }),
    );
  const before = stored();
  const configured = schema.normalizers;
  const recordedAs = resource.recordedAs ?? resource.name;
  if (!mergeTableHints(schema, { name, hints, resource: resource.name, recordedAs })) {
    return { table: name, changed: false, discarded: true };
  }
  for (const one of nested) {
    const isKept = mergeTableHints(schema, { ...one, resource: resource.name, recordedAs });
    // dlt: what the table lies below must be there by now.
    if (isKept && rootTableOf(schema, one.name)?.parent !== undefined) throw withoutRoot(resource.name, one);
  }
  return { table: name, changed: before !== stored() || configured !== schema.normalizers, discarded: false };
}

function withoutRoot(
  resource: string,
  { name, parent }: { readonly name: string; readonly parent: string },
): ConfigError {
  return new ConfigError(
    "E_CONFIG",
    `The nested table ${name} lies below ${parent}, which leads to no table of a resource.`,
    {
      hint: "Write hints of the table above it before it, also where they say nothing, and its whole name as parent_table_name.",
      context: { resource, table: name },
    },
  );
}

/** Normalized name of the table that a resource fills. */
export function rootTableName(schema: Schema, resource: Pick<SourceResource, "name" | "hints">): string {
  return tableName(schema, resource.hints.tableName ?? resource.name);
}
