import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRestApi } from "../../../../src/config/rest-api/check.ts";
import { planResources } from "../../../../src/config/rest-api/plan.ts";
import { type RestApiConfig, restApiShape } from "../../../../src/config/rest-api/shape.ts";
import { faultPlaces as faults } from "../support/rest-faults.ts";

test("all faults of the meaning come at once, each with its path", () => {
  const config: RestApiConfig = {
    client: { base_url: "https://h", auth: { type: "http_basic", username: "u" }, paginator: "offset" },
    resources: [
      "a",
      "a",
      { name: "child", endpoint: "p/{resources.nope.id}/c" },
      { name: "x", endpoint: "x/{resources.y.id}" },
      { name: "y", endpoint: "y/{resources.x.id}" },
      { name: "z", endpoint: { path: "z/{static}/{foo.bar}", params: { q: "{baz}", i: "{incremental.start_value}" } } },
      { name: "inc", include_from_parent: ["id"] },
      {
        name: "cursor",
        endpoint: { data_selector: "a b", incremental: { cursor_path: "[", initial_value: 5, end_value: 1 } },
      },
      { name: "both", endpoint: { json: { a: 1 }, data: { b: 1 } } },
      { name: "two", endpoint: "{resources.a.id}/{resources.x.id}" },
      { name: " ", endpoint: "blank" },
      { name: "unnamed", table_name: " " },
    ],
  };
  assert.deepEqual(faults(config).sort(), [
    "duplicate_resource resources.1",
    "include_without_parent resources.6.include_from_parent",
    "incremental_arguments resources.7.endpoint.incremental.end_value",
    "json_and_data resources.8.endpoint",
    "jsonpath resources.7.endpoint.data_selector",
    "jsonpath resources.7.endpoint.incremental.cursor_path",
    "missing_key client.auth.password",
    "missing_key client.paginator.limit",
    "parent_cycle resources.3.endpoint",
    "several_parents resources.9.endpoint",
    "type resources.10",
    "type resources.11.table_name",
    "unbound_path_placeholder resources.5.endpoint.path",
    "unknown_parent resources.2.endpoint",
    "unknown_placeholder resources.5.endpoint.params.i",
    "unknown_placeholder resources.5.endpoint.params.q",
    "unknown_placeholder resources.5.endpoint.path",
  ]);
});

test("columns may be called like what every object has", () => {
  const columns = { constructor: { data_type: "bigint" }, toString: { data_type: "text" } } as const;
  const { resources } = planResources({ client: { base_url: "https://h" }, resources: [{ name: "a", columns }] });
  assert.deepEqual(resources[0]?.config.columns, {
    constructor: { data_type: "bigint", name: "constructor" },
    toString: { data_type: "text", name: "toString" },
  });
});

test("a base_url with a password is refused, and the password is not shown", () => {
  const other = checkRestApi({ client: { base_url: "ftp://ann:pass-word@h/v1" }, resources: ["a"] });
  assert.doesNotMatch(JSON.stringify(other), /pass-word/);
  const found = checkRestApi({ client: { base_url: "https://ann:pass-word@h/v1" }, resources: ["a"] });
  assert.deepEqual(
    found.map(({ path, message }) => [path.join("."), message]),
    [["client.base_url", "the URL holds a user or password, which is not sent"]],
  );
});

test("a base_url with a fragment is refused: what is behind it is never sent", () => {
  const of = (base_url: string) => faults({ client: { base_url }, resources: ["a"] });
  assert.deepEqual(of("https://h/v1#/docs"), ["type client.base_url"]);
  assert.deepEqual(of("https://h/v1#"), ["type client.base_url"]);
  assert.deepEqual(of("https://h/v1%23"), []);
});

