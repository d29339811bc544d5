import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import type { Source, WriteDisposition } from "../../../src/core/source.ts";

/** The hints of all resources as dlt shows them, for comparison with a recorded case. */
export function hintsInDltForm(source: Source): JsonObject {
  const out: Record<string, JsonObject> = {};
  for (const { name, selected, hints } of source.resources) {
    const columns: Record<string, JsonObject> = { ...hints.columns };
    const mark = (keys: readonly string[], hint: string) => {
      for (const key of keys) columns[key] = { ...(columns[key] ?? { name: key }), nullable: false, [hint]: true };
    };
    mark(hints.primaryKey, "primary_key");
    mark(hints.mergeKey, "merge_key");
    const { disposition, strategy } = hints.writeDisposition;
    if (strategy === "scd2") Object.assign(columns, versionColumns(hints.writeDisposition));
    out[name] = {
      table_name: hints.tableName ?? name,
      selected,
      max_table_nesting: hints.maxTableNesting ?? null,
      write_disposition: disposition,
      columns,
      ...(hints.schemaContract === undefined ? {} : { schema_contract: hints.schemaContract as JsonObject }),
      ...(strategy === undefined ? {} : { "x-merge-strategy": strategy }),
      ...(hints.maxTableNesting === undefined ? {} : { "x-normalizer": { max_nesting: hints.maxTableNesting } }),
      ...recorded(hints.extra ?? {}),
    };
  }
  return out;
}

/** The columns that dlt hints itself for scd2 without a row version of the data's. */
function versionColumns({
  validityColumns,
  activeRecordTimestamp = null,
}: WriteDisposition): Record<string, JsonObject> {
  const [from, to] = validityColumns ?? ["_dlt_valid_from", "_dlt_valid_to"];
  const moment = { data_type: "timestamp", nullable: true };
  return {
    [from]: { name: from, ...moment, "x-valid-from": true },
    [to]: { name: to, ...moment, "x-valid-to": true, "x-active-record-timestamp": activeRecordTimestamp },
    _dlt_id: { name: "_dlt_id", nullable: false, "x-row-version": true, unique: false, row_key: false },
  };
}

/** Other hints that the cases record. */
function recorded(extra: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(extra).filter(([key]) => ["references", "table_format"].includes(key)));
}
