import { quoteIdent, quoteTable } from "./sql/identifier.ts";

/** The statement that gives a role what it lacks. Names come from the connection and the dataset. */
export interface Grants {
  createSchema(): string;
  createInSchema(dataset: string): string;
  temporary(): string;
  rows(dataset: string, ...tables: readonly string[]): string;
  truncate(dataset: string, table: string): string;
  ownership(dataset: string, table: string): string;
}

export function createGrants(database: string, user: string): Grants {
  const to = quoteIdent(user);
  return {
    createSchema: () => `GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${to}`,
    createInSchema: (dataset) => `GRANT USAGE, CREATE ON SCHEMA ${quoteIdent(dataset)} TO ${to}`,
    temporary: () => `GRANT TEMPORARY ON DATABASE ${quoteIdent(database)} TO ${to}`,
    rows: (dataset, ...tables) => {
      const list = tables.map((table) => quoteTable(dataset, table)).join(", ");
      return `GRANT SELECT, INSERT, UPDATE, DELETE ON ${list} TO ${to}`;
    },
    truncate: (dataset, table) => `GRANT TRUNCATE ON ${quoteTable(dataset, table)} TO ${to}`,
    ownership: (dataset, table) => `ALTER TABLE ${quoteTable(dataset, table)} OWNER TO ${to}`,
  };
}
