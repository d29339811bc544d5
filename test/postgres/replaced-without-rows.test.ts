/** What becomes of the table of a replaced resource when its source has nothing any more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pipeline, postgres, type RestApiConfig, restApi } from "../../src/index.ts";
import { folder, jsonApi } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";

const TWO = '[{"id":1,"l":[1]},{"id":2}]';

test("a replaced resource without rows empties its table: an empty answer, all filtered out, no parents; not a refused answer", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/t": TWO, "/filtered": TWO, "/parents": '[{"id":7}]', "/parents/7/c": TWO });
  let refused = false;
  api.answers["/refused"] = (_, response) => {
    response.writeHead(refused ? 404 : 200, { "content-type": "application/json" }).end(TWO);
  };
  const config: RestApiConfig = {
    client: { base_url: api.url, paginator: "single_page" },
    resource_defaults: { write_disposition: "replace" },
    resources: [
      "t",
      { name: "filtered", processing_steps: [{ filter: "fn:kept" }] },
      { name: "parents", selected: false },
      { name: "children", endpoint: { path: "parents/{resources.parents.id}/c" } },
      {
        name: "refused",
        endpoint: { path: "refused", response_actions: [{ status_code: 404, action: "ignore" }] },
      },
    ],
  };
  let kept = true;
  const work = await folder(t);
  const run = async () => {
    const source = restApi({ name: "s", config, functions: { kept: () => kept } });
    const ours = pipeline({ name: "p", dataset: "d", destination: postgres(database.url), workingDirectory: work });
    return (await ours.run(source)).trace.status;
  };
  const counts = async () => {
    const rows = await database.query(
      "SELECT (SELECT count(*) FROM d.t) AS t, (SELECT count(*) FROM d.t__l) AS nested, (SELECT count(*) FROM d.filtered) AS filtered, (SELECT count(*) FROM d.children) AS children, (SELECT count(*) FROM d.refused) AS refused",
    );
    return Object.values(rows[0] ?? {}).map(Number);
  };
  assert.equal(await run(), "loaded");
  assert.deepEqual(await counts(), [2, 1, 2, 2, 2]);
  Object.assign(api.answers, { "/t": "[]", "/parents": "[]" });
  [kept, refused] = [false, true];
  assert.equal(await run(), "loaded");
  assert.deepEqual(await counts(), [0, 0, 0, 0, 2]);
});

test("an empty answer on the first run makes no table; the next one has nothing to load", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/t": "[]" });
  const config: RestApiConfig = {
    client: { base_url: api.url, paginator: "single_page" },
    resources: [{ name: "t", write_disposition: "replace" }],
  };
  const ours = pipeline({
    name: "p",
    dataset: "d",
    destination: postgres(database.url),
    workingDirectory: await folder(t),
  });
  // dlt: the first run leaves schema and state.
  assert.equal((await ours.run(restApi({ name: "s", config }))).trace.status, "loaded");
  assert.equal((await ours.run(restApi({ name: "s", config }))).trace.status, "no-new-data");
  assert.deepEqual(await database.query("SELECT to_regclass('d.t') AS t, (SELECT count(*) FROM d._dlt_loads) AS n"), [
    { t: null, n: "1" },
  ]);
});
