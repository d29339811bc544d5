import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { IncrementalConfig, ParamConfig, RestApiConfig } from "../../../src/config/rest-api/shape.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { extract, json, pageOf, serve } from "./fake-api.ts";

interface Run {
  readonly asked: readonly string[];
  readonly records: readonly unknown[];
  readonly state: JsonObject;
}

/** Runs one resource with a cursor over the given records. */
async function run(
  t: TestContext,
  incremental: IncrementalConfig,
  records: readonly unknown[],
  more: { state?: JsonObject; params?: Record<string, ParamConfig>; primary_key?: string } = {},
): Promise<Run> {
  const api = await serve(t, (_, response) => json(response, records));
  const { primary_key, params } = more;
  const outcome = await extract(
    {
      client: { base_url: api.base, paginator: "single_page" },
      resources: [
        { name: "a", ...(primary_key && { primary_key }), endpoint: { incremental, ...(params && { params }) } },
      ],
    },
    more.state === undefined ? {} : { state: more.state },
  );
  return {
    asked: api.asked.map(({ target }) => target),
    records: outcome.records.a ?? [],
    state: outcome.result.state,
  };
}

const at = (...values: unknown[]) => values.map((value, index) => ({ id: index, at: value }));
const idsOf = ({ records }: Run) => records.map((record) => (record as { id: number }).id);

test("placeholders give the four values, None where there is none; a start_param without a value is left out", async (t) => {
  const params = {
    s: "{incremental.start_value}",
    l: "{incremental.last_value}",
    i: "{incremental.initial_value}",
    e: "{incremental.end_value}",
  };
  const first = await run(t, { cursor_path: "at", start_param: "since", end_param: "until" }, at(3), { params });
  assert.deepEqual(first.asked, ["/a?s=None&l=None&i=None&e=None"]);
  const second = await run(t, { cursor_path: "at", start_param: "since" }, at(3), { params, state: first.state });
  assert.deepEqual(second.asked, ["/a?s=3&l=3&i=None&e=None&since=3"]);
  const bounded = { cursor_path: "at", initial_value: 1, end_value: 5, start_param: "since", end_param: "until" };
  const third = await run(t, bounded, at(3), { params, state: first.state });
  assert.deepEqual(third.asked, ["/a?s=1&l=1&i=1&e=5&since=1&until=5"]);
});

test("a bounded load reads and writes no state, and drops what lies outside; both ends can be opened and closed", async (t) => {
  const rows = at(1, 2, 3, 4, 5);
  const bounded = { cursor_path: "at", initial_value: 2, end_value: 4 };
  const state = (await run(t, { cursor_path: "at" }, rows)).state;
  const plain = await run(t, bounded, rows, { state });
  assert.deepEqual(idsOf(plain), [1, 2]);
  assert.deepEqual(plain.state, state);
  assert.deepEqual(idsOf(await run(t, { ...bounded, range_start: "open" }, rows)), [2]);
  assert.deepEqual(idsOf(await run(t, { ...bounded, range_end: "closed" }, rows)), [1, 2, 3]);
});

test("rows of the boundary come once; primary_key tells them apart, an empty list does not, an open start drops them", async (t) => {
  const rows = at(1, 5, 5);
  const later = [...rows, { id: 9, at: 5 }, { id: 10, at: 6 }];
  const twice = async (incremental: IncrementalConfig) => {
    const { state } = await run(t, incremental, rows, { primary_key: "id" });
    return idsOf(await run(t, incremental, later, { primary_key: "id", state }));
  };
  assert.deepEqual(await twice({ cursor_path: "at" }), [9, 10]);
  assert.deepEqual(await twice({ cursor_path: "at", primary_key: "at" }), [10]);
  assert.deepEqual(await twice({ cursor_path: "at", primary_key: [] }), [1, 2, 9, 10]);
  assert.deepEqual(await twice({ cursor_path: "at", primary_key: "" }), [1, 2, 9, 10]);
  assert.deepEqual(await twice({ cursor_path: "at", range_start: "open" }), [10]);
});

test("last_value_func min goes down", async (t) => {
  const down: IncrementalConfig = { cursor_path: "at", last_value_func: "min", initial_value: 9 };
  const first = await run(t, down, at(9, 7, 8));
  assert.deepEqual(idsOf(first), [0, 1, 2]);
  const second = await run(t, { ...down, start_param: "before" }, at(8, 7, 6), { state: first.state });
  assert.deepEqual(second.asked, ["/a?before=7"]);
  assert.deepEqual(idsOf(second), [2]);
});