test("column hints have dlt's types and whole sizes", () => {
  const config = {
    client: { base_url: "https://h" },
    resource_defaults: { columns: { at: { data_type: "datetime" } } },
    resources: [
      {
        name: "a",
        columns: {
          id: { data_type: "integer" },
          old: { data_type: "complex" },
          open: { data_type: null, nullable: false },
          price: { data_type: "decimal", precision: 10, scale: 2 },
          size: { data_type: "decimal", precision: -1, scale: "2" },
        },
      },
      { name: "b", columns: [{ name: "x", data_type: 5 }, { data_type: "txt" }] },
    ],
  };
  assert.deepEqual(faults(config), [
    "type resource_defaults.columns.at.data_type",
    "type resources.0.columns.id.data_type",
    "type resources.0.columns.size.precision",
    "type resources.0.columns.size.scale",
    "type resources.1.columns.0.data_type",
    "missing_key resources.1.columns.1.name",
    "type resources.1.columns.1.data_type",
  ]);
});

test("hints of nested tables are checked as those of the table", () => {
  const nested = (hints: unknown) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "a", nested_hints: { lines: hints } }] });
  const at = "resources.0.nested_hints.lines";
  assert.deepEqual(nested({ columns: { n: { data_type: "integer" }, price: { data_type: "decimal", scale: -1 } } }), [
    `type ${at}.columns.n.data_type`,
    `type ${at}.columns.price.scale`,
  ]);
  assert.deepEqual(nested({ columns: [{ data_type: "txt" }] }), [
    `missing_key ${at}.columns.0.name`,
    `type ${at}.columns.0.data_type`,
  ]);
  assert.deepEqual(nested({ columns: 5 }), [`type ${at}.columns`]);
  assert.deepEqual(nested({ colums: {} }), [`unknown_key ${at}.colums`]);
  assert.deepEqual(nested({ write_disposition: "upsert" }), [`unknown_type ${at}.write_disposition`]);
  const scd2 = { disposition: "merge", strategy: "scd2", boundary_timestamp: "now" };
  assert.deepEqual(nested({ write_disposition: scd2 }), [`type ${at}.write_disposition.boundary_timestamp`]);
  assert.deepEqual(nested({ columns: null, references: null, primary_key: null, parent_table_name: "a__b" }), []);
  const above = (parent_table_name: unknown) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "a", parent_table_name }] });
  assert.deepEqual([above("b"), above(null)], [["type resources.0.parent_table_name"], []]);
  const defaults = { parent_table_name: "b" };
  const inDefaults = faults({ client: { base_url: "https://h" }, resource_defaults: defaults, resources: ["a"] });
  assert.deepEqual(inDefaults, ["type resource_defaults.parent_table_name"]);
  const unnamed = { client: { base_url: "https://h" }, resources: [{ name: "a", nested_hints: { " ": {} } }] };
  assert.deepEqual(faults(unnamed), ["type resources.0.nested_hints. "]);
});

test("a reference has a table, and as many columns there as here", () => {
  const of = (...references: unknown[]) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "a", references }] });
  const reference = (columns: unknown, referenced_columns: unknown) => ({
    referenced_table: "b",
    columns,
    referenced_columns,
  });
  const at = "resources.0.references.0";
  assert.deepEqual(of(reference(["x", "y"], ["id"])), [`type ${at}`]);
  assert.deepEqual(of(reference(["x"], ["id"]), reference(["y"], ["id"])), []);
  assert.deepEqual(of(reference("x", ["id"])), [`type ${at}.columns`]);
  assert.deepEqual(of(reference([], ["id"])), [`type ${at}.columns`]);
  assert.deepEqual(of({ columns: ["x"], referenced_columns: ["id"] }), [`missing_key ${at}.referenced_table`]);
  const resource_defaults = { references: [reference(["x", "y"], ["id"])] };
  assert.deepEqual(faults({ client: { base_url: "https://h" }, resource_defaults, resources: [] }), [
    "type resource_defaults.references.0",
  ]);
});

