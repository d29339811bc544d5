import { z } from "zod";
import { contractShape } from "../contract-shape.ts";
import { COLUMN_TYPES } from "./column-types.ts";
import { jsonValue } from "./values.ts";

const names = z.union([z.string(), z.array(z.string())]);
const mapping = z.record(z.string(), jsonValue);
const disposition = z.enum(["append", "replace", "merge", "skip"]);

/** Free keys, as in dlt; an editor offers those that have an effect. */
const columnHints = mapping.meta({ properties: hintKeys() });

const columnsShape = z
  .union([z.record(z.string(), columnHints), z.array(columnHints)])
  .nullish()
  .describe("Hints by column: data_type, nullable, ... as in dlt.");

function hintKeys(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const flag = (description: string) => ({ type: ["boolean", "null"], description });
  const size = (description: string) => ({ type: ["integer", "null"], minimum: 0, description });
  return {
    name: { type: "string", description: "Name of the column, in a list of hints." },
    data_type: { anyOf: [{ enum: COLUMN_TYPES }, { type: "null" }], description: "Type of the column." },
    nullable: flag("`false`: NOT NULL."),
    precision: size("Digits of a decimal, characters of a text, bits of a bigint, digits of the seconds of a time."),
    scale: size("Digits of a decimal behind the point."),
    timezone: flag("`false`: a timestamp without time zone, in UTC."),
    unique: flag("UNIQUE."),
    primary_key: flag("Part of the key of a merge."),
    merge_key: flag("Part of the merge key."),
    hard_delete: flag("A value here, or `true`, deletes the row of the record's key."),
    dedup_sort: {
      anyOf: [{ enum: ["asc", "desc"] }, { type: "null" }],
      description: "Which of several records of one key stays: the first in this order.",
    },
    description: { type: ["string", "null"], description: "Kept in the schema." },
  };
}

const columnNames = z.array(z.string().min(1)).min(1);

const referencesShape = z
  .array(
    z.strictObject({
      referenced_table: z.string().min(1).describe("The other table."),
      columns: columnNames.describe("Columns of this table."),
      referenced_columns: columnNames.describe("Those of the other table that they name, in the same order."),
      table: z.string().nullish().describe("This table; it need not be named."),
      label: z.string().nullish().describe("What the reference means, for people."),
      cardinality: z
        .enum([
          "zero_to_one",
          "one_to_zero",
          "zero_to_many",
          "many_to_zero",
          "one_to_many",
          "many_to_one",
          "one_to_one",
          "many_to_many",
        ])
        .nullish()
        .describe("How many rows of this table go with how many of the other one."),
    }),
  )
  .nullish()
  .describe("Rows of other tables that columns name; kept in the schema, no constraint is made.");

/** What may be said of any table, also of a nested one. */
const hintsOfAnyTable = {
  primary_key: names.nullish().describe("Column or columns that tell rows apart."),
  merge_key: names.nullish().describe("Column or columns whose rows merge replaces together."),
  write_disposition: z
    .union([
      disposition,
      z.strictObject({
        disposition: disposition.describe("The word that stands alone where nothing else is said."),
        strategy: z
          .enum(["delete-insert", "upsert", "scd2", "insert-only"])
          .nullish()
          .describe("How merge changes the table; `delete-insert` when absent."),
        deduplicated: z.boolean().nullish().describe("delete-insert: no key comes twice, so nothing is looked for."),
        skip_unchanged_rows: z.boolean().nullish().describe("upsert: rows that are as received are not written again."),
        row_version_column_name: z
          .string()
          .nullish()
          .describe(
            "scd2: column that changes with the record, instead of a hash of it; upsert: with skip_unchanged_rows.",
          ),
        validity_column_names: z
          .tuple([z.string(), z.string()])
          .nullish()
          .describe("scd2: names for `_dlt_valid_from` and `_dlt_valid_to`."),
        active_record_timestamp: z
          .string()
          .nullish()
          .describe("scd2: what stands in the second of them while a version holds; null when absent."),
        boundary_timestamp: z
          .string()
          .nullish()
          .describe(
            "scd2: when the versions of this load begin and the old ones end; the moment of the load when absent.",
          ),
      }),
    ])
    .nullish()
    .describe("What a load does with the rows that are there: docs/write-dispositions.md."),
  columns: columnsShape,
  schema_contract: contractShape.nullish().describe("What happens when data brings new tables, columns or types."),
  parent_table_name: z
    .string()
    .nullish()
    .describe("Of nested tables: the table above it, when that is not the resource's."),
  table_format: z
    .enum(["iceberg", "delta", "hive", "native"])
    .nullish()
    .describe("A hint of dlt that is kept in the schema."),
  file_format: z
    .enum(["preferred", "jsonl", "typed-jsonl", "insert_values", "parquet", "csv", "reference", "model"])
    .nullish()
    .describe("A hint of dlt that is kept in the schema."),
  references: referencesShape,
};

/** What a resource says of its tables, as in dlt. */
export const tableHints = {
  ...hintsOfAnyTable,
  table_name: z.string().nullish().describe("The resource's name when absent."),
  nested_hints: z
    .record(z.string(), z.strictObject(hintsOfAnyTable))
    .nullish()
    .describe("Hints of nested tables by the key of their list, which is one part of the name: docs/schema.md."),
};
