import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsFromZod } from "../../../../src/config/explain.ts";
import type { Fault } from "../../../../src/config/fault.ts";
import { checkRestApi } from "../../../../src/config/rest-api/check.ts";
import { restApiShape } from "../../../../src/config/rest-api/shape.ts";

function faultsOf(config: unknown): readonly Fault[] {
  const read = restApiShape.safeParse(config);
  return read.success ? checkRestApi(read.data) : faultsFromZod(read.error, config, restApiShape);
}

const shown = ({ reason, path, message, suggestion = "" }: Fault) =>
  `${reason} ${path.join(".")}: ${message}${suggestion === "" ? "" : `; ${suggestion}`}`;

const client = (more: object) => ({ client: { base_url: "https://h", ...more }, resources: [] });
const resource = (more: object) => ({ client: { base_url: "https://h" }, resources: [{ name: "r", ...more }] });
const endpoint = (more: object) => resource({ endpoint: more });
const paginator = (value: unknown) => client({ paginator: value });
const incremental = (more: object) => endpoint({ incremental: { cursor_path: "at", ...more } });

/** One fault each: what is written, and what is said of it. */
const FAULTS: readonly (readonly [string, unknown, RegExp])[] = [
  ["top: unknown key", { ...client({}), client_: 1 }, /^unknown_key client_: unknown key "client_"/],
  ["top: no client", { resources: [] }, /^missing_key client: the key "client" is missing/],
  ["top: no resources", { client: { base_url: "https://h" } }, /^missing_key resources: /],
  ["client: no base_url", { client: {}, resources: [] }, /^missing_key client.base_url: /],
  [
    "client: headers are a mapping",
    client({ headers: ["a"] }),
    /^type client.headers: expected a mapping, found a list/,
  ],
  ["client: a header is text", client({ headers: { a: 1 } }), /^type client.headers.a: expected text, found 1/],
  [
    "client: a session is Python's",
    client({ session: {} }),
    /^unknown_key client.session: .*object of Python.*under http/,
  ],
  [
    "client: empty_body has two words",
    client({ empty_body: "skip" }),
    /^unknown_type client.empty_body: .*no_records, error/,
  ],
  ["resource: no name", { ...client({}), resources: [{ endpoint: "a" }] }, /^missing_key resources.0.name: /],
  ["resource: neither text nor mapping", { ...client({}), resources: [3] }, /^type resources.0: .*found 3/],
  ["resource: unknown key", resource({ primarykey: "id" }), /^unknown_key .*did you mean "primary_key"/],
  [
    "resource: selected is no text",
    resource({ selected: "yes" }),
    /^type resources.0.selected: expected true or false/,
  ],
  ["resource: nesting is a number", resource({ max_table_nesting: true }), /^type .*max_table_nesting: .*found true/],
  [
    "resource: disposition",
    resource({ write_disposition: "upsert" }),
    /^unknown_type .*write_disposition: .*append, replace, merge, skip/,
  ],
  [
    "resource: include is a list",
    resource({ include_from_parent: "id" }),
    /^type .*include_from_parent: expected a list/,
  ],
  ["endpoint: unknown key", endpoint({ param: {} }), /^unknown_key .*endpoint.param: .*did you mean "params"/],
  ["endpoint: lower case method", endpoint({ method: "get" }), /^unknown_type .*method: .*did you mean "GET"/],
  ["endpoint: DELETE", endpoint({ method: "DELETE" }), /^unknown_type .*method: /],
  ["endpoint: params null", endpoint({ params: null }), /^type .*params: expected a mapping, found null/],
  [
    "endpoint: a mapping of no type",
    endpoint({ params: { a: { x: 1 } } }),
    /^unknown_type .*params.a.type: a mapping as a parameter needs a type, one of resolve, incremental/,
  ],
  ["endpoint: json is no list", endpoint({ json: [1] }), /^type .*json: expected a mapping, found a list/],
  ["endpoint: a header is text", endpoint({ headers: { a: 1 } }), /^type .*headers.a: expected text, found 1/],
  ["endpoint: path is text", endpoint({ path: 3 }), /^type .*path: expected text, found 3/],
  ["action: without a word", endpoint({ response_actions: [{ status_code: 404 }] }), /^missing_key .*0.action: /],
  [
    "action: unknown key",
    endpoint({ response_actions: [{ status: 404, action: "ignore" }] }),
    /^unknown_key .*0.status: /,
  ],
  [
    "defaults: no shorthand",
    { ...client({}), resource_defaults: { endpoint: "a" } },
    /^type resource_defaults.endpoint: expected a mapping/,
  ],
  [
    "auth: unknown type",
    client({ auth: { type: "bearr" } }),
    /^unknown_type client.auth.type: .*did you mean "bearer"/,
  ],
  [
    "auth: unknown word",
    client({ auth: "digest" }),
    /^unknown_type client.auth: .*http_basic.*found the text "digest"/,
  ],
  ["auth: what may be a token", client({ auth: "glpat-Abc12" }), /^unknown_type client.auth: .*found the text g\*{5}2/],
  ["auth: without a type only token", client({ auth: { api_key: "k" } }), /^unknown_key client.auth.api_key: /],
  [
    "auth: location",
    client({ auth: { type: "api_key", api_key: "k", location: "body" } }),
    /^unknown_type client.auth.location: .*cookie/,
  ],
  [
    "auth: http_basic lacks its password",
    client({ auth: { type: "http_basic", username: "u" } }),
    /^missing_key client.auth.password: .*"password"/,
  ],
  ["auth: a bearer lacks its token", client({ auth: "bearer" }), /^missing_secret client.auth.token: .*"token"/],
  ["auth: null as a token", client({ auth: { token: null } }), /^missing_secret client.auth.token: /],
  ["paginator: unknown type", paginator("page_nmber"), /^unknown_type client.paginator: .*did you mean "page_number"/],
  ["paginator: no type", paginator({ limit: 1 }), /^missing_key client.paginator.type: .*one of .*offset/],
  ["paginator: empty", paginator({}), /^missing_key client.paginator.type: /],
  [
    "paginator: numbers are numbers",
    paginator({ type: "page_number", maximum_page: "5" }),
    /^type .*maximum_page: expected a (whole )?number, found the text "5"/,
  ],
  [
    "paginator: true is no number",
    paginator({ type: "page_number", base_page: true }),
    /^type .*base_page: .*found true/,
  ],
  ["paginator: another's argument", paginator({ type: "page_number", limit: 5 }), /^unknown_key .*limit: /],
  ["paginator: offset without limit", paginator({ type: "offset" }), /^missing_key client.paginator.limit: /],
  ["paginator: offset as a word", paginator("offset"), /^missing_key client.paginator.limit: /],
  [
    "paginator: both places",
    paginator({ type: "cursor", cursor_param: "c", cursor_body_path: "c" }),
    /^paginator_arguments client.paginator: cursor_param and cursor_body_path exclude each other/,
  ],
  [
    "paginator: no place",
    paginator({ type: "page_number", page_param: "" }),
    /^paginator_arguments .*one of page_param and page_body_path is needed/,
  ],
  [
    "paginator: no place for the limit",
    paginator({ type: "offset", limit: 1, limit_param: "", limit_body_path: "" }),
    /^paginator_arguments .*limit_param/,
  ],
  [
    "paginator: pages without an end",
    paginator({ type: "page_number", total_path: null, stop_after_empty_page: false }),
    /^paginator_arguments .*never stop: .*maximum_page/,
  ],
  [
    "paginator: pages without an end, with null for false as in dlt",
    paginator({ type: "page_number", total_path: null, stop_after_empty_page: null }),
    /^paginator_arguments .*never stop/,
  ],
  [
    "paginator: pages without an end, with empty texts",
    paginator({ type: "page_number", total_path: "", has_more_path: "", stop_after_empty_page: false }),
    /^paginator_arguments .*never stop/,
  ],
  [
    "paginator: an empty path where one is needed",
    paginator({ type: "cursor", cursor_path: "" }),
    /^jsonpath client.paginator.cursor_path: /,
  ],
  [
    "paginator: items without an end",
    paginator({ type: "offset", limit: 1, total_path: null, stop_after_empty_page: false }),
    /^paginator_arguments .*maximum_offset/,
  ],
  [
    "paginator: a path that is none",
    paginator({ type: "json_link", next_url_path: "a b" }),
    /^jsonpath client.paginator.next_url_path: JSONPath "a b": unexpected "b" at character 3/,
  ],
  [
    "resource: a file format that dlt has not",
    resource({ file_format: "parket" }),
    /^unknown_type resources\.0\.file_format: expected one of .*; did you mean "parquet"\?$/,
  ],
  ["selector: a path that is none", endpoint({ data_selector: "a[" }), /^jsonpath .*data_selector: .*at character 3/],
  ["incremental: no path", endpoint({ incremental: {} }), /^missing_key .*incremental.cursor_path: /],
  ["incremental: unknown key", incremental({ cursor: 1 }), /^unknown_key .*incremental.cursor: /],
  ["incremental: direction", incremental({ last_value_func: "avg" }), /^unknown_type .*last_value_func: .*max, min/],
  ["incremental: lag is a number", incremental({ lag: "1" }), /^type .*lag: expected a number/],
  [
    "incremental: end without a start",
    incremental({ end_value: 3 }),
    /^incremental_arguments .*end_value without initial_value/,
  ],
  [
    "incremental: end below the start",
    incremental({ initial_value: 5, end_value: 3 }),
    /^incremental_arguments .*below its initial_value/,
  ],
  [
    "incremental: end above the start of min",
    incremental({ initial_value: 3, end_value: 5, last_value_func: "min" }),
    /^incremental_arguments .*above its initial_value/,
  ],
  [
    "incremental: ends that do not compare",
    incremental({ initial_value: "a", end_value: 5 }),
    /^incremental_arguments .*different kinds/,
  ],
  [
    "incremental: as a parameter it has no end",
    endpoint({ params: { s: { type: "incremental", cursor_path: "a", initial_value: 1, end_value: 3 } } }),
    /^incremental_arguments .*params.s/,
  ],
  [
    "incremental: two parameters",
    endpoint({
      params: { s: { type: "incremental", cursor_path: "a" }, u: { type: "incremental", cursor_path: "a" } },
    }),
    /^several_incrementals .*"s", "u"/,
  ],
  [
    "path: a value that is not there",
    endpoint({ path: "a/{id}/b" }),
    /^unbound_path_placeholder .*needs a value for "id"; give it under params/,
  ],
  ["path: a context that is none", endpoint({ path: "a/{resource.p.id}" }), /^unknown_placeholder .*"resource.p.id"/],
  ["path: a brace that is not closed", endpoint({ path: "a/{id" }), /^unknown_placeholder .*not closed/],
  ["placeholder without a field", endpoint({ path: "a/{resources.p}" }), /^unknown_placeholder .*names no field/],
  [
    "placeholder of a cursor that is none",
    endpoint({ params: { a: "{incremental.start_value}" } }),
    /^unknown_placeholder .*params of "r"/,
  ],
  [
    "placeholder of no value of a cursor",
    endpoint({ params: { a: "{incremental.first}" }, incremental: { cursor_path: "at" } }),
    /^unknown_placeholder .*"incremental.first" is not known; one of incremental.start_value/,
  ],
];

for (const [name, config, expected] of FAULTS) {
  test(`fault: ${name}`, () => {
    const found = faultsOf(config).map(shown);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", expected);
  });
}

test("keys that are free: headers, params, json, data, columns, nested_hints, data of a token request", () => {
  const config = {
    client: {
      base_url: "https://h",
      headers: { "any thing": "x" },
      auth: {
        type: "oauth2_client_credentials",
        access_token_url: "https://h/t",
        client_id: "i",
        client_secret: "s",
        access_token_request_data: { anything: "x" },
      },
    },
    resources: [
      {
        name: "a/b",
        columns: { any: { data_type: "text" } },
        nested_hints: { any: {} },
        endpoint: { params: { any: 1 }, json: { any: { deep: [] } }, headers: { any: "x" } },
      },
      { name: "c", endpoint: { data: { any: "x" } } },
    ],
  };
  assert.deepEqual(faultsOf(config).map(shown), []);
});

test("an empty list of resources is right", () => {
  assert.deepEqual(faultsOf(client({})), []);
});