test("all faults of the shape come at once, each with its path", () => {
  assert.deepEqual(
    faults({
      client: { base_url: "https://h", baseurl: 1, paginator: { type: "page_number", maximum_page: "5" } },
      resources: [
        { endpoint: { method: "get" } },
        { name: "b", endpoint: { paginator: {}, params: { x: { type: "foo" } } } },
        { name: "c", write_disposition: "upsert", endpoint: { json: [1] } },
      ],
    }).sort(),
    [
      "missing_key resources.0.name",
      "missing_key resources.1.endpoint.paginator.type",
      "type client.paginator.maximum_page",
      "type resources.2.endpoint.json",
      "unknown_key client.baseurl",
      "unknown_type resources.0.endpoint.method",
      "unknown_type resources.1.endpoint.params.x.type",
      "unknown_type resources.2.write_disposition",
    ],
  );
});

test("a base URL needs its scheme; an empty one leaves it to the paths", () => {
  const of = (base_url: string) => faults({ client: { base_url }, resources: [] });
  assert.deepEqual(of("gitlab.com/api"), ["type client.base_url"]);
  assert.deepEqual(of("ftp://h"), ["type client.base_url"]);
  assert.deepEqual(of("http://"), ["type client.base_url"]);
  assert.deepEqual(of(""), []);
});

test("a self reference is a cycle, and descendants of a cycle are not reported with it", () => {
  const config = {
    client: { base_url: "https://h" },
    resources: [
      { name: "a", endpoint: "a/{resources.a.id}" },
      { name: "b", endpoint: "b/{resources.a.id}" },
    ],
  };
  assert.deepEqual(faults(config), ["parent_cycle resources.0.endpoint"]);
});

test("static path values of the defaults serve every resource; in strict the first one uses them up", () => {
  const config: RestApiConfig = {
    client: { base_url: "https://h" },
    resource_defaults: { endpoint: { params: { org: "x", per_page: 1 } } },
    resources: [
      { name: "a", endpoint: "{org}/a" },
      { name: "b", endpoint: "{org}/b" },
    ],
  };
  const { resources } = planResources(config);
  assert.deepEqual(
    resources.map(({ path, params }) => [
      path.map((piece) => (piece.kind === "text" ? piece.text : "?")).join(""),
      params,
    ]),
    [
      ["x/a", [["per_page", 1]]],
      ["x/b", [["per_page", 1]]],
    ],
  );
  assert.deepEqual(
    checkRestApi(config, "strict").map((fault) => fault.reason),
    ["unbound_path_placeholder"],
  );
});

test("null hides a default, headers replace, params and json merge one level deep", () => {
  const config: RestApiConfig = {
    client: { base_url: "https://h", auth: { token: "t" }, headers: { A: "client", B: "client" } },
    resource_defaults: {
      primary_key: "id",
      endpoint: { headers: { B: "default", C: "default" }, params: { a: 1, b: 1 }, json: { x: { y: 1 } } },
    },
    resources: [
      {
        name: "r",
        primary_key: null,
        endpoint: { headers: { D: "own" }, params: { b: 2 }, json: { x: { z: 1 } }, auth: null },
      },
    ],
  };
  const [resource] = planResources(config).resources;
  assert.equal(resource?.config.primary_key, null);
  assert.deepEqual(resource?.headers, { A: "client", B: "client", D: "own" });
  assert.deepEqual(resource?.params, [
    ["a", 1],
    ["b", 2],
  ]);
  assert.deepEqual(resource?.json, { x: { z: 1 } });
  assert.equal(resource?.auth, null);
});

test("a write disposition: timestamps that are none, options of another strategy, keys and words that are none", () => {
  const of = (write_disposition: unknown) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "a", write_disposition }] });
  const merge = (strategy: string, more: object) => of({ disposition: "merge", strategy, ...more });
  const at = (key: string) => `resources.0.write_disposition.${key}`;
  assert.deepEqual(merge("scd2", { boundary_timestamp: "now", active_record_timestamp: "" }), [
    `type ${at("active_record_timestamp")}`,
    `type ${at("boundary_timestamp")}`,
  ]);
  assert.deepEqual(merge("scd2", { boundary_timestamp: null, active_record_timestamp: "9999-12-31" }), []);
  assert.deepEqual(merge("insert-only", { skip_unchanged_rows: true, row_version_column_name: "v" }), [
    `type ${at("skip_unchanged_rows")}`,
    `type ${at("row_version_column_name")}`,
  ]);
  assert.deepEqual(merge("upsert", { skip_unchanged_rows: true, row_version_column_name: "v" }), []);
  assert.deepEqual(of({ disposition: "merge", strategy: "upsrt" }), [`unknown_type ${at("strategy")}`]);
  assert.deepEqual(of({ disposition: "merge", strategy: "cdc" }), [`unknown_type ${at("strategy")}`]);
  assert.deepEqual(merge("scd2", { validity_column_names: ["a"] }), [`type ${at("validity_column_names")}`]);
});

