import { definedModes } from "../config/contract-shape.ts";
import type { PlannedResource } from "../config/rest-api/plan.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { compilePath } from "../core/json-path.ts";
import type { ResourceHints, SchemaContract, WriteDisposition } from "../core/source.ts";

/** dlt's table hints of a planned resource. */
export function hintsOf(plan: PlannedResource): ResourceHints {
  const { config } = plan;
  const cursorColumn = plan.incremental === undefined ? undefined : compilePath(plan.incremental.cursor_path).simpleKey;
  const extra = extraHints(plan);
  return {
    ...(config.table_name ? { tableName: config.table_name } : {}),
    writeDisposition: dispositionOf(config.write_disposition),
    primaryKey: names(config.primary_key),
    mergeKey: names(config.merge_key),
    columns: columnHints(config.columns),
    ...(config.max_table_nesting === undefined || config.max_table_nesting === null
      ? {}
      : { maxTableNesting: config.max_table_nesting }),
    ...(config.schema_contract ? { schemaContract: contractOf(config.schema_contract) } : {}),
    ...(cursorColumn === undefined ? {} : { cursorColumn }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** dlt: a list names its columns; in a mapping the key is the name, and a `name` beside it is another one. */
function columnHints(written: PlannedResource["config"]["columns"]): ResourceHints["columns"] {
  if (written === null || written === undefined) return {};
  if (!Array.isArray(written)) return written;
  const columns: Record<string, JsonObject> = {};
  for (const column of written) if (typeof column.name === "string") columns[column.name] = column;
  return columns;
}

/** Hints that only pass through, by their wire names. */
function extraHints({ config }: PlannedResource): JsonObject {
  return withoutNulls({
    references: config.references?.map(withoutNulls),
    table_format: config.table_format,
    file_format: config.file_format,
    parent: config.parent_table_name,
    nested_hints: nestedHints(config.nested_hints),
  });
}

function nestedHints(written: PlannedResource["config"]["nested_hints"]): JsonObject | undefined {
  if (written === null || written === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(written).map(([table, hints]) => {
      const { references, write_disposition: disposition, schema_contract: contract, ...rest } = hints;
      return [
        table,
        withoutNulls({
          ...rest,
          write_disposition:
            typeof disposition === "object" && disposition !== null ? withoutNulls(disposition) : disposition,
          schema_contract: typeof contract === "object" && contract !== null ? withoutNulls(contract) : contract,
          references: references?.map(withoutNulls),
        }),
      ];
    }),
  );
}

function withoutNulls(written: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(written)) if (value !== undefined && value !== null) out[key] = value;
  return out;
}

function dispositionOf(written: PlannedResource["config"]["write_disposition"]): WriteDisposition {
  if (written === null || written === undefined) return { disposition: "append" };
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

function contractOf(written: NonNullable<PlannedResource["config"]["schema_contract"]>): SchemaContract {
  return typeof written === "string" ? written : definedModes(written);
}

function names(keys: string | readonly string[] | null | undefined): readonly string[] {
  if (keys === null || keys === undefined || keys === "") return [];
  return typeof keys === "string" ? [keys] : keys;
}
