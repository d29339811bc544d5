/** A column that `on-big-integer: numeric` made is one that dlt reads, and goes on writing to. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pipeline, postgres, restApi } from "../../src/index.ts";
import { jsonApi } from "../cli/support.ts";
import { runDlt, skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";

test("Sluice keeps integers beyond 64 bits as wei; dlt adds rows to that table, then Sluice again", {
  skip: skipWithoutDlt(),
}, async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {});
  const folder = await mkdtemp(join(tmpdir(), "sluice-big-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = {
    client: { base_url: api.url, paginator: "single_page" as const },
    resources: [{ name: "t", write_disposition: "append" as const }],
  };
  const file = join(folder, "p.json");
  await writeFile(file, JSON.stringify({ pipeline: "p", source: { name: "s", ...config } }));
  const sluice = () =>
    pipeline({
      name: "p",
      dataset: "d",
      destination: postgres(database.url),
      workingDirectory: join(folder, "work"),
      data: { onBigInteger: "numeric" },
    }).run(restApi({ name: "s", config }));
  api.answers["/t"] = '[{"id":1,"n":7},{"id":2,"n":123456789012345678901234567890,"big":18446744073709551615}]';
  await sluice();
  api.answers["/t"] = '[{"id":3,"n":8,"big":9}]';
  const { schema_version_hash: hash } = await runDlt(file, database.url, "d", folder);
  const [stored] = await database.query("SELECT version_hash FROM d._dlt_version ORDER BY inserted_at DESC LIMIT 1");
  assert.equal(hash, stored?.version_hash, "dlt has the schema that Sluice stored, and changed nothing");
  api.answers["/t"] = '[{"id":4,"n":-9223372036854775809,"big":10}]';
  await sluice();
  const rows = await database.query(
    "SELECT id, n, trim_scale(n__v_wei)::text AS wei, trim_scale(big)::text AS big FROM d.t ORDER BY id",
  );
  assert.deepEqual(rows, [
    { id: "1", n: "7", wei: null, big: null },
    { id: "2", n: null, wei: "123456789012345678901234567890", big: "18446744073709551615" },
    { id: "3", n: "8", wei: null, big: "9" },
    { id: "4", n: null, wei: "-9223372036854775809", big: "10" },
  ]);
});