test("lag: units, seconds and days back, never beyond the initial value, off in a bounded load", async (t) => {
  const cases: readonly (readonly [IncrementalConfig, unknown, string])[] = [
    [{ cursor_path: "at", lag: 3 }, 10, "7"],
    [{ cursor_path: "at", lag: 3, initial_value: 9 }, 10, "9"],
    [{ cursor_path: "at", lag: 90 }, "2024-01-01T00:01:00Z", "2023-12-31T23:59:30Z"],
    [{ cursor_path: "at", lag: 2 }, "2024-03-01", "2024-02-28"],
    [{ cursor_path: "at", lag: 1, last_value_func: "min" }, 10, "11"],
  ];
  for (const [incremental, value, start] of cases) {
    const { state } = await run(t, incremental, at(value));
    const again = await run(t, { ...incremental, start_param: "s" }, at(value), { state });
    assert.equal(new URL(again.asked[0] ?? "", "http://h").searchParams.get("s"), start);
    assert.equal(again.records.length, 1, "rows of the boundary come again");
    const stored = `"last_value":${JSON.stringify(value)},`;
    assert.ok(JSON.stringify(again.state).includes(stored), "the stored cursor does not move back");
  }
  const bounded = await run(t, { cursor_path: "at", lag: 3, initial_value: 5, end_value: 9, start_param: "s" }, []);
  assert.deepEqual(bounded.asked, ["/a?s=5"]);
});

test("on_cursor_value_missing: include takes such rows, exclude drops them, neither moves the cursor", async (t) => {
  const rows = [{ id: 0, at: 1 }, { id: 1 }, { id: 2, at: null }];
  const included = await run(t, { cursor_path: "at", on_cursor_value_missing: "include" }, rows);
  assert.deepEqual(idsOf(included), [0, 1, 2]);
  const excluded = await run(t, { cursor_path: "at", on_cursor_value_missing: "exclude" }, rows);
  assert.deepEqual(idsOf(excluded), [0]);
  assert.match(JSON.stringify(excluded.state), /"last_value":1,/);
});

test("an incremental parameter wins over the section; its value stands at its place", async (t) => {
  const { asked, state } = await run(t, { cursor_path: "other", start_param: "x" }, at(3), {
    params: { a: 1, since: { type: "incremental", cursor_path: "at", initial_value: 2 }, b: 2 },
  });
  assert.deepEqual(asked, ["/a?a=1&since=2&b=2"]);
  assert.match(JSON.stringify(state), /"incremental":\{"at":/);
});

test("a section in the defaults gives each resource a cursor of its own, null takes it away", async (t) => {
  const api = await serve(t, ({ target }, response) => json(response, at(target.startsWith("/a") ? 1 : 2)));
  const { result } = await extract({
    client: { base_url: api.base, paginator: "single_page" },
    resource_defaults: { endpoint: { incremental: { cursor_path: "at" } } },
    resources: ["a", "b", { name: "c", endpoint: { incremental: null } }],
  });
  assert.deepEqual(
    result.resources.map(({ resource, cursor }) => [resource, cursor]),
    [
      ["a", "1"],
      ["b", "2"],
      ["c", undefined],
    ],
  );
});

test("row_order asc ends a bounded load at its last page, and never the pages of a child", async (t) => {
  const config = (base: string, path: string): RestApiConfig => ({
    client: { base_url: base },
    resources: [
      { name: "p", selected: path !== "a", endpoint: { paginator: "single_page", data_selector: "data" } },
      {
        name: "a",
        endpoint: {
          path,
          paginator: { type: "page_number" },
          incremental: { cursor_path: "at", initial_value: 0, end_value: 2, row_order: "asc" },
        },
      },
    ],
  });
  for (const [path, pages] of [
    ["a", 3],
    ["{resources.p.id}/a", 5],
  ] as const) {
    const api = await serve(t, ({ target }, response) =>
      json(response, { data: [{ id: 1, at: pageOf(target) * 1.5 || 0 }], total: 5 }),
    );
    const { records } = await extract(config(api.base, path), { endpoints: ["a"] });
    assert.equal(records.a?.length, 2);
    const own = api.asked.filter(({ target }) => target.includes("page="));
    assert.equal(own.length, pages, path);
  }
});
