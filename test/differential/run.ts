/**
 * Runs one pipeline file through Python dlt and through Sluice into two datasets and prints what differs: tables,
 * columns, types, constraints, rows (ids and load ids by what they stand for), system tables and state. Nothing printed
 * but the last line means equal; exit 1 otherwise.
 *
 *   npm run differential -- --source FILE [--runs N]
 *
 * The database is `DATABASE_URL`, else the embedded one of the tests.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";
import { compareDatasets, readDataset } from "./dataset.ts";
import { runWriter } from "./handover.ts";

const { values } = parseArgs({ options: { source: { type: "string" }, runs: { type: "string", default: "1" } } });
process.exitCode = await main(values.source, Number(values.runs));

async function main(source: string | undefined, runs: number): Promise<number> {
  if (source === undefined || !Number.isInteger(runs) || runs < 1) {
    console.error("usage: npm run differential -- --source FILE [--runs N]");
    return 2;
  }
  if (findDlt() === undefined) {
    skipWithoutDlt();
    return 2;
  }
  const document = { pipeline: "differential", ...(parse(await readFile(source, "utf8")) as Record<string, unknown>) };
  const folder = await mkdtemp(join(tmpdir(), "sluice-differential-"));
  const ends: (() => Promise<void>)[] = [];
  try {
    const { url } = await testDatabase({ after: (end) => ends.push(end) });
    for (let run = 0; run < runs; run++) {
      await runWriter("dlt", document, url, "by_dlt", folder);
      await runWriter("sluice", document, url, "by_sluice", folder);
    }
    const ours = await readDataset(url, "by_sluice");
    const lines = compareDatasets(ours, await readDataset(url, "by_dlt"));
    for (const line of lines) console.log(line);
    const rows = [...ours.tables.values()].reduce((sum, table) => sum + table.rows.length, 0);
    console.log(`differential: ${lines.length} differences, ${ours.tables.size} tables, ${rows} rows`);
    return lines.length === 0 ? 0 : 1;
  } finally {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  }
}
