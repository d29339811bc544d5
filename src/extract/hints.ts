import { definedModes } from "../config/contract-shape.ts";
import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { compilePath } from "../core/json-path.ts";
import type { NestedHints, ResourceHints, SchemaContract, TableHints, WriteDisposition } from "../core/source.ts";

type Written = PlannedResource["config"];

/** dlt's table hints of a planned resource. */
export function hintsOf(plan: PlannedResource): ResourceHints {
  const { config } = plan;
  const cursorColumn = plan.incremental === undefined ? undefined : compilePath(plan.incremental.cursor_path).simpleKey;
  const nested = Object.entries(config.nested_hints ?? {});
  return {
    ...tableHints(config),
    ...(config.table_name ? { tableName: config.table_name } : {}),
    writeDisposition: dispositionOf(config.write_disposition) ?? { disposition: "append" },
    ...(config.max_table_nesting === undefined || config.max_table_nesting === null
      ? {}
      : { maxTableNesting: config.max_table_nesting }),
    ...(cursorColumn === undefined ? {} : { cursorColumn }),
    ...(nested.length === 0
      ? {}
      : { nested: Object.fromEntries(nested.map(([table, own]) => [table, nestedHints(own)])) }),
  };
}

function nestedHints(written: NonNullable<Written["nested_hints"]>[string]): NestedHints {
  const { parent_table_name: parentTableName } = written;
  return { ...tableHints(written), ...(parentTableName ? { parentTableName } : {}) };
}

/** What may be said of any table. */
function tableHints(
  written: Pick<
    Written,
    | "write_disposition"
    | "primary_key"
    | "merge_key"
    | "columns"
    | "schema_contract"
    | "references"
    | "table_format"
    | "file_format"
  >,
): TableHints {
  const writeDisposition = dispositionOf(written.write_disposition);
  const extra = withoutNulls({
    // dlt: an empty list is none.
    references: written.references?.length ? written.references.map(withoutNulls) : undefined,
    table_format: written.table_format,
    file_format: written.file_format,
  });
  return {
    ...(writeDisposition === undefined ? {} : { writeDisposition }),
    primaryKey: names(written.primary_key),
    mergeKey: names(written.merge_key),
    columns: withoutEmptied(columnHints(written.columns), written),
    ...(written.schema_contract ? { schemaContract: contractOf(written.schema_contract) } : {}),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** dlt: a list names its columns; in a mapping the key is the name, and a `name` beside it is another one. */
function columnHints(written: Written["columns"]): ResourceHints["columns"] {
  if (written === null || written === undefined) return {};
  if (!Array.isArray(written)) return written;
  const columns: Record<string, JsonObject> = {};
  for (const column of written) if (typeof column.name === "string") columns[column.name] = column;
  return columns;
}

/** dlt: an empty key of the resource takes away the one that its columns name. */
function withoutEmptied(
  columns: ResourceHints["columns"],
  keys: Pick<Written, "primary_key" | "merge_key">,
): ResourceHints["columns"] {
  const emptied = (["primary_key", "merge_key"] as const).filter((key) => keys[key]?.length === 0);
  if (emptied.length === 0) return columns;
  const kept = (column: JsonObject) =>
    Object.fromEntries(Object.entries(column).filter(([hint]) => !emptied.some((key) => key === hint)));
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, kept(column)]));
}

function withoutNulls(written: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(written)) if (value !== undefined && value !== null) out[key] = value;
  return out;
}

function dispositionOf(written: Written["write_disposition"]): WriteDisposition | undefined {
  if (written === null || written === undefined) return undefined;
  if (typeof written === "string") return { disposition: written };
  const { disposition, strategy, deduplicated, skip_unchanged_rows: skip, row_version_column_name: version } = written;
  const { validity_column_names: validity, active_record_timestamp: active, boundary_timestamp: boundary } = written;
  return {
    disposition,
    ...(strategy ? { strategy } : {}),
    ...(deduplicated ? { deduplicated } : {}),
    ...(skip ? { skipUnchangedRows: true } : {}),
    ...(version ? { rowVersionColumn: version } : {}),
    ...(validity ? { validityColumns: validity } : {}),
    ...(active === undefined ? {} : { activeRecordTimestamp: active }),
    ...(boundary === undefined ? {} : { boundaryTimestamp: boundary }),
  };
}

function contractOf(written: NonNullable<Written["schema_contract"]>): SchemaContract {
  return typeof written === "string" ? written : definedModes(written);
}

function names(keys: string | readonly string[] | null | undefined): readonly string[] {
  if (keys === null || keys === undefined || keys === "") return [];
  return typeof keys === "string" ? [keys] : keys;
}
