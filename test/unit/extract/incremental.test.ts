import assert from "node:assert/strict";
import { test } from "node:test";
import type { IncrementalConfig, RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import { extract, json, serve } from "./fake-api.ts";

const config = (base: string, incremental: IncrementalConfig): RestApiConfig => ({
  client: { base_url: base, paginator: "single_page" },
  resources: [
    { name: "projects", selected: false },
    {
      name: "issues",
      primary_key: "id",
      endpoint: { path: "projects/{resources.projects.id}/issues", incremental },
    },
  ],
});

test("each parent has its own cursor beside dlt's, and a parent that comes later starts at the beginning", async (t) => {
  const answers: Record<string, unknown> = {
    "/projects": [{ id: 1 }, { id: "g/p" }],
    "/projects/1/issues?since=2024-01-01": [{ id: 1, at: "2024-05-01" }],
    "/projects/g/p/issues?since=2024-01-01": [{ id: 2, at: "2024-02-01" }],
    "/projects/1/issues?since=2024-05-01": [
      { id: 1, at: "2024-05-01" },
      { id: 3, at: "2024-06-01" },
    ],
    "/projects/g/p/issues?since=2024-02-01": [],
    "/projects/9/issues?since=2024-01-01": [{ id: 9, at: "2024-01-02" }],
  };
  const api = await serve(t, ({ target }, response) => json(response, answers[target] ?? { wrong: target }));
  const settings = { cursor_path: "at", initial_value: "2024-01-01", start_param: "since", per_parent: true };
  const first = await extract(config(api.base, settings));
  assert.deepEqual(first.result.state, {
    resources: {
      issues: {
        incremental: {
          at: {
            initial_value: "2024-01-01",
            last_value: "2024-05-01",
            unique_hashes: ["669czW83KR00"],
            start_value: "2024-01-01",
          },
        },
        sluice: {
          partitions: {
            "1": {
              initial_value: "2024-01-01",
              last_value: "2024-05-01",
              unique_hashes: ["669czW83KR00"],
              start_value: "2024-01-01",
            },
            "g/p": {
              initial_value: "2024-01-01",
              last_value: "2024-02-01",
              unique_hashes: ["Tp44cKMYfAuJ"],
              start_value: "2024-01-01",
            },
          },
        },
      },
    },
  });
  answers["/projects"] = [{ id: 1 }, { id: "g/p" }, { id: 9 }];
  const second = await extract(config(api.base, settings), { state: first.result.state });
  assert.deepEqual(second.records.issues, [
    { id: 3, at: "2024-06-01" },
    { id: 9, at: "2024-01-02" },
  ]);
  const report = second.result.resources.find((one) => one.resource === "issues");
  assert.equal(report?.cursor, "2024-06-01");
});

test("without partitions the cursor that dlt left stands for every parent", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, target === "/projects" ? [{ id: 1 }] : []));
  const state = {
    resources: {
      issues: {
        incremental: {
          at: { initial_value: "2024-01-01", last_value: "2024-03-01", unique_hashes: [], start_value: "2024-01-01" },
        },
      },
    },
  };
  await extract(config(api.base, { cursor_path: "at", start_param: "since", per_parent: true }), { state });
  assert.equal(api.asked[1]?.target, "/projects/1/issues?since=2024-03-01");
});

test("a run in which nothing moved gives the state back as it was", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, target === "/projects" ? [{ id: 1 }] : []));
  const settings = { cursor_path: "at", initial_value: 5 };
  const { result } = await extract(config(api.base, settings));
  const again = await extract(config(api.base, settings), { state: result.state });
  assert.deepEqual(again.result.state, result.state);
});

test("a range that is null is one that is left out: the cursor goes on", async (t) => {
  const api = await serve(t, (_, response) =>
    json(response, [
      { id: 1, at: 1 },
      { id: 2, at: 5 },
    ]),
  );
  const run = (incremental: Partial<IncrementalConfig>, state = {}) =>
    extract(
      {
        client: { base_url: api.base, paginator: "single_page" },
        resources: [{ name: "r", endpoint: { incremental: { cursor_path: "at", ...incremental } } }],
      },
      { state },
    );
  const first = await run({ range_start: null, range_end: null });
  assert.deepEqual(first.result.state, (await run({})).result.state);
  assert.equal((await run({ range_start: null }, first.result.state)).records.r?.length ?? 0, 0);
  const bounded = { initial_value: 1, end_value: 5 };
  assert.deepEqual((await run({ ...bounded, range_end: null })).records.r, [{ id: 1, at: 1 }]);
});

