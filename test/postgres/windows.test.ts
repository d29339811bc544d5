/** A range that is loaded window by window: each one committed on its own, none lost, none twice. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { type LoadInfo, pipeline, postgres, type RestApiConfig, restApi, SluiceError } from "../../src/index.ts";
import { folder, jsonApi, shopFile, sluice } from "../cli/support.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

const DAY = 86_400_000;
const NOW = Date.now();
/** So many days ago, to the second. */
const ago = (days: number) => new Date(NOW - days * DAY).toISOString().replace(/\.\d+Z$/, "Z");

interface Row {
  readonly id: number;
  readonly at: string | number;
}

/** Which ends of the range that a request names belong to it. */
interface Bounds {
  readonly start: boolean;
  readonly end: boolean;
}

const BOTH: Bounds = { start: true, end: true };

function inRange(rows: readonly Row[], query: URLSearchParams, bounds: Bounds): readonly Row[] {
  const value = (text: string) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text));
  const [since, until] = [query.get("since"), query.get("until")].map((text) =>
    text === null ? undefined : value(text),
  );
  return rows.filter(({ at }) => {
    const own = typeof at === "number" ? at : Date.parse(at);
    if (since !== undefined && (bounds.start ? own < since : own <= since)) return false;
    return until === undefined || (bounds.end ? own <= until : own < until);
  });
}

interface Bench {
  readonly database: TestDatabase;
  readonly asked: string[];
  readonly answers: Awaited<ReturnType<typeof jsonApi>>["answers"];
  run(
    resources: RestApiConfig["resources"],
    more?: {
      signal?: AbortSignal;
      onEvent?: (text: string) => void;
      limit?: number;
      /** Seconds. */
      timeout?: number;
      skip?: boolean;
      /** Of load packages; the bench's own when absent. */
      workFolder?: string;
      client?: (url: string) => Partial<RestApiConfig["client"]>;
    },
  ): Promise<LoadInfo>;
  ids(table: string): Promise<readonly number[]>;
}

