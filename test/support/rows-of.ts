import type { TestDatabase } from "./postgres.ts";

/** Rows of each table of a dataset, dlt's own tables left out. */
export async function rowsOf(database: TestDatabase, dataset: string): Promise<Record<string, number>> {
  const tables = await database.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = '${dataset}'::regnamespace AND relkind = 'r' AND relname NOT LIKE '\\_dlt%' ORDER BY relname COLLATE "C"`,
  );
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const [count] = await database.query(`SELECT count(*) AS n FROM ${dataset}."${name}"`);
    rows[String(name)] = Number(count?.n);
  }
  return rows;
}
