/** What a file of differential tests over documents needs: an API, a database and a folder, for all of its tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { type DocumentsApi, startDocumentsApi } from "../support/documents-api.ts";
import { testDatabase } from "../support/postgres.ts";

export interface DocumentsBench {
  readonly api: DocumentsApi;
  readonly url: string;
  readonly folder: string;
}

/** Made before the first test and taken away after the last; empty where Python dlt is missing and the tests are skipped. */
export function documentsBench(): DocumentsBench {
  const bench = {} as { -readonly [K in keyof DocumentsBench]: DocumentsBench[K] };
  const ends: (() => Promise<unknown>)[] = [];
  if (skipWithoutDlt() !== false) return bench;
  before(async () => {
    bench.api = await startDocumentsApi();
    ends.push(() => bench.api.close());
    bench.url = (await testDatabase({ after: (end) => ends.push(end) })).url;
    bench.folder = await mkdtemp(join(tmpdir(), "sluice-documents-"));
    ends.push(() => rm(bench.folder, { recursive: true, force: true }));
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return bench;
}
