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