async function bench(t: TestContext, rows: Readonly<Record<string, readonly Row[]>>, bounds = BOTH): Promise<Bench> {
  const database = await testDatabase(t);
  const api = await jsonApi(t, {});
  for (const [path, own] of Object.entries(rows)) {
    api.answers[path] = (request, response) => {
      const query = new URL(request.url ?? "/", "http://x").searchParams;
      json(response, inRange(own, query, bounds));
    };
  }
  const workingDirectory = await folder(t);
  return {
    database,
    asked: api.asked,
    answers: api.answers,
    async run(resources, more = {}) {
      const source = restApi({
        name: "s",
        config: { client: { base_url: api.url, paginator: "single_page", ...more.client?.(api.url) }, resources },
        ...(more.skip === true ? { onResourceError: "skip" as const } : {}),
      });
      return pipeline({
        name: "p",
        dataset: "d",
        destination: postgres(database.url),
        workingDirectory: more.workFolder ?? workingDirectory,
        onEvent: (event) => void (event.type === "message" && more.onEvent?.(event.text)),
      }).run(source, {
        ...(more.signal === undefined ? {} : { signal: more.signal }),
        ...(more.limit === undefined ? {} : { limit: more.limit }),
        ...(more.timeout === undefined ? {} : { timeout: more.timeout }),
      });
    },
    async ids(table) {
      const found = await database.query(`SELECT id FROM d."${table}" ORDER BY id`);
      return found.map(({ id }) => Number(id));
    },
  };
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const items = (incremental: object = {}, more: object = {}): RestApiConfig["resources"][number] => ({
  name: "items",
  primary_key: "id",
  ...more,
  endpoint: {
    path: "items",
    incremental: {
      cursor_path: "at",
      initial_value: ago(100),
      start_param: "since",
      end_param: "until",
      window: "P30D",
      ...incremental,
    },
  },
});

const ROWS: readonly Row[] = [
  { id: 1, at: ago(100) },
  { id: 2, at: ago(80) },
  { id: 3, at: ago(70) },
  { id: 4, at: ago(70) },
  { id: 5, at: ago(69.9) },
  { id: 6, at: ago(40) },
  { id: 7, at: ago(10) },
  { id: 8, at: ago(0.01) },
];
const ALL = [1, 2, 3, 4, 5, 6, 7, 8];

const windowsOf = (info: LoadInfo) =>
  info.trace.packages.map(({ windows = [] }) => windows.map(({ resource, start, end }) => [resource, start, end]));

test("each window is a load package of its own, whichever ends the source counts in; the last one is open", async (t) => {
  for (const bounds of [BOTH, { start: true, end: false }, { start: false, end: true }]) {
    const rows = bounds.start ? ROWS : ROWS.slice(1);
    const { run, ids, asked, database } = await bench(t, { "/items": rows }, bounds);
    const info = await run([items()]);
    assert.deepEqual(await ids("items"), bounds.start ? ALL : ALL.slice(1), JSON.stringify(bounds));
    assert.deepEqual(windowsOf(info), [
      [["items", ago(100), ago(70)]],
      [["items", ago(70), ago(40)]],
      [["items", ago(40), ago(10)]],
      [["items", ago(10), undefined]],
    ]);
    assert.equal(asked.length, 4);
    assert.equal(asked[3], `/items?since=${encodeURIComponent(ago(10))}`);
    const [report] = info.trace.resources;
    assert.deepEqual([report?.requests, report?.records, report?.cursor], [4, rows.length, ago(0.01)]);
    // The range from the cursor to now is shorter than a window: one request, and nothing of windows in the state.
    asked.length = 0;
    assert.equal((await run([items()])).trace.status, "no-new-data");
    assert.deepEqual(asked, [`/items?since=${encodeURIComponent(ago(0.01))}`]);
    const loads = await database.query("SELECT count(*) AS n FROM d._dlt_loads");
    assert.equal(loads[0]?.n, "4");
  }
});

test("rows on the end of a window belong to one of two, also where nothing tells them apart", async (t) => {
  for (const more of [{ primary_key: [] }, { range_start: "open" }]) {
    const { run, ids } = await bench(t, { "/items": ROWS.slice(1) });
    await run([items(more)]);
    assert.deepEqual(await ids("items"), ALL.slice(1), JSON.stringify(more));
  }
});

test("a source that cuts its range only roughly gives no row twice, and none is lost", async (t) => {
  const { run, ids, answers } = await bench(t, {});
  answers["/items"] = (_, response) => json(response, ROWS);
  await run([items()]);
  assert.deepEqual(await ids("items"), ALL);
});

test("a run that is killed goes on at the first window that is not committed", async (t) => {
  const { database, answers, ids, asked } = await bench(t, { "/items": ROWS });
  const api = await jsonApi(t, answers);
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [items(), "other"]).replaceAll("shop_data", "d") });
  answers["/other"] = (_, response) => json(response, [{ id: 1 }]);
  api.answers["/other"] = answers["/other"];
  const run = (fault?: string) =>
    sluice(["run", "shop.json", "--connection-string", database.url], {
      cwd,
      ...(fault === undefined ? {} : { environment: { SLUICE_FAULT: `${fault}:kill` } }),
    });
  assert.equal((await run("load:after-marker")).signal, "SIGKILL");
  assert.deepEqual(await ids("items"), [1, 2, 3, 4]);
  // Dies after the manifest: the package of the second window is loaded by the next run, which extracts no more of it.
  assert.equal((await run("normalize:after-manifest")).signal, "SIGKILL");
  assert.deepEqual(await ids("items"), [1, 2, 3, 4]);
  assert.equal((await run("load:before-commit")).signal, "SIGKILL");
  api.asked.length = 0;
  const ended = await run();
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(await ids("items"), ALL);
  const since = api.asked
    .filter((target) => target.startsWith("/items"))
    .map((target) => new URL(target, "http://x").searchParams.get("since"));
  assert.deepEqual(since, [ago(40), ago(10)]);
  assert.match(ended.stdout, new RegExp(`^- items: 3 windows, from ${ago(70)} to now$`, "m"));
  assert.equal(asked.length, 0);
});

test("a signal between windows ends the run, names what is committed, and the next run goes on", async (t) => {
  const { run, ids, asked } = await bench(t, { "/items": ROWS });
  const controller = new AbortController();
  const onEvent = (text: string) => {
    if (text.includes(`to ${ago(40)}`)) controller.abort(new Error("enough"));
  };
  await assert.rejects(run([items()], { signal: controller.signal, onEvent }), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "E_CANCELLED");
    assert.match(error.message, /load \d+\.\d+, \d+\.\d+ is committed/);
    return true;
  });
  assert.deepEqual(await ids("items"), [1, 2, 3, 4, 5, 6]);
  asked.length = 0;
  await run([items()]);
  assert.equal(asked.length, 2);
  assert.deepEqual(await ids("items"), ALL);
});

