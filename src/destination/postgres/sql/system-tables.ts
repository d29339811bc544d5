import { LOADS_TABLE, STATE_TABLE, VERSION_TABLE } from "../../../schema/system-tables.ts";
import { quoteTable } from "./identifier.ts";

/** Parameters: load id. */
export function loadExistsSql(dataset: string): string {
  return `SELECT 1::text FROM ${quoteTable(dataset, LOADS_TABLE)} WHERE "load_id" = $1 LIMIT 1`;
}

/** Parameters: pipeline name. Every state row, with or without its load row. */
export function stateRowIdsSql(dataset: string): string {
  return `SELECT "_dlt_id" FROM ${quoteTable(dataset, STATE_TABLE)} WHERE "pipeline_name" = $1 ORDER BY "_dlt_id"`;
}

/** Parameters: pipeline name. The newest load id of the pipeline's state rows. */
export function newestStateLoadIdSql(dataset: string): string {
  return (
    `SELECT "_dlt_load_id" FROM ${quoteTable(dataset, STATE_TABLE)} WHERE "pipeline_name" = $1 ` +
    `ORDER BY "_dlt_load_id" DESC LIMIT 1`
  );
}

/** Parameters: pipeline name. dlt: the state to go on from is that of the newest completed load. */
export function restoreStateSql(dataset: string): string {
  return `SELECT s."state" FROM ${quoteTable(dataset, STATE_TABLE)} AS s
JOIN ${quoteTable(dataset, LOADS_TABLE)} AS l ON l."load_id" = s."_dlt_load_id"
WHERE s."pipeline_name" = $1 AND l."status" = 0
ORDER BY l."load_id" DESC LIMIT 1`;
}

/** Parameters: schema names. The newest stored document of each. */
export function newestSchemasSql(dataset: string): string {
  return `SELECT DISTINCT ON ("schema_name") "schema_name", "schema" FROM ${quoteTable(dataset, VERSION_TABLE)}
WHERE "schema_name" = ANY ($1::text[])
ORDER BY "schema_name", "inserted_at" DESC`;
}

/** Parameters: version, engine version, pipeline name, state, created at, version hash, load id, row id. */
export function insertStateSql(dataset: string): string {
  return `INSERT INTO ${quoteTable(dataset, STATE_TABLE)} ("version", "engine_version", "pipeline_name", "state", "created_at", "version_hash", "_dlt_load_id", "_dlt_id")
VALUES ($1::bigint, $2::bigint, $3, $4, $5::timestamptz, $6, $7, $8)`;
}

/**
 * Parameters: version, engine version, inserted at, schema name, version hash, schema. Does nothing when the hash is
 * stored already (dlt looks at the hash alone). The newest row is found by time, so a clock that runs behind is moved on.
 */
/** `$1` is the name of the schema whose versions are forgotten. */
export function deleteVersionsSql(dataset: string): string {
  return `DELETE FROM ${quoteTable(dataset, VERSION_TABLE)} WHERE "schema_name" = $1`;
}

export function insertVersionSql(dataset: string): string {
  const table = quoteTable(dataset, VERSION_TABLE);
  return `INSERT INTO ${table} ("version", "engine_version", "inserted_at", "schema_name", "version_hash", "schema")
SELECT $1::bigint, $2::bigint, GREATEST($3::timestamptz, (SELECT max("inserted_at") + INTERVAL '1 microsecond' FROM ${table} WHERE "schema_name" = $4::varchar)), $4::varchar, $5::varchar, $6::varchar
WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE "version_hash" = $5::varchar)`;
}

/** Parameters: load id, schema name, inserted at, schema version hash. Status 0: complete. */
export function insertLoadSql(dataset: string): string {
  return `INSERT INTO ${quoteTable(dataset, LOADS_TABLE)} ("load_id", "schema_name", "status", "inserted_at", "schema_version_hash")
VALUES ($1, $2, 0, $3::timestamptz, $4)`;
}
