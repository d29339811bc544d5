/**
 * One row about server and role; `$1` is the dataset: version, user, encrypted, time, read-only, dataset exists, may
 * create schemas, may create in the dataset, may create temporary tables.
 */
export function serverFactsSql(): string {
  return `SELECT current_setting('server_version'), current_user,
  coalesce((SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()), false),
  extract(epoch FROM clock_timestamp()),
  pg_is_in_recovery() OR (SELECT reset_val = 'on' FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'),
  n.oid IS NOT NULL,
  has_database_privilege(current_database(), 'CREATE'),
  coalesce(has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'), false),
  has_database_privilege(current_database(), 'TEMPORARY')
FROM (SELECT $1::text AS name) AS wanted
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.name`;
}

/** Tables of the dataset `$1` that the role may not write (`rows`) or change (`owner`). */
export function missingRightsSql(): string {
  return `SELECT c.relname,
  CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') OR NOT has_table_privilege(c.oid, 'INSERT')
         OR NOT has_table_privilege(c.oid, 'UPDATE') OR NOT has_table_privilege(c.oid, 'DELETE')
       THEN 'rows' ELSE 'owner' END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND (
  NOT has_table_privilege(c.oid, 'SELECT') OR NOT has_table_privilege(c.oid, 'INSERT')
  OR NOT has_table_privilege(c.oid, 'UPDATE') OR NOT has_table_privilege(c.oid, 'DELETE')
  OR NOT pg_has_role(c.relowner, 'USAGE'))
ORDER BY c.relname LIMIT 20`;
}
