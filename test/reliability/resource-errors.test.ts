/** Fault matrix row 35: a source that fails one resource, and what `on-resource-error: skip` leaves of it and of the others. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import type { RestApiConfig } from "../../src/config/rest-api/shape.ts";
import type { RestApiOptions } from "../../src/extract/rest-source.ts";
import { restApi } from "../../src/index.ts";
import { assertFailed, folder, jsonApi, onlyObject, shopFile, sluice } from "../cli/support.ts";
import { AT_ONCE, NEVER, records, runEarly, watchPoints } from "../support/early-pipeline.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import type { Cleanup } from "./harness.ts";

/** Which lists break, by their name and the page at which they do. */
type Broken = Readonly<Record<string, number>>;

const numbered = { type: "page_number", base_page: 1, total_path: null } as const;
const since = { since: { type: "incremental", cursor_path: "at", initial_value: 0 } } as const;

/** Four resources: `plain` (append), `cursor` (append with a cursor), `all` (replace) with the child `parts` (merge). */
async function shop(t: Cleanup & { after(end: () => void): void }) {
  const database = await testDatabase(t);
  let broken: Broken = {};
  let day = 1;
  let newColumns = true;
  let beforeBreaking: () => Promise<unknown> = async () => {};
  const list = (name: string, pages: readonly (readonly object[])[], response: ServerResponse, page: number) => {
    if (broken[name] === page) {
      void beforeBreaking().then(() => response.writeHead(503).end());
      return;
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(pages[page - 1] ?? []));
  };
  const api = await jsonApi(t, {});
  const answer = (name: string, pages: () => readonly (readonly object[])[]) => {
    api.answers[`/${name}`] = (request, response) =>
      list(name, pages(), response, Number(new URL(request.url ?? "", "http://x").searchParams.get("page") ?? 1));
  };
  answer("plain", () => [[{ id: day * 10 + 1 }], [{ id: day * 10 + 2 }]]);
  answer("cursor", () => [
    records(day * 1000, 300, (id) => ({ at: id, ...(newColumns ? { [`new_${day}`]: 1 } : {}) })),
    records(day * 1000 + 300, 5, (id) => ({ at: id })),
  ]);
  answer("all", () => [[{ id: 1, day }], [{ id: 2, day }]]);
  for (const id of [1, 2]) answer(`all/${id}/parts`, () => [[{ id: `${id}-${day}`, of: id }]]);
  const config: RestApiConfig = {
    client: { base_url: api.url, paginator: numbered },
    resources: [
      "plain",
      { name: "cursor", endpoint: { path: "cursor", params: since } },
      { name: "all", write_disposition: "replace" },
      {
        name: "parts",
        write_disposition: "merge",
        primary_key: "id",
        endpoint: { path: "all/{resources.all.id}/parts", paginator: "single_page" },
      },
    ],
  };
  const work = await folder(t);
  return {
    database,
    api,
    /** One run of a day; resources break as told. */
    run: (
      on: number,
      breaks: Broken,
      options: Partial<RestApiOptions> & { early?: typeof NEVER; before?: () => Promise<unknown> } = {},
    ) => {
      day = on;
      broken = breaks;
      // A load does not begin early when a table that is there lacks a column.
      newColumns = options.early !== AT_ONCE;
      const { early = NEVER, before = async () => {}, ...source } = options;
      beforeBreaking = before;
      const http = { backoffFactor: 0.001, maxAttempts: 2 };
      return runEarly({
        url: database.url,
        workFolder: work,
        early,
        source: restApi({ name: "early", config, http, onResourceError: "skip", ...source }),
      });
    },
  };
}