test("a declared row order ends the pages where the range ends", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    const page = Number(new URL(target, api.base).searchParams.get("page"));
    json(response, {
      data: [
        { id: page * 2, n: 20 - page * 2 },
        { id: page * 2 + 1, n: 19 - page * 2 },
      ],
      total: 10,
    });
  });
  const { records } = await extract({
    client: { base_url: api.base },
    resources: [
      {
        name: "items",
        endpoint: {
          paginator: { type: "page_number" },
          incremental: { cursor_path: "n", initial_value: 15, row_order: "desc" },
        },
      },
    ],
  });
  assert.deepEqual(
    records.items?.map((item) => (item as { n: number }).n),
    [20, 19, 18, 17, 16, 15],
  );
  assert.equal(api.asked.length, 4);
});

test("a cursor that is missing, null or of another type stops the run with its reason", async (t) => {
  for (const [record, reason] of [
    [{ id: 1 }, "cursor_missing"],
    [{ id: 1, at: null }, "cursor_null"],
    [{ id: 1, at: 5 }, "cursor_type"],
  ] as const) {
    const api = await serve(t, ({ target }, response) =>
      json(response, target === "/projects" ? [{ id: 1 }] : [record]),
    );
    await assert.rejects(
      extract(config(api.base, { cursor_path: "at", initial_value: "2024-01-01" })),
      (error) => error instanceof Error && "reason" in error && error.reason === reason,
    );
  }
});

/** Parents and the issues of each; those of a request are the ones from its `since` on. */
function projects(all: Record<string, readonly { readonly id: number; readonly at: string }[]>) {
  return (request: { readonly target: string }) => {
    const url = new URL(request.target, "http://h");
    const id = /^\/projects\/(.+)\/issues$/.exec(url.pathname)?.[1];
    if (id === undefined) return Object.keys(all).map((key) => ({ id: key }));
    const since = url.searchParams.get("since") ?? "";
    return (all[id] ?? []).filter((issue) => issue.at >= since);
  };
}

const perParent = (limit: number, disposition: "append" | "merge", base: string): RestApiConfig => {
  const { client, resources } = config(base, {
    cursor_path: "at",
    initial_value: "2024-01-01",
    start_param: "since",
    per_parent: { limit },
  });
  const issues = Object(resources[1]);
  return { client, resources: [resources[0] ?? "", { ...issues, write_disposition: disposition }] };
};

test("a parent that vanishes keeps its cursor, and goes on there when it comes back", async (t) => {
  const all: Parameters<typeof projects>[0] = {
    a: [{ id: 1, at: "2024-05-01" }],
    b: [{ id: 2, at: "2024-02-01" }],
  };
  const api = await serve(t, (request, response) => json(response, projects(all)(request)));
  const settings = perParent(2, "append", api.base);
  const first = await extract(settings);
  delete all.b;
  all.a = [{ id: 3, at: "2024-06-01" }];
  const second = await extract(settings, { state: first.result.state });
  assert.deepEqual(second.records.issues, [{ id: 3, at: "2024-06-01" }]);
  all.b = [
    { id: 2, at: "2024-02-01" },
    { id: 4, at: "2024-03-01" },
  ];
  const third = await extract(settings, { state: second.result.state });
  assert.deepEqual(third.records.issues, [{ id: 4, at: "2024-03-01" }]);
  assert.deepEqual(
    third.warnings.map(({ code }) => code),
    [],
  );
});

test("one parent more than the limit ends a load that appends, and nothing is taken", async (t) => {
  const all = { a: [{ id: 1, at: "2024-05-01" }], b: [], c: [] };
  const api = await serve(t, (request, response) => json(response, projects(all)(request)));
  await assert.rejects(extract(perParent(2, "append", api.base)), (error) => {
    assert.ok(error instanceof Error && "code" in error && "hint" in error);
    assert.equal(error.code, "E_LIMIT");
    assert.equal(error.message, 'resource "issues" has more than 2 parents with a cursor');
    assert.match(String(error.hint), /per_parent: \{limit: N\}/);
    return true;
  });
});