test("column hints as a list need their names", () => {
  const columns = [{ name: "id", primary_key: true }, { data_type: "text" }];
  const resources = [{ name: "a", columns }];
  assert.deepEqual(faults({ client: { base_url: "https://h" }, resources }), [
    "missing_key resources.0.columns.1.name",
  ]);
});

test("steps and converters that cannot work are faults at their place", () => {
  const at = "resources.0.processing_steps";
  const steps = (...processing_steps: unknown[]) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "r", processing_steps }] });
  assert.deepEqual(
    steps(
      { filter: "record.a ==" },
      { filter: "fn:known" },
      { map: "recrod" },
      { yield_map: "true" },
      { filter: { module: "steps.mjs" } },
      { map: { module: "./steps.mjs#good" } },
      { pick: ["a", "b["], omit: "c" },
      { omit: "a[?(@.b>1)]" },
      { rename: { "a[": "b" } },
      { set: { a: { expression: "1 +" }, b: { expression: "literal", more: 1 } } },
      { redact: { fields: "a", replace: 1, hash_salt: "s" } },
      { redact: { fields: ["a", "`len`"], hash_salt: "" } },
      { explode: "a..[" },
    ),
    [
      `expression ${at}.0.filter`,
      `expression ${at}.2.map`,
      `expression ${at}.3.yield_map`,
      `type ${at}.4.filter.module`,
      `type ${at}.6`,
      `jsonpath ${at}.6.pick.1`,
      `jsonpath ${at}.7.omit`,
      `jsonpath ${at}.8.rename.a[`,
      `expression ${at}.9.set.a.expression`,
      `type ${at}.10.redact`,
      `jsonpath ${at}.11.redact.fields.1`,
      `missing_secret ${at}.11.redact.hash_salt`,
      `jsonpath ${at}.12.explode`,
    ],
  );
  const converters = (convert: unknown) =>
    faults({
      client: { base_url: "https://h" },
      resources: [{ name: "r", endpoint: { incremental: { cursor_path: "a", convert } } }],
    });
  const place = "resources.0.endpoint.incremental.convert";
  assert.deepEqual(converters("dates"), [`expression ${place}`]);
  assert.deepEqual(converters({ format: "yyyy-QQ" }), [`type ${place}.format`]);
  assert.deepEqual(converters({ format: "'now'" }), [`type ${place}.format`]);
  assert.deepEqual(converters("date"), []);
  assert.deepEqual(converters({ format: "yyyy'W'" }), []);
});

