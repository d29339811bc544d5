/** The three tables that the load tests use: root `t(id, k, x)` with lists two levels deep, laid out as dlt does. */
import type { Schema, Table } from "../../src/schema/table.ts";
import { column, type Rows, schemaOf, table } from "./package-builder.ts";

export const TABLES = ["t", "t__l", "t__l__m"] as const;

export type Disposition = "append" | "replace" | "merge";

export interface ChainOptions {
  /** Properties of the root table. */
  readonly root?: Partial<Table>;
  /** Text columns more in the root table. */
  readonly extra?: readonly string[];
  /** Keys of the root table; default: primary key `id` under merge. */
  readonly primaryKey?: readonly string[];
  readonly mergeKey?: readonly string[];
  /** Hints by column. */
  readonly hints?: Readonly<Record<string, Parameters<typeof column>[2]>>;
}

export function chainSchema(disposition: Disposition, options: ChainOptions = {}): Schema {
  const primaryKey = options.primaryKey ?? (disposition === "merge" ? ["id"] : []);
  const rootId = disposition === "merge" ? [column("_dlt_root_id", "text")] : [];
  const nested = [column("_dlt_parent_id", "text"), column("_dlt_list_idx", "bigint"), column("_dlt_id", "text")];
  const keyed = (name: string, type: "bigint" | "text") => {
    const isPrimary = primaryKey.includes(name);
    const isMerge = options.mergeKey?.includes(name) === true;
    return column(name, type, {
      ...(isPrimary ? { primaryKey: true } : {}),
      ...(isMerge ? { mergeKey: true } : {}),
      ...(isPrimary || isMerge ? { nullable: false } : {}),
      ...options.hints?.[name],
    });
  };
  return schemaOf(
    table(
      "t",
      [
        keyed("id", "bigint"),
        keyed("k", "text"),
        keyed("x", "bigint"),
        ...(options.extra ?? []).map((name) => column(name, "text", options.hints?.[name])),
        column("_dlt_load_id", "text"),
        column("_dlt_id", "text"),
      ],
      { writeDisposition: disposition, resource: "t", ...options.root },
    ),
    table("t__l", [column("v", "bigint"), ...rootId, ...nested], { parent: "t" }),
    table("t__l__m", [column("value", "bigint"), ...rootId, ...nested], { parent: "t__l" }),
  );
}

/** One root row `(id, k, x)` with one nested row in each level, whose value is x. Row ids follow from `tag`. */
export function chainRow(
  schema: Schema,
  load: string,
  tag: string,
  values: readonly [id: number, k: string, x: number | null, ...extra: (string | null)[]],
): Record<string, Rows> {
  const root = schema.tables.get("t__l")?.columns.has("_dlt_root_id") ? [`${tag}r`] : [];
  const value = values[2];
  return {
    t: [[...values, load, `${tag}r`]],
    t__l: [[value, ...root, `${tag}r`, 0, `${tag}l`]],
    t__l__m: [[value, ...root, `${tag}l`, 0, `${tag}m`]],
  };
}

export function chainRows(...parts: Record<string, Rows>[]): Record<string, Rows> {
  return Object.fromEntries(TABLES.map((name) => [name, parts.flatMap((part) => part[name] ?? [])]));
}
