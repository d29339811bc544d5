import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import copyStreams from "pg-copy-streams";
import type { Secret } from "../../core/secret.ts";
import { pathName } from "../../load/path-name.ts";
import { exportedTablesSql, exportTableSql, tableDdl } from "./sql/export.ts";
import { quoteIdent } from "./sql/identifier.ts";

export interface ExportedDataset {
  /** `schema.sql` and one CSV file a table, `_dlt_*` tables included. */
  readonly folder: string;
  readonly tables: number;
}

/**
 * Writes a dataset as files: `schema.sql` creates schema and tables, `<table>.csv` has their rows (header, null is an
 * empty field, an empty text is `""`). So the rows of an embedded database outlive the machine it ran on.
 */
export async function exportDataset(connection: Secret, dataset: string, folder: string): Promise<ExportedDataset> {
  const client = new pg.Client({ connectionString: connection.reveal() });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("SET TimeZone = 'UTC'");
    const { rows } = await client.query<{ name: string; columns: { name: string; definition: string }[] }>(
      exportedTablesSql(),
      [dataset],
    );
    await mkdir(folder, { recursive: true });
    const ddl = [`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(dataset)};`];
    for (const { name, columns } of rows) {
      ddl.push(tableDdl(dataset, name, columns));
      const file = join(folder, `${pathName(name)}.csv`);
      await pipeline(client.query(copyStreams.to(exportTableSql(dataset, name))), createWriteStream(file));
    }
    await writeFile(join(folder, "schema.sql"), `${ddl.join("\n\n")}\n`);
    return { folder, tables: rows.length };
  } finally {
    await client.end();
  }
}
