import type { Grants } from "./grants.ts";
import type { Session } from "./session.ts";
import { COLUMNS_SQL, REGCLASS_SQL, regclassName, SCHEMA_EXISTS_SQL } from "./sql/catalog.ts";
import { storedName } from "./sql/identifier.ts";

/** What really stands in the database, of the tables that were asked for. */
export type Catalog = ReadonlyMap<string, CatalogTable>;

export interface CatalogTable {
  /** False for a view, a materialized view or a foreign table of that name. */
  readonly isTable: boolean;
  /** The planner's estimate; -1 when the table was never analyzed. */
  readonly estimatedRows: number;
  readonly columns: ReadonlyMap<string, CatalogColumn>;
}

export interface CatalogColumn {
  /** As `format_type` prints it. */
  readonly type: string;
  readonly notNull: boolean;
}

export async function schemaExists(session: Session, dataset: string): Promise<boolean> {
  return (await session.query({ doing: "look for the dataset" }, SCHEMA_EXISTS_SQL, [storedName(dataset)])).length > 0;
}

/** Never fails for what is not there, unlike a SELECT, which would abort the transaction. */
export async function tableExists(session: Session, dataset: string, table: string, grants: Grants): Promise<boolean> {
  const purpose = { doing: `look for table ${table}`, table, grant: grants.createInSchema(dataset) };
  const [row] = await session.query(purpose, REGCLASS_SQL, [regclassName(dataset, table)]);
  return row?.[0] === "true";
}

/** Reads the columns of some tables, in one query. Tables that are not there are not in the result. */
export async function readCatalog(session: Session, dataset: string, tables: readonly string[]): Promise<Catalog> {
  const rows = await session.query({ doing: "read the columns of the tables" }, COLUMNS_SQL, [
    storedName(dataset),
    tables.map(storedName),
  ]);
  const found = new StoredNames<{ isTable: boolean; estimatedRows: number; columns: Map<string, CatalogColumn> }>();
  for (const [table, kind, column, type, notNull, estimate] of rows) {
    if (table === null || table === undefined) continue;
    let entry = found.get(table);
    if (entry === undefined) {
      entry = {
        isTable: kind === "r" || kind === "p",
        estimatedRows: Number(estimate ?? -1),
        columns: new StoredNames(),
      };
      found.set(table, entry);
    }
    if (column !== null && column !== undefined) {
      entry.columns.set(column, { type: type ?? "", notNull: notNull === "true" });
    }
  }
  return found;
}

/** A catalog less some of its tables. */
export function without(catalog: Catalog, tables: readonly string[]): Catalog {
  const rest = new StoredNames<CatalogTable>(catalog);
  for (const name of tables) rest.delete(name);
  return rest;
}

/** What is called by a name is found by it also where the server has cut it. */
class StoredNames<T> extends Map<string, T> {
  override get(name: string): T | undefined {
    return super.get(storedName(name));
  }

  override has(name: string): boolean {
    return super.has(storedName(name));
  }

  override delete(name: string): boolean {
    return super.delete(storedName(name));
  }
}
