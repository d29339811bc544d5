import type { Column, Schema, Table } from "./table.ts";

export const VERSION_TABLE = "_dlt_version";
export const LOADS_TABLE = "_dlt_loads";
export const STATE_TABLE = "_dlt_pipeline_state";

/** Prefix of all names that belong to the reference; tables and columns with it are no data of the user. */
export const SYSTEM_PREFIX = "_dlt";

/**
 * The three tables that carry state and schema, as dlt 1.31 defines them. Names, order and description texts are part
 * of the schema hash. dlt: golden system.json `definitions`.
 */
export function versionTable(): Table {
  return systemTable(VERSION_TABLE, "skip", "Created by DLT. Tracks schema updates", [
    column("version", "bigint", false, "Numeric version of the schema, incremented on each schema change"),
    column("engine_version", "bigint", false, "Version of the dlt schema engine that created this schema"),
    column("inserted_at", "timestamp", false, "Timestamp when this schema version was stored"),
    column("schema_name", "text", false, "Name of the schema"),
    column("version_hash", "text", false, "Unique hash of the schema content, used to detect changes"),
    column("schema", "text", false, "JSON representation of the complete schema definition"),
  ]);
}

export function loadsTable(): Table {
  return systemTable(LOADS_TABLE, "skip", "Created by DLT. Tracks completed loads", [
    { ...column("load_id", "text", false, "Unique identifier of the load operation"), precision: 64 },
    column("schema_name", "text", true, "Name of the schema associated with this load"),
    column("status", "bigint", false, "Status of the load operation (0 = success)"),
    column("inserted_at", "timestamp", false, "Timestamp when the load was completed"),
    column("schema_version_hash", "text", true, "Hash of the schema version used during this load"),
  ]);
}

/**
 * The state table as it stands after a load that carried a state. With `extracted` as dlt has it between extract and
 * normalize: without `_dlt_id`, and without the mark of data.
 */
export function pipelineStateTable(extracted = false): Table {
  // dlt: the table comes from a resource, which has no description.
  const table = systemTable(STATE_TABLE, "append", undefined, [
    column("version", "bigint", false, "Numeric version of the pipeline state"),
    column("engine_version", "bigint", false, "Version of the dlt state engine"),
    column("pipeline_name", "text", false, "Name of the pipeline this state belongs to"),
    column("state", "text", false, "Compressed JSON representation of the pipeline state"),
    column("created_at", "timestamp", false, "Timestamp when this state was created"),
    column("version_hash", "text", true, "Hash of the state content, used to detect changes"),
    {
      ...column("_dlt_load_id", "text", false, "Load identifier linking this row to its load operation"),
      precision: 64,
    },
  ]);
  // dlt leaves the state file in the destination's preferred format; the hint stays in the stored schema.
  table.extra.file_format = "preferred";
  if (!extracted) {
    // dlt: this column is inferred during normalize, hence it has neither description nor precision.
    table.columns.set("_dlt_id", {
      name: "_dlt_id",
      dataType: "text",
      nullable: false,
      unique: true,
      rowKey: true,
      extra: {},
    });
    table.seenData = true;
  }
  return table;
}

/**
 * Makes sure that the schema has the state table in its final form; call it when a package carries a state row. A
 * table that a newer or older dlt made is only marked as having seen data.
 */
export function ensurePipelineStateTable(schema: Schema): void {
  const found = schema.tables.get(STATE_TABLE);
  if (found === undefined) {
    schema.tables.set(STATE_TABLE, pipelineStateTable());
    return;
  }
  for (const wanted of pipelineStateTable().columns.values()) {
    if (!found.columns.has(wanted.name)) found.columns.set(wanted.name, wanted);
  }
  found.seenData = true;
}

function systemTable(
  name: string,
  writeDisposition: "skip" | "append",
  description: string | undefined,
  columns: readonly Column[],
): Table {
  return {
    name,
    columns: new Map(columns.map((one) => [one.name, one])),
    writeDisposition,
    resource: name,
    ...(description === undefined ? {} : { description }),
    extra: {},
  };
}

function column(
  name: string,
  dataType: "bigint" | "text" | "timestamp",
  nullable: boolean,
  description: string,
): Column {
  return { name, dataType, nullable, description, extra: {} };
}