test("windows need a range with a beginning, requests that name its parts, and tables that take parts", () => {
  const resource = (name: string, incremental: object, more: object = {}) => ({
    name,
    ...more,
    endpoint: {
      incremental: { cursor_path: "at", initial_value: "2024-01-01", start_param: "a", end_param: "b", ...incremental },
    },
  });
  const messages = (...resources: readonly object[]) => {
    const config = restApiShape.parse({ client: { base_url: "https://h" }, resources });
    return checkRestApi(config).map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  for (const window of ["P30D", "P1M", "30d", 7]) assert.deepEqual(messages(resource("r", { window })), []);
  assert.deepEqual(messages(resource("r", { window: 100, initial_value: 0 })), []);
  const inBody = {
    name: "r",
    endpoint: {
      path: "r/{incremental.start_value}",
      json: { to: "{incremental.end_value}" },
      incremental: { cursor_path: "at", initial_value: "2024-01-01T00:00:00Z", window: "PT12H" },
    },
  };
  assert.deepEqual(messages(inBody), []);

  const at = 'resources.0.endpoint.incremental.window: the window of "r" ';
  for (const [incremental, message] of [
    [{ window: "P1D", initial_value: null }, "needs initial_value, where the first one begins"],
    [
      { window: "P1D", end_value: "2024-02-01" },
      "does not go with end_value: a bounded load keeps no state to go on from",
    ],
    [
      { window: "P1D", last_value_func: "min" },
      "goes with last_value_func max only: a range downwards has no known end",
    ],
    [{ window: "P1D", initial_value: 5 }, "is a duration, but initial_value is no moment"],
    [{ window: "P1D", initial_value: "yesterday" }, "is a duration, but initial_value is no moment in ISO form"],
    [{ window: "PT12H" }, "is no whole number of days, but initial_value is a date"],
    [{ window: "P1D", start_param: null }, "needs requests that say where it begins"],
    [{ window: "P1D", end_param: null }, "needs requests that say where it ends"],
  ] as const) {
    assert.deepEqual(messages(resource("r", incremental)), [at + message]);
  }
  const numbers = {
    ...inBody,
    endpoint: { ...inBody.endpoint, incremental: { cursor_path: "n", initial_value: 0, window: 10 } },
  };
  assert.deepEqual(messages(numbers), [`${at}of numbers needs end_param, because the last one has no end`]);

  const whole =
    "cannot be loaded in parts, because it is loaded with replace or scd2, which take each part for all there is";
  assert.deepEqual(messages(resource("r", { window: "P1D" }, { write_disposition: "replace" })), [at + whole]);
  const scd2 = { disposition: "merge", strategy: "scd2" };
  assert.deepEqual(messages(resource("r", { window: "P1D" }, { write_disposition: scd2 })), [at + whole]);
  const child = { name: "c", write_disposition: "replace", endpoint: "r/{resources.r.id}/c" };
  assert.deepEqual(messages(resource("r", { window: "P1D" }), child), [
    at + whole.replace("because it is", 'because "c" is'),
  ]);
  const windowed = {
    name: "c",
    endpoint: { path: "r/{resources.r.id}/c", ...resource("c", { window: "P1D" }).endpoint },
  };
  assert.deepEqual(messages(resource("r", {}), windowed), [
    'resources.1.endpoint.incremental.window: the window of "c" needs all parents for each part, but "r" above it has a cursor',
  ]);
  assert.deepEqual(messages("r" as unknown as object, windowed), []);
});

test("a window that is no length, and a limit that is none, are faults of the shape", () => {
  const incremental = (more: object) =>
    faults({
      client: { base_url: "https://h" },
      resources: [{ name: "r", endpoint: { incremental: { cursor_path: "at", ...more } } }],
    });
  const at = "resources.0.endpoint.incremental";
  for (const window of ["P", "a month", "", 0, -5, true]) {
    assert.deepEqual(incremental({ window }), [`type ${at}.window`], String(window));
  }
  assert.deepEqual(incremental({ per_parent: { limit: 0 } }), [`type ${at}.per_parent.limit`]);
  assert.deepEqual(incremental({ per_parent: {} }), [`missing_key ${at}.per_parent.limit`]);
  assert.deepEqual(incremental({ per_parent: { limits: 5, limit: 5 } }), [`unknown_key ${at}.per_parent.limits`]);
  assert.deepEqual(incremental({ per_parent: "yes" }), [`type ${at}.per_parent`]);
});

test("response actions and expression paginators that cannot work are faults at their place", () => {
  const at = "resources.0.endpoint.response_actions";
  const actions = (...response_actions: unknown[]) =>
    faults({ client: { base_url: "https://h" }, resources: [{ name: "r", endpoint: { response_actions } }] });
  assert.deepEqual(
    actions(
      { rewrite: "body.data" },
      { rewrite: "record.data" },
      { action: "stop" },
      { action: "anything" },
      { status_code: 404, action: "ignore", message: "m" },
      { status_code: 404, action: "fail", message: "m" },
      { encoding: "windows-1252" },
      { encoding: "windows-9999" },
      { status_code: 404 },
      { message: "m" },
    ),
    [
      `expression ${at}.1.rewrite`,
      `missing_key ${at}.2`,
      `type ${at}.4.message`,
      `unknown_type ${at}.7.encoding`,
      `missing_key ${at}.8.action`,
      `missing_key ${at}.9.action`,
      `type ${at}.9.message`,
    ],
  );
  const paginator = (config: object) =>
    faults({ client: { base_url: "https://h", paginator: { type: "expression", ...config } }, resources: ["r"] });
  assert.deepEqual(paginator({ next: { url: "body.next" } }), []);
  assert.deepEqual(paginator({ next: { params: "body.x ? {'a': 1} : null" }, stop: "size(records) == 0" }), []);
  assert.deepEqual(paginator({ next: {} }), ["missing_key client.paginator.next"]);
  assert.deepEqual(paginator({}), ["missing_key client.paginator.next"]);
  assert.deepEqual(paginator({ next: { url: "1", params: "'a'", json: "[1]" }, stop: "'no'" }), [
    "expression client.paginator.stop",
    "expression client.paginator.next.url",
    "expression client.paginator.next.params",
    "expression client.paginator.next.json",
  ]);
});

test("a paginator that writes into the body needs one of JSON", () => {
  const of = (endpoint: object, client: object = {}) =>
    faults({ client: { base_url: "https://h", ...client }, resources: [{ name: "r", endpoint }] });
  const fault = ["paginator_arguments resources.0.endpoint.data"];
  const page = { type: "page_number", page_body_path: "page" } as const;
  assert.deepEqual(of({ data: "<all/>", paginator: page }), fault);
  assert.deepEqual(of({ data: { q: "a" }, paginator: page }), fault);
  assert.deepEqual(of({ data: "<all/>" }, { paginator: page }), fault);
  assert.deepEqual(of({ data: "x", paginator: { type: "cursor", cursor_body_path: "a.b" } }), fault);
  assert.deepEqual(of({ data: "x", paginator: { type: "offset", limit: 5, limit_body_path: "take" } }), fault);
  assert.deepEqual(of({ data: "x", paginator: { type: "expression", next: { json: "body.next" } } }), fault);
  const config = {
    client: { base_url: "https://h" },
    resources: [{ name: "r", endpoint: { data: "x", paginator: page } }],
  };
  assert.deepEqual(checkRestApi(config, "strict"), [], "dlt sends the one page");
  assert.deepEqual(of({ data: "", paginator: page }), []);
  assert.deepEqual(of({ json: { q: "a" }, paginator: page }), []);
  assert.deepEqual(of({ data: "<all/>", paginator: { type: "page_number", page_param: "page" } }), []);
  assert.deepEqual(of({ data: "<all/>", paginator: "single_page" }, { paginator: page }), []);
  assert.deepEqual(of({ data: "<all/>", paginator: { type: "cursor", cursor_body_path: "", cursor_param: "c" } }), []);
});

test("a seed is a list, and nothing else beside it", () => {
  const seed = (more: object) => faults({ client: { base_url: "https://h" }, resources: [{ name: "r", ...more }] });
  assert.deepEqual(seed({ records: [{ a: 1 }] }), []);
  assert.deepEqual(seed({ records: "[]" }), ["type resources.0.records"]);
  assert.deepEqual(seed({ records_file: "a.yaml" }), ["type resources.0.records_file"]);
  assert.deepEqual(seed({ records: [1] }), ["type resources.0.records.0"]);
  assert.deepEqual(seed({ records: [], endpoint: { path: "x" } }), ["type resources.0.endpoint"]);
  assert.deepEqual(seed({ records: [], include_from_parent: ["a"] }), [
    "include_without_parent resources.0.include_from_parent",
  ]);
});