async function contents(database: TestDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const all: Record<string, readonly string[]> = {};
  const tables = await database.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'early' AND table_name NOT LIKE '\\_dlt%'`,
  );
  for (const { name } of tables) {
    const rows = await database.query(
      `SELECT (to_jsonb(t) - '{_dlt_id,_dlt_parent_id,_dlt_root_id,_dlt_load_id,text}'::text[])::text AS row FROM early.${name} t`,
    );
    all[name ?? ""] = rows.map(({ row }) => row ?? "").sort();
  }
  return all;
}

const codes = (warnings: readonly { code: string; subject: string }[]) =>
  warnings.filter(({ code }) => code === "W_RESOURCE_FAILED").map(({ subject }) => subject);

for (const early of ["never", "at once"] as const) {
  test(`35: skip, the load begins ${early}: the others are loaded, nothing of the failed one, and later all of it`, async (t) => {
    const rules = early === "never" ? NEVER : AT_ONCE;
    const points = watchPoints(t);
    const { database, run } = await shop(t);
    assert.equal((await run(1, {}, { early: rules })).trace.status, "loaded");
    const first = await contents(database);
    assert.equal(first.cursor?.length, 305);
    assert.deepEqual([first.all?.length, first.parts?.length], [2, 2]);

    points.points.length = 0;
    // In the second case rows of the failing resource are in the database before it fails.
    let copied: Promise<void> | undefined;
    const before = () => {
      if (early === "at once") copied ??= points.reached("load:early:1");
      return copied ?? Promise.resolve();
    };
    const second = await run(2, { cursor: 2, all: 2 }, { early: rules, before });
    assert.equal(second.error, undefined, String(second.error));
    assert.equal(second.trace.status, "loaded");
    assert.deepEqual([...codes(second.trace.warnings)].sort(), ["all", "cursor", "parts"]);
    assert.deepEqual(
      second.trace.resources.map(({ resource, failed }) => [resource, failed]),
      [
        ["plain", undefined],
        ["cursor", "E_SOURCE_UNAVAILABLE"],
        ["all", "E_SOURCE_UNAVAILABLE"],
        ["parts", "E_SOURCE_UNAVAILABLE"],
      ],
    );
    if (early === "at once") {
      assert.ok(
        second.messages.some((text) => /early load given up: a resource is left out/.test(text)),
        second.messages.join(),
      );
    }
    assert.deepEqual(await contents(database), {
      ...first,
      plain: ['{"id": 11}', '{"id": 12}', '{"id": 21}', '{"id": 22}'],
    });

    // The cursor has not moved: what was left out comes now, with its new column.
    const third = await run(2, {}, { early: rules });
    assert.equal(third.trace.status, "loaded");
    assert.deepEqual(codes(third.trace.warnings), []);
    const last = await contents(database);
    assert.deepEqual(last.all, ['{"id": 1, "day": 2}', '{"id": 2, "day": 2}']);
    assert.equal(last.parts?.length, 4);
    const ids = await database.query(
      "SELECT count(*) AS n, count(DISTINCT id) AS d, count(*) FILTER (WHERE to_jsonb(c) ? 'new_2') AS c FROM early.cursor c",
    );
    assert.deepEqual(ids[0], { n: "610", d: "610", c: early === "never" ? "610" : "0" });
  });
}

test("35: a first run: a failed resource has no table; a child that fails leaves its parent alone", async (t) => {
  const { database, run } = await shop(t);
  const { trace } = await run(1, { cursor: 1, "all/2/parts": 1 });
  assert.equal(trace.status, "loaded");
  assert.deepEqual([...codes(trace.warnings)].sort(), ["cursor", "parts"]);
  const found = await contents(database);
  assert.deepEqual(Object.keys(found).sort(), ["all", "plain"]);
  assert.equal(found.all?.length, 2);
  const [schema] = await database.query("SELECT schema FROM early._dlt_version ORDER BY version DESC LIMIT 1");
  assert.deepEqual(
    Object.keys(JSON.parse(schema?.schema ?? "{}").tables).filter((name) => !name.startsWith("_dlt")),
    ["plain", "all"],
  );
  const [state] = await database.query("SELECT count(*) AS n FROM early._dlt_pipeline_state");
  assert.ok(Number(state?.n) <= 1);
});

test("35: by default the run fails; so it does when nothing is left, and for what is no fault of the source", async (t) => {
  const { database, run } = await shop(t);
  const strict = await run(1, { cursor: 2 }, { onResourceError: "fail" });
  assert.equal(strict.trace.failure?.code, "E_SOURCE_UNAVAILABLE");
  const none = await run(1, { plain: 1, cursor: 1, all: 1 });
  assert.equal(none.trace.failure?.code, "E_SOURCE_UNAVAILABLE");
  assert.deepEqual(await contents(database), {});
  const unwritable = await run(1, {}, { http: { userAgent: "a\nb" } });
  assert.equal(unwritable.trace.failure?.code, "E_CONFIG");
  assert.deepEqual(await contents(database), {});
});

test("35: resources that share a table cannot be told apart: the run fails", async (t) => {
  const { database, api, run } = await shop(t);
  const resources = ["plain", "cursor"].map((name) => ({ name, table_name: "both" }));
  const { trace } = await run(
    1,
    { cursor: 2 },
    { config: { client: { base_url: api.url, paginator: numbered }, resources } },
  );
  assert.equal(trace.failure?.code, "E_SOURCE_UNAVAILABLE");
  assert.deepEqual(await contents(database), {});
});

test("35: large bodies of failing resources do not use up the memory that others wait for", async (t) => {
  const database = await testDatabase(t);
  const large = "x".repeat(20 * 1024 * 1024);
  const api = await jsonApi(t, { "/last": `[{"id":1}]` });
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    api.answers[`/${name}`] = (_, response) =>
      response.writeHead(name < "c" ? 404 : 200, { "content-type": "application/json" }).end(large);
  }
  const config: RestApiConfig = {
    client: { base_url: api.url, paginator: "single_page" },
    resources: [...names, { name: "last", endpoint: "last" }, { name: "more", endpoint: "last" }],
  };
  const source = restApi({ name: "early", config, onResourceError: "skip", http: { concurrency: 1 } });
  const { trace } = await runEarly({ url: database.url, source, signal: AbortSignal.timeout(20_000) });
  assert.equal(trace.status, "loaded", JSON.stringify(trace.failure));
  assert.deepEqual([...codes(trace.warnings)].sort(), names);
  assert.deepEqual(Object.keys(await contents(database)).sort(), ["last", "more"]);
});

test("35: on the command line: exit 0 with a warning, or 5; extract leaves no file of it", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {
    "/a": `[{"id":1}]`,
    "/b": (_, response) => response.writeHead(500).end(),
  });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, ["a", "b"]) });
  const flags = ["shop.json", "--json", "--max-attempts", "1"];
  const run = (...more: readonly string[]) =>
    sluice(["run", ...flags, "--connection-string", database.url, ...more], { cwd });
  assertFailed(await run(), "E_SOURCE_UNAVAILABLE", 5);
  const skipped = await run("--on-resource-error", "skip");
  assert.equal(skipped.code, 0, skipped.stderr);
  assert.match(skipped.stderr, /W_RESOURCE_FAILED.*\bb\b/);
  assert.equal(onlyObject(skipped).ok, true);
  const extracted = await sluice(["extract", ...flags, "--out", "out", "--on-resource-error", "skip"], { cwd });
  assert.equal(extracted.code, 0, extracted.stderr);
  assert.match(extracted.stdout, /a\.jsonl/);
  assert.doesNotMatch(extracted.stdout, /b\.jsonl/);
});