test("with merge cursors are forgotten beyond the limit: of absent parents first, then of new ones; no row is lost", async (t) => {
  const all: Parameters<typeof projects>[0] = {
    a: [{ id: 1, at: "2024-05-01" }],
    b: [{ id: 2, at: "2024-02-01" }],
  };
  const api = await serve(t, (request, response) => json(response, projects(all)(request)));
  const settings = perParent(2, "merge", api.base);
  const first = await extract(settings);
  delete all.a;
  all.c = [{ id: 3, at: "2024-01-15" }];
  const second = await extract(settings, { state: first.result.state });
  // It is older than what the other parents have, and new all the same.
  assert.deepEqual(second.records.issues, [{ id: 3, at: "2024-01-15" }]);
  const kept = (state: object) =>
    Object.keys(
      (state as { resources: { issues: { sluice: { partitions: object } } } }).resources.issues.sluice.partitions,
    );
  assert.deepEqual(kept(second.result.state), ["b", "c"]);
  assert.deepEqual(second.warnings, [
    { code: "W_PARENTS_FORGOTTEN", subject: "issues", count: 1, detail: "the limit is 2" },
  ]);
  // It comes back, and is one too many: all of it comes again, and those that were here stay.
  all.a = [
    { id: 1, at: "2024-05-01" },
    { id: 4, at: "2024-05-02" },
  ];
  const third = await extract(settings, { state: second.result.state });
  assert.deepEqual(third.records.issues, all.a);
  assert.deepEqual(kept(third.result.state), ["b", "c"]);
});

test("strict has one cursor for all parents, whatever per_parent says", async (t) => {
  const api = await serve(t, ({ target }, response) =>
    json(response, target === "/projects" ? [{ id: 1 }] : [{ id: 1, at: "2024-05-01" }]),
  );
  const settings = config(api.base, { cursor_path: "at", initial_value: "2024-01-01", per_parent: true });
  const { result } = await extract(settings, { compat: "strict" });
  assert.equal(JSON.stringify(result.state).includes("partitions"), false);
  assert.equal(JSON.stringify((await extract(settings)).result.state).includes("partitions"), true);
});

test("a request that must name an end is asked up to the present moment for the last window", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const window = (initial: string): RestApiConfig => ({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      {
        name: "rates",
        endpoint: {
          path: "{incremental.start_value}..{incremental.end_value}",
          incremental: { cursor_path: "date", initial_value: initial, window: "P1M" },
        },
      },
    ],
  });
  const windows = new Set(["rates"]);
  // The clock of these runs stands at the beginning of 2024.
  const bounded = await extract(window("2023-10-31"), { windows });
  const open = await extract(window("2023-12-20"), { windows });
  assert.deepEqual(
    api.asked.map(({ target }) => target),
    ["/2023-10-31..2023-11-30", "/2023-12-20..2024-01-01"],
  );
  assert.deepEqual(bounded.result.windows, [{ resource: "rates", start: "2023-10-31", end: "2023-11-30" }]);
  assert.deepEqual(open.result.windows, [{ resource: "rates", start: "2023-12-20" }]);
  assert.deepEqual(bounded.result.state, {
    resources: {
      rates: {
        incremental: {
          date: {
            initial_value: "2023-10-31",
            last_value: "2023-10-31",
            unique_hashes: [],
            start_value: "2023-10-31",
          },
        },
        sluice: { window: { end: "2023-11-30" } },
      },
    },
  });
});

test("a cursor value where no window can begin is an error that names it", async (t) => {
  const api = await serve(t, (_, response) => json(response, []));
  const state = { resources: { items: { incremental: { at: { last_value: "Monday", unique_hashes: [] } } } } };
  const settings: RestApiConfig = {
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      {
        name: "items",
        endpoint: {
          incremental: {
            cursor_path: "at",
            initial_value: "2024-01-01",
            start_param: "a",
            end_param: "b",
            window: "P1D",
          },
        },
      },
    ],
  };
  await assert.rejects(
    extract(settings, { state, windows: new Set(["items"]) }),
    /resource "items": the window P1D cannot begin at the cursor value "Monday"/,
  );
});
