/** The library as a program uses it: through its door, with sources on loopback and a real database. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  ConfigError,
  DataError,
  DestinationError,
  embedded,
  gitlab,
  pipeline,
  postgres,
  type RunEvent,
  restApi,
  Secret,
  SluiceError,
  SourceError,
} from "../../src/index.ts";
import { folder, jsonApi, schemasOf } from "../cli/support.ts";
import { SMALL_WORLD, sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";

/** A source with one resource of one page. */
function orders(url: string, resource: object = {}) {
  return restApi({
    name: "shop",
    config: {
      client: { base_url: url, paginator: { type: "single_page" } },
      resources: [{ name: "orders", primary_key: "id", write_disposition: "merge", ...resource }],
    },
  });
}

/** What a promise is rejected with. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => error,
  );
}

test("a run: rows, load info, events, and the dataset's default name", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1,"total":1.0},{"id":2,"total":2}]` });
  const workingDirectory = await folder(t);
  const events: RunEvent[] = [];
  const shop = pipeline({
    name: "shop",
    destination: postgres(database.url),
    workingDirectory,
    onEvent: (event) => void events.push(event),
  });
  const info = await shop.run(orders(api.url));
  assert.deepEqual(await database.query("SELECT id, total FROM shop_dataset.orders ORDER BY id"), [
    { id: "1", total: "1" },
    { id: "2", total: "2" },
  ]);
  assert.equal(info.trace.status, "loaded");
  assert.match(String(info), /^Pipeline shop load step finished in [\d.]+ seconds\n1 load package\(s\) were loaded/);
  assert.match(String(info), /^- orders {2}2 row\(s\) {2}merge$/m);
  assert.ok(events.some((event) => event.type === "resource-ended" && event.records === 2));
  assert.ok(events.some((event) => event.type === "step-ended" && event.step === "load" && event.ok));
  // The same pipeline again: state and tables are known, keys are merged.
  api.answers["/orders"] = `[{"id":2,"total":5}]`;
  const again = await shop.run(orders(api.url));
  assert.equal(again.trace.firstRun, false);
  assert.deepEqual(await database.query("SELECT id, total FROM shop_dataset.orders ORDER BY id"), [
    { id: "1", total: "1" },
    { id: "2", total: "5" },
  ]);
});

test("the built-in GitLab source, with streams chosen and a limit of pages", async (t) => {
  const server = await sampleGitlab(t, { world: SMALL_WORLD });
  const database = await testDatabase(t);
  const destination = postgres(database.url);
  const settings = { baseUrl: server.url, endpoints: ["issues", "users"] };
  const source = gitlab({ ...settings, token: new Secret(server.token) });
  const loader = pipeline({ name: "g", dataset: "raw", destination, workingDirectory: await folder(t) });
  const info = await loader.run(source);
  const expected = server.expectedRows();
  for (const table of ["issues", "users"]) {
    const [row] = await database.query(`SELECT count(*) AS n FROM raw.${table}`);
    assert.equal(Number(row?.n), expected[table], table);
  }
  assert.doesNotMatch(JSON.stringify(info), new RegExp(server.token));
  // A token as text works too; a limit counts pages of resources without a parent.
  server.reset();
  const limited = await loader.run(gitlab({ ...settings, token: server.token, endpoints: ["users"] }), { limit: 1 });
  assert.equal(limited.trace.status, "loaded");
  assert.equal(server.counts.requests, 1);
});

test("a failure is thrown as the error of its class, with code, hint and context; nothing is written", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {
    "/orders": (_request, response) => response.writeHead(401).end(),
    "/big": `[{"id":9223372036854775808}]`,
  });
  const workingDirectory = await folder(t);
  const shop = pipeline({ name: "shop", destination: postgres(database.url), workingDirectory });

  const refused = await failureOf(shop.run(orders(api.url)));
  assert.ok(refused instanceof SourceError && refused instanceof SluiceError);
  assert.deepEqual([refused.code, refused.retryable, refused.context.resource], ["E_SOURCE_AUTH", false, "orders"]);
  assert.ok(refused.hint !== undefined);
  const big = await failureOf(shop.run(orders(api.url, { endpoint: { path: "big" } })));
  assert.ok(big instanceof DataError);
  assert.deepEqual([big.code, big.context.table, big.context.column], ["E_DATA_VALUE", "orders", "id"]);
  assert.deepEqual(await schemasOf(database), []);

  const nowhere = postgres(`${database.url}_none`);
  const lost = await failureOf(pipeline({ name: "shop", destination: nowhere, workingDirectory }).run(orders(api.url)));
  assert.ok(lost instanceof DestinationError);
  assert.equal(lost.code, "E_DEST_AUTH");
  // A configuration is refused before a run, with all that is wrong.
  assert.throws(
    () => orders(api.url, { write_disposition: "merg", endpont: "x", max_table_nesting: -1 }),
    (error) =>
      error instanceof ConfigError &&
      error.message.split("\n").length === 3 &&
      /^resources\[0\]\.endpont: .*did you mean "endpoint"/m.test(error.message),
  );
  assert.throws(
    () => orders(api.url, { endpoint: "of/{resources.ordrs.id}" }),
    (error) => error instanceof ConfigError && /"ordrs", which does not exist/.test(error.message),
  );
});

test("an aborted run ends with E_CANCELLED, writes nothing, and the next one loads all", async (t) => {
  const database = await testDatabase(t);
  let stall = true;
  const controller = new AbortController();
  const api = await jsonApi(t, {
    "/orders": (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      if (stall) response.write("[");
      else response.end(`[{"id":1}]`);
      if (stall) controller.abort();
    },
  });
  const shop = pipeline({ name: "shop", destination: postgres(database.url), workingDirectory: await folder(t) });
  const error = await failureOf(shop.run(orders(api.url), { signal: controller.signal }));
  assert.ok(error instanceof SluiceError && error.code === "E_CANCELLED" && error.retryable, String(error));
  assert.deepEqual(await schemasOf(database), []);
  // A signal that is aborted already: not even a request.
  const asked = api.asked.length;
  const before = await failureOf(shop.run(orders(api.url), { signal: controller.signal }));
  assert.ok(before instanceof SluiceError && before.code === "E_CANCELLED", String(before));
  assert.equal(api.asked.length, asked);
  stall = false;
  await shop.run(orders(api.url));
  assert.deepEqual(await database.query("SELECT id FROM shop_dataset.orders"), [{ id: "1" }]);
});

test("two runs of one pipeline at once in one folder: the second is refused, the next one is not", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1}]` });
  const workingDirectory = await folder(t);
  const shop = () => pipeline({ name: "shop", destination: postgres(database.url), workingDirectory });
  const ends = await Promise.allSettled([shop().run(orders(api.url)), shop().run(orders(api.url))]);
  const failed = ends.filter((end) => end.status === "rejected");
  assert.equal(failed.length, 1);
  assert.ok(
    failed[0]?.reason instanceof SluiceError && failed[0].reason.code === "E_LOCKED",
    String(failed[0]?.reason),
  );
  await shop().run(orders(api.url));
});

test("the embedded database keeps its rows in the working directory", async (t) => {
  const api = await jsonApi(t, { "/orders": `[{"id":1},{"id":2}]` });
  const workingDirectory = await folder(t);
  const shop = pipeline({ name: "shop", destination: embedded(), workingDirectory });
  const first = await shop.run(orders(api.url));
  assert.deepEqual([first.trace.destination, first.trace.status], ["embedded", "loaded"]);
  assert.ok((await readdir(workingDirectory)).includes("postgres"));
  assert.deepEqual(await readdir(join(workingDirectory, "pipelines", "shop", "packages")), []);
  const second = await shop.run(orders(api.url));
  assert.equal(second.trace.firstRun, false, "state came from the database that was started again");
});
