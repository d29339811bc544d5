import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSource } from "../../../src/config/check-source.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { isJsonArray, isJsonObject } from "../../../src/core/json.ts";

const told = (source: unknown): string[] =>
  checkSource(source as JsonObject, "default").faults.map(({ reason, path }) => `${reason} ${path.join(".")}`);

/** Nothing is wrong with it, and each part needs another one. */
const RIGHT: JsonObject = {
  name: "shop",
  client: {
    base_url: "https://h",
    headers: { A: "b" },
    auth: { type: "http_basic", username: "u", password: "p" },
    paginator: { type: "page_number", total_path: null, maximum_page: 5, stop_after_empty_page: false },
  },
  resource_defaults: { primary_key: "id", endpoint: { params: { org: "x", limit: 5 } } },
  resources: [
    "plain",
    {
      name: "parents",
      write_disposition: { disposition: "merge", strategy: "upsert", skip_unchanged_rows: true },
      endpoint: {
        path: "{org}/p",
        incremental: { cursor_path: "at", initial_value: "2024-01-01", end_value: "2024-02-01" },
        params: { since: "{incremental.start_value}" },
        paginator: { type: "offset", limit: 5, total_path: null, maximum_offset: 50, stop_after_empty_page: false },
      },
      processing_steps: [
        { filter: "record.a == 1" },
        { redact: { fields: "a", hash_salt: "s" } },
        { rename: { a: "b" } },
      ],
    },
    {
      name: "children",
      include_from_parent: ["id"],
      endpoint: {
        path: "p/{id}/{area}",
        params: { id: { type: "resolve", resource: "parents", field: "id" }, area: "c" },
        response_actions: [
          { status_code: 404, action: "ignore" },
          { status_code: 409, action: "retry" },
        ],
        headers: { X: "{resources.parents.id}" },
      },
    },
    {
      name: "windowed",
      columns: [{ name: "a", data_type: "text" }, { name: "b" }],
      references: [{ referenced_table: "t", columns: ["a"], referenced_columns: ["b"] }],
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
    { name: "grandchildren", endpoint: "g/{resources.children.id}" },
    { name: "seed", records: [{ a: 1 }] },
  ],
};

/** All that can be made of a value by putting something else in one place. */
function* changed(
  value: JsonValue,
  instead: (key: string | number, old: JsonValue) => readonly JsonValue[],
): Iterable<JsonValue> {
  if (isJsonArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of instead(index, item)) yield value.with(index, other);
      for (const inner of changed(item, instead)) yield value.with(index, inner);
    }
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      for (const other of instead(key, item)) yield { ...value, [key]: other };
      for (const inner of changed(item, instead)) yield { ...value, [key]: inner };
      const { [key]: _, ...others } = value;
      yield { ...others, [`${key}z`]: item };
    }
  }
}

test("what follows only from a part whose shape is wrong is not told", () => {
  assert.deepEqual(told(RIGHT), []);
  let count = 0;
  for (const source of changed(RIGHT, () => [5.5, { zzz: {} }, [[]], "zzz", null])) {
    const faults = told(source);
    if (faults.length === 0) continue;
    count += 1;
    const shape = faults.filter((fault) => /^(type|unknown_key|missing_key|unknown_type) /.test(fault));
    // Without a fault of the shape a wrong value has faults of its own: `zzz` is no parent.
    const isMeaning = shape.length === 0 || faults.every((fault) => shape.includes(fault));
    assert.ok(isMeaning, `${JSON.stringify(source)}\n${faults.join("\n")}`);
  }
  assert.ok(count > 300, `${count}`);
});

test("faults of meaning come with those of the shape, and items of lists keep their places", () => {
  assert.deepEqual(
    told({
      cliend: {},
      resources: [
        { name: "a", endpont: "x", write_disposition: "apend" },
        { nam: "b" },
        {
          name: "c",
          processing_steps: [5, { filter: "record.a ==" }, { pik: "a" }, { rename: { "a[": "b" } }],
          endpoint: {
            path: "{x}/{resources.nobody.id}",
            method: "get",
            paginator: { type: "page_nmber" },
            response_actions: ["ignore", { status_code: 404 }],
          },
        },
        { name: "c", endpoint: { json: { a: 1 }, data: { b: 1 }, heders: {} } },
        { name: "d", endpoint: "{resources.d.id}", columns: { x: { data_type: "integer" } }, selected: "no" },
      ],
    }).sort(),
    [
      "duplicate_resource resources.3",
      "expression resources.2.processing_steps.1.filter",
      "json_and_data resources.3.endpoint",
      "jsonpath resources.2.processing_steps.3.rename.a[",
      "missing_key client",
      "missing_key resources.1.name",
      "missing_key resources.2.endpoint.response_actions.1.action",
      "parent_cycle resources.4.endpoint",
      "type resources.2.endpoint.response_actions.0",
      "type resources.2.processing_steps.0",
      "type resources.4.columns.x.data_type",
      "type resources.4.selected",
      "unbound_path_placeholder resources.2.endpoint.path",
      "unknown_key cliend",
      "unknown_key resources.0.endpont",
      "unknown_key resources.1.nam",
      "unknown_key resources.2.processing_steps.2.pik",
      "unknown_key resources.3.endpoint.heders",
      "unknown_type resources.0.write_disposition",
      "unknown_type resources.2.endpoint.method",
      "unknown_type resources.2.endpoint.paginator.type",
    ],
  );
});

test("a parent that does not exist is told beside other faults, one whose resource cannot be read is not", () => {
  const client = { base_url: "https://h" };
  const child = (parent: string) => ({ name: "child", endpoint: `x/{resources.${parent}.id}` });
  assert.deepEqual(told({ client, resources: [{ name: "a", selcted: true }, child("nobody")] }), [
    "unknown_key resources.0.selcted",
    "unknown_parent resources.1.endpoint",
  ]);
  assert.deepEqual(told({ client, resources: [{ nme: "a" }, child("a")] }), [
    "missing_key resources.0.name",
    "unknown_key resources.0.nme",
  ]);
});
