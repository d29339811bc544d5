/**
 * Fault matrix row 29, the overlap: Python dlt runs the same pipeline while a load of ours is in the middle of its COPY
 * and commits its state first. Ours must not commit on top of it.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { installFaultHandler } from "../../src/core/fault-point.ts";
import { pipeline, postgres, type RestApiConfig, restApi, SluiceError } from "../../src/index.ts";
import { folder, jsonApi } from "../cli/support.ts";
import { runDlt, skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";

const skip = skipWithoutDlt();

for (const disposition of ["append", "merge"] as const) {
  test(`29: dlt commits its state while ours copies (${disposition}): extracted again once, then E_STATE_MOVED with exit 6`, {
    skip,
  }, async (t) => {
    const database = await testDatabase(t);
    let newest = 3;
    const api = await jsonApi(t, {
      "/orders": (request, response) => {
        const since = Number(new URL(request.url ?? "", "http://x").searchParams.get("since"));
        const ids = Array.from({ length: newest }, (_, index) => index + 1).filter((id) => id > since);
        const rows = ids.map((id) => ({ id, lines: [{ n: id }] }));
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
      },
    });
    const config: RestApiConfig = {
      client: { base_url: api.url, paginator: "single_page" },
      resources: [
        {
          name: "orders",
          write_disposition: disposition,
          primary_key: "id",
          endpoint: { path: "orders", params: { since: { type: "incremental", cursor_path: "id", initial_value: 0 } } },
        },
      ],
    };
    const work = await folder(t);
    const dlt = async () => {
      const cwd = await mkdtemp(join(work, "dlt-"));
      const file = join(cwd, "pipeline.json");
      await writeFile(file, JSON.stringify({ pipeline: "overlap", source: { name: "shop", ...config } }));
      await runDlt(file, database.url, "shop_data", cwd);
    };
    await mkdir(join(work, "ours"));
    const ours = async (): Promise<SluiceError | undefined> => {
      try {
        await pipeline({
          name: "overlap",
          dataset: "shop_data",
          destination: postgres(database.url),
          workingDirectory: join(work, "ours"),
        }).run(restApi({ name: "shop", config }));
        return undefined;
      } catch (error) {
        assert.ok(error instanceof SluiceError, String(error));
        return error;
      }
    };
    const assertOnce = async (upTo: number) => {
      for (const table of ["orders", "orders__lines"]) {
        const [found] = await database.query(
          `SELECT count(*)::text AS n, count(DISTINCT ${table === "orders" ? "id" : "n"})::text AS d FROM shop_data.${table}`,
        );
        assert.deepEqual(found, { n: String(upTo), d: String(upTo) }, table);
      }
    };

    await dlt();
    await assertOnce(3);
    /** Each time ours is about to commit there is a record more, and dlt has loaded it. */
    let overlaps = 0;
    let left = 0;
    t.after(() => installFaultHandler(undefined));
    installFaultHandler(async (name) => {
      // Under merge our lock on the table keeps dlt out as soon as it is taken, so it comes before that.
      if (name !== (disposition === "append" ? "load:copy:1" : "load:before-begin") || left === 0) return;
      left--;
      overlaps++;
      newest++;
      await dlt();
      // One that dlt has not seen, so that the second try has something to load.
      if (left > 0) newest++;
    });

    if (disposition === "append") {
      [newest, left] = [4, 1];
      const healed = await ours();
      assert.equal(healed, undefined, healed?.message);
      assert.equal(overlaps, 1);
      // The record that was there first, and dlt's; ours found nothing left to load.
      await assertOnce(5);
    }

    [newest, left, overlaps] = [6, 2, 0];
    const moved = await ours();
    assert.deepEqual([moved?.code, moved?.exit, overlaps], ["E_STATE_MOVED", 6, 2]);
    await assertOnce(9);

    newest = 10;
    const next = await ours();
    assert.equal(next, undefined, next?.message);
    await assertOnce(10);
    newest = 11;
    await dlt();
    await assertOnce(11);
  });
}
