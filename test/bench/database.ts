import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../../src/destination/postgres/embedded/start.ts";

/** The server that all engines load into. */
export interface BenchDatabase {
  readonly url: string;
  /** `18.4`. */
  readonly version: string;
  /** Process id of the server; null when it is not on this machine or not known. */
  readonly postmaster: number | null;
  stop(): Promise<void>;
}

/**
 * `DATABASE_URL`, with `PG_PID_FILE` (its `postmaster.pid`) for the server's CPU time; else an embedded server of its own
 * with PostgreSQL's default settings, gone after `stop`. Not the server of the tests: that one does not write through.
 */
export async function openDatabase(folder: string): Promise<BenchDatabase> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== "") {
    const file = process.env.PG_PID_FILE;
    const postmaster = file === undefined || file === "" ? null : readPid(file);
    return { url: given, version: await versionOf(given), postmaster, stop: async () => {} };
  }
  const server = await startEmbeddedPostgres({ folder });
  const url = server.connectionString;
  const postmaster = readPid(join(folder, "postgres", "data", "postmaster.pid"));
  return { url, version: await versionOf(url), postmaster, stop: () => server.stop() };
}

/** Drops datasets of the bench, with dlt's staging datasets. */
export async function dropDatasets(url: string, datasets: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const name of datasets.flatMap((dataset) => [dataset, `${dataset}_staging`]))
      await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(name)} CASCADE`);
  });
}

/** Writes what is still to be written, so that no run pays for the one before; not every role may. */
export async function checkpoint(url: string): Promise<void> {
  await withClient(url, (client) => client.query("CHECKPOINT").catch(() => {}));
}

/** Rows of each table of a dataset, system tables left out. */
export async function countRows(url: string, dataset: string): Promise<Record<string, number>> {
  return withClient(url, async (client) => {
    const counts: Record<string, number> = {};
    for (const table of await dataTables(client, dataset)) {
      const from = `${client.escapeIdentifier(dataset)}.${client.escapeIdentifier(table)}`;
      const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${from}`);
      counts[table] = Number(rows[0]?.count);
    }
    return counts;
  });
}

export async function dataTables(client: pg.Client, dataset: string): Promise<string[]> {
  const { rows } = await client.query<{ table_name: string }>(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_name NOT LIKE '\\_dlt\\_%' ORDER BY 1",
    [dataset],
  );
  return rows.map((row) => row.table_name);
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function versionOf(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    return (rows[0]?.server_version ?? "").split(" ")[0] ?? "";
  });
}

function readPid(file: string): number | null {
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  return Number.isInteger(pid) ? pid : null;
}
