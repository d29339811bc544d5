/**
 * The floor under every load: rows that an engine has loaded, pushed into fresh tables of the same shape by COPY in text
 * form, table after table, the unique index on the row id in place. No engine can be faster without doing less.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { to } from "pg-copy-streams";
import type { CopyFile } from "./copy-in.ts";
import { dataTables, dropDatasets, withClient } from "./database.ts";
import type { Command } from "./measure.ts";

export const FLOOR_DATASET = "bench_floor";

export interface Floor {
  /** `psql` where there is one, else `pg-copy-streams`. */
  readonly via: string;
  /** Fresh, empty tables, and the command that fills them. */
  prepare(): Promise<Command>;
}

/** Writes the rows of a dataset to files below `folder`, which may be loaded again and again. */
export async function dumpDataset(url: string, dataset: string, folder: string): Promise<Floor> {
  await mkdir(folder, { recursive: true });
  const dumped = await withClient(url, async (client) => {
    const files: (CopyFile & { readonly table: string })[] = [];
    for (const table of await dataTables(client, dataset)) {
      // Columns are named: another load may have made them in another order.
      const { rows } = await client.query<{ columns: string }>(
        `SELECT string_agg(format('%I', column_name), ', ' ORDER BY ordinal_position) AS columns
         FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2`,
        [dataset, table],
      );
      const columns = rows[0]?.columns ?? "";
      const quoted = client.escapeIdentifier(table);
      const file = join(folder, `${files.length}.txt`);
      const source = `${client.escapeIdentifier(dataset)}.${quoted}`;
      await pipeline(client.query(to(`COPY ${source} (${columns}) TO STDOUT`)), createWriteStream(file));
      files.push({ table, file, into: `${FLOOR_DATASET}.${quoted} (${columns})` });
    }
    return files;
  });
  // The loaded tables may be gone when the next round begins: their shape is kept in empty ones.
  const shapes = `${FLOOR_DATASET}_shapes`;
  await makeTables(url, dumped, dataset, shapes);
  const psql = spawnSync("psql", ["--version"], { stdio: "ignore" }).status === 0;
  return {
    via: psql ? "psql" : "pg-copy-streams",
    async prepare() {
      await makeTables(url, dumped, shapes, FLOOR_DATASET);
      return psql ? psqlCommand(dumped, url, folder) : nodeCommand(dumped, url, folder);
    },
  };
}

/** Names of the datasets that the floor makes. */
export const FLOOR_DATASETS: readonly string[] = [FLOOR_DATASET, `${FLOOR_DATASET}_shapes`];

async function makeTables(url: string, tables: readonly { table: string }[], like: string, into: string) {
  await dropDatasets(url, [into]);
  await withClient(url, async (client) => {
    await client.query(`CREATE SCHEMA ${into}`);
    for (const { table } of tables) {
      const name = client.escapeIdentifier(table);
      await client.query(`CREATE TABLE ${into}.${name} (LIKE ${client.escapeIdentifier(like)}.${name} INCLUDING ALL)`);
    }
  });
}

function psqlCommand(files: readonly CopyFile[], url: string, folder: string): Command {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = "";
  const copies = files.flatMap(({ into, file }) => ["-c", `\\copy ${into} FROM '${file}'`]);
  return {
    program: "psql",
    args: [address.href, "-X", "-q", "-v", "ON_ERROR_STOP=1", ...copies],
    cwd: folder,
    environment: { PGPASSWORD: password },
  };
}

async function nodeCommand(files: readonly CopyFile[], url: string, folder: string): Promise<Command> {
  const listing = join(folder, "files.json");
  await writeFile(listing, JSON.stringify(files));
  const program = join(import.meta.dirname, "copy-in.ts");
  return { program: process.execPath, args: [program, listing], cwd: folder, environment: { DSN: url } };
}