test("a time limit stops behind the last committed window", async (t) => {
  const { run, ids, answers } = await bench(t, {});
  let hangs = true;
  answers["/items"] = (request, response) => {
    const query = new URL(request.url ?? "/", "http://x").searchParams;
    if (!hangs || query.get("since") === ago(100)) json(response, inRange(ROWS, query, BOTH));
  };
  await assert.rejects(run([items()], { timeout: 4 }), (error) => {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "E_TIMEOUT");
    assert.match(error.message, /; load \d+\.\d+ is committed$/);
    assert.match(error.hint ?? "", /what is committed is not loaded a second time/);
    return true;
  });
  assert.deepEqual(await ids("items"), [1, 2, 3, 4]);
  hangs = false;
  await run([items()], { timeout: 60 });
  assert.deepEqual(await ids("items"), ALL);
});

test("another run that takes over a window is found out, and no window is loaded twice", async (t) => {
  const { run, ids, answers, database } = await bench(t, {});
  const other = await folder(t);
  const events: string[] = [];
  let begun = false;
  answers["/items"] = (request, response) => {
    const query = new URL(request.url ?? "/", "http://x").searchParams;
    const answer = () => json(response, inRange(ROWS, query, BOTH));
    if (begun || query.get("since") !== ago(70)) return answer();
    begun = true;
    // The second window is under way; the other run loads it and all that follow.
    run([items()], { workFolder: other }).then(answer, () => response.destroy());
  };
  const info = await run([items()], { onEvent: (text) => void events.push(text) });
  assert.deepEqual(await ids("items"), ALL);
  assert.ok(events.includes("another run has committed a new state; extracting again"), events.join("; "));
  assert.deepEqual(
    info.trace.packages.map(({ state, windows }) => [state, windows?.[0]?.start]),
    [
      ["loaded", ago(100)],
      ["normalized", ago(70)],
    ],
  );
  const loads = await database.query("SELECT count(*) AS n FROM d._dlt_loads");
  assert.equal(loads[0]?.n, "4");
});

test("the other resources are loaded once, and each windowed one has its own pace", async (t) => {
  const { run, ids, asked, answers } = await bench(t, { "/items": ROWS, "/notes": ROWS.slice(0, 3) });
  answers["/whole"] = (_, response) => json(response, [{ id: 1 }, { id: 2 }]);
  const notes = { ...Object(items({ window: "60d" })), name: "notes" };
  notes.endpoint = { ...notes.endpoint, path: "notes" };
  const resources = [items(), notes, { name: "whole", write_disposition: "replace" as const }];
  const info = await run(resources);
  assert.deepEqual(windowsOf(info), [
    [
      ["items", ago(100), ago(70)],
      ["notes", ago(100), ago(40)],
    ],
    [
      ["items", ago(70), ago(40)],
      ["notes", ago(40), undefined],
    ],
    [["items", ago(40), ago(10)]],
    [["items", ago(10), undefined]],
  ]);
  assert.deepEqual([await ids("items"), await ids("notes"), await ids("whole")], [ALL, [1, 2, 3], [1, 2]]);
  assert.equal(asked.filter((target) => target === "/whole").length, 1);
});

test("children of a windowed parent come with its window, and a windowed child asks all parents in each", async (t) => {
  const { run, ids, asked, answers } = await bench(t, { "/items": ROWS });
  answers["/items/lines"] = (request, response) => {
    const item = Number(new URL(request.url ?? "/", "http://x").searchParams.get("item"));
    json(response, [{ id: item * 10 }]);
  };
  answers["/groups"] = (_, response) => json(response, [{ id: "a" }, { id: "b" }]);
  for (const [group, rows] of [
    ["a", ROWS.filter(({ id }) => id % 2 === 0)],
    ["b", ROWS.filter(({ id }) => id % 2 === 1)],
  ] as const) {
    answers[`/groups/${group}/events`] = (request, response) => {
      json(response, inRange(rows, new URL(request.url ?? "/", "http://x").searchParams, BOTH));
    };
  }
  const events = { ...Object(items({ per_parent: true, initial_value: ago(100) })), name: "events" };
  events.endpoint = { ...events.endpoint, path: "groups/{resources.groups.id}/events" };
  const info = await run([
    items(),
    { name: "lines", endpoint: { path: "items/lines", params: { item: "{resources.items.id}" } } },
    { name: "groups", write_disposition: "replace" },
    events,
  ]);
  assert.equal(info.trace.packages.length, 4);
  assert.deepEqual(
    await ids("lines"),
    ALL.map((id) => id * 10),
  );
  assert.deepEqual(await ids("events"), ALL);
  // Groups are asked for in each round, because of the events, and loaded in the first.
  assert.equal(asked.filter((target) => target === "/groups").length, 4);
  assert.equal(asked.filter((target) => target.startsWith("/groups/")).length, 8);
});

