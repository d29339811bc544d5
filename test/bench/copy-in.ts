/**
 * The floor of a load where there is no `psql`: copies files in COPY text form into tables, one after another.
 *
 *   DSN=postgresql://... node copy-in.ts LISTING
 *
 * LISTING is a JSON file: `[{ "into": "\"schema\".\"table\" (\"column\", ...)", "file": "/path" }]`.
 */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";
import { withClient } from "./database.ts";

export interface CopyFile {
  /** Quoted table with its columns. */
  readonly into: string;
  readonly file: string;
}

if (import.meta.main) {
  const files = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as CopyFile[];
  await withClient(process.env.DSN ?? "", async (client) => {
    const start = performance.now();
    for (const { into, file } of files)
      await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), client.query(from(`COPY ${into} FROM STDIN`)));
    console.log(JSON.stringify({ wall_s: (performance.now() - start) / 1000 }));
  });
}
