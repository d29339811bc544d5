import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointConfig } from "../../../src/config/rest-api/shape.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { compilePath } from "../../../src/core/json-path.ts";
import { endsAtNothing } from "../../../src/core/json-path-reach.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { extract, json, pageOf, serve } from "./fake-api.ts";

test("a path that matches nothing may be right where there is nothing, or where it chooses", () => {
  const cases: readonly (readonly [path: string, body: string, mayBeRight: boolean])[] = [
    ["data", '{"items":[]}', false],
    ["data", "[1]", false],
    ["data", "5", false],
    ["data", "[]", true],
    ["data", "{}", true],
    ["data.items", '{"data":{"rows":[1]}}', false],
    ["data.items", '{"data":null}', true],
    ["data.items", '{"data":{}}', true],
    ["data.items", '{"rows":1}', false],
    ["groups[*].lines[*]", '{"groups":[]}', true],
    ["groups[*].lines[*]", '{"groups":[{"lines":[]},{"x":1}]}', true],
    ["groups[*].lines[*]", '{"groups":[{"rows":[1]}]}', false],
    ["groups[*].lines", '{"group":[]}', false],
    ["items[?(@.n>1)]", '{"items":[{"n":1}]}', true],
    ["items[?(@.n>1)]", '{"rows":[{"n":1}]}', false],
    ["rows[3]", '{"rows":[1]}', true],
    ["rows[3:]", '{"row":[1]}', false],
    ["$..items", '{"a":{"b":1}}', false],
    ["$..items", "{}", true],
    ["a|b", '{"c":1}', false],
    ["a.(b|c)", '{"a":[]}', true],
  ];
  for (const [path, body, wanted] of cases) {
    assert.equal(endsAtNothing(compilePath(path), parseJson(body)), wanted, `${path} in ${body}`);
  }
});

const WARNING = "W_NOTHING_SELECTED";

async function warned(t: Parameters<typeof serve>[0], bodies: readonly unknown[], endpoint: EndpointConfig = {}) {
  const api = await serve(t, ({ target }, response) => json(response, bodies[pageOf(target)] ?? {}));
  const paginator = { type: "page_number", maximum_page: bodies.length, total_path: null } as const;
  const { records, warnings } = await extract({
    client: { base_url: api.base },
    resources: [{ name: "r", endpoint: { data_selector: "items", paginator, ...endpoint } }],
  });
  return { records: records.r ?? [], told: warnings.filter(({ code }) => code === WARNING) };
}

test("a data_selector that matches in no answer is told once, with the keys and no values", async (t) => {
  const body = { rows: [{ id: 1 }], total: "s3cret", ...Object.fromEntries([..."abcdefghij"].map((key) => [key, 1])) };
  const paginator = { type: "page_number", maximum_page: 3, total_path: null, stop_after_empty_page: false } as const;
  const { records, told } = await warned(t, [body, body, body], { paginator });
  assert.deepEqual(records, []);
  assert.deepEqual(told, [
    {
      code: WARNING,
      subject: "r",
      count: 1,
      detail: '"items" matched nothing in 3 answers; the first has the keys rows, total, a, b, c, d, e, f, g, h, ...',
    },
  ]);
  const list = await warned(t, [[{ id: 1 }]]);
  assert.equal(list.told[0]?.detail, '"items" matched nothing in the answer, which is a list');
});

test("an empty list, and one page of several that matches, are no miss", async (t) => {
  assert.deepEqual((await warned(t, [{ items: [] }])).told, []);
  assert.deepEqual((await warned(t, [{ items: null }])).told, []);
  const two = await warned(t, [{ items: [{ id: 1 }] }, { rows: [] }]);
  assert.deepEqual(two, { records: [{ id: 1 }], told: [] });
});

test("an answer that is ignored or has no body, and detection, are no miss", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    if (target === "/gone") json(response, { message: "no" }, {}, 404);
    else if (target === "/empty") response.writeHead(204).end();
    else json(response, { total: 1 });
  });
  const { warnings } = await extract({
    client: { base_url: api.base, paginator: "single_page" },
    resources: [
      { name: "gone", endpoint: { data_selector: "a", response_actions: [{ status_code: 404, action: "ignore" }] } },
      { name: "empty", endpoint: { data_selector: "a" } },
      { name: "detected" },
    ],
  });
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["W_RESOURCE_SKIPPED"],
  );
});

test("children: a parent without the key is no miss while another one has it", async (t) => {
  const api = await serve(t, ({ target }, response) => {
    if (target === "/p") json(response, [{ id: 1 }, { id: 2 }]);
    else json(response, target === "/p/1/c" ? { items: [{ id: 10 }] } : { other: 1 });
  });
  const child = (name: string, data_selector: string) => ({
    name,
    endpoint: { path: "p/{resources.p.id}/c", data_selector },
  });
  const { warnings } = await extract({
    client: { base_url: api.base, paginator: "single_page" },
    resources: ["p", child("right", "items"), child("wrong", "rows")],
  });
  assert.deepEqual(
    warnings.map(({ code, subject, count }) => [code, subject, count]),
    [[WARNING, "wrong", 1]],
  );
  assert.match(warnings[0]?.detail ?? "", /^"rows" matched nothing in 2 answers; the first has the key (items|other)$/);
});

test("windows: one without the key says nothing while others follow, and only the last may tell", async (t) => {
  const api = await serve(t, (_, response) => json(response, { total: 0 }));
  const run = (initial_value: string) =>
    extract(
      {
        client: { base_url: api.base, paginator: "single_page" },
        resources: [
          {
            name: "r",
            endpoint: {
              data_selector: "items",
              incremental: { cursor_path: "at", initial_value, start_param: "from", end_param: "to", window: "P30D" },
            },
          },
        ],
      },
      { windows: new Set(["r"]) },
    );
  const codes = async (from: string) => (await run(from)).warnings.map(({ code }) => code);
  assert.deepEqual(await codes("2020-01-01T00:00:00Z"), []);
  assert.deepEqual(await codes("2023-12-31T00:00:00Z"), [WARNING]);
});

test("once a cursor has moved, an answer without the key is no miss: the source may have nothing new", async (t) => {
  let day = 1;
  const api = await serve(t, (_, response) =>
    json(response, day === 2 ? { items: [{ at: "2024-02-01" }] } : { total: 0 }),
  );
  const run = (state: JsonObject) =>
    extract(
      {
        client: { base_url: api.base, paginator: "single_page" },
        resources: [
          {
            name: "r",
            endpoint: { data_selector: "items", incremental: { cursor_path: "at", initial_value: "2024-01-01" } },
          },
        ],
      },
      { state },
    );
  const told: string[][] = [];
  let state: JsonObject = {};
  for (; day <= 3; day += 1) {
    const { warnings, result } = await run(state);
    told.push(warnings.map(({ code }) => code));
    state = result.state;
  }
  assert.deepEqual(told, [[WARNING], [], []]);
});