test("windows without rows are no packages; numbers end with an open window after the first empty one", async (t) => {
  const far = [
    { id: 1, at: ago(95) },
    { id: 2, at: ago(5) },
  ];
  const sparse = await bench(t, { "/items": far });
  assert.deepEqual(windowsOf(await sparse.run([items()])), [
    [["items", ago(100), ago(70)]],
    [
      ["items", ago(70), ago(40)],
      ["items", ago(40), ago(10)],
      ["items", ago(10), undefined],
    ],
  ]);
  assert.deepEqual(await sparse.ids("items"), [1, 2]);

  const numbers = [5, 15, 20, 21, 300].map((at, index) => ({ id: index + 1, at }));
  const counted = await bench(t, { "/items": numbers });
  const info = await counted.run([items({ initial_value: 0, window: 10 })]);
  assert.deepEqual(windowsOf(info), [
    [["items", "0", "10"]],
    [["items", "10", "20"]],
    [["items", "20", "30"]],
    [
      ["items", "30", "40"],
      ["items", "40", undefined],
    ],
  ]);
  assert.deepEqual(await counted.ids("items"), [1, 2, 3, 4, 5]);
  assert.equal((await counted.run([items({ initial_value: 0, window: 10 })])).trace.status, "no-new-data");
});

test("a window that the source refuses is asked for again with all that follows; an error stops behind what is committed", async (t) => {
  const { run, ids, answers, asked } = await bench(t, {});
  let refused = true;
  answers["/items"] = (request, response) => {
    const query = new URL(request.url ?? "/", "http://x").searchParams;
    if (refused && query.get("until") === ago(40)) return json(response, {}, 404);
    json(response, inRange(ROWS, query, BOTH));
  };
  const ignoring = Object(items());
  ignoring.endpoint = { ...ignoring.endpoint, response_actions: [{ status_code: 404, action: "ignore" }] };
  const info = await run([ignoring]);
  assert.deepEqual(await ids("items"), ALL);
  assert.deepEqual(
    asked.map((target) => new URL(target, "http://x").searchParams.get("since")),
    [ago(100), ago(70), ago(70)],
  );
  assert.equal(info.trace.warnings[0]?.code, "W_RESOURCE_SKIPPED");

  const second = await bench(t, {});
  second.answers["/items"] = answers["/items"];
  await assert.rejects(second.run([items()]), { code: "E_SOURCE_NOT_FOUND" });
  assert.deepEqual(await second.ids("items"), [1, 2, 3, 4]);
  const third = await bench(t, {});
  third.answers["/items"] = answers["/items"];
  const skipped = await third.run([items()], { skip: true });
  assert.deepEqual([skipped.trace.status, skipped.trace.warnings[0]?.code], ["loaded", "W_RESOURCE_FAILED"]);
  assert.deepEqual(await third.ids("items"), [1, 2, 3, 4]);
  refused = false;
  await second.run([items()]);
  assert.deepEqual(await second.ids("items"), ALL);
});

test("a token serves all windows of a run", async (t) => {
  const { run, ids, answers } = await bench(t, { "/items": ROWS });
  const sent: string[] = [];
  answers["/token"] = (request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => sent.push(text));
    request.on("end", () => json(response, { access_token: "access-1", refresh_token: "refresh-2" }));
  };
  const client = (url: string) => ({
    auth: { type: "oauth2_refresh_token" as const, access_token_url: `${url}/token`, refresh_token: "refresh-1" },
  });
  assert.equal((await run([items()], { client })).trace.packages.length, 4);
  assert.deepEqual(await ids("items"), ALL);
  // A refresh token may be good for one use.
  assert.deepEqual(sent, ["grant_type=refresh_token&refresh_token=refresh-1"]);
});

test("a limit reads the range at once", async (t) => {
  const { run, asked } = await bench(t, { "/items": ROWS });
  assert.equal((await run([items()], { limit: 1 })).trace.packages.length, 1);
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.includes("until"), false);
});
