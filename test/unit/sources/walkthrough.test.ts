import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadConfiguration } from "../../../src/config/load-configuration.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../../src/core/json.ts";
import { Secret } from "../../../src/core/secret.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import { sampleGitlab } from "../../support/gitlab.ts";

const ROOT = new URL("../../../", import.meta.url);
const FILE = "examples/gitlab-walkthrough/gitlab.yaml";
const golden: {
  config: { client: Record<string, unknown>; resources: { name: string; table_name: string; primary_key?: string }[] };
  expected_rows: Record<string, number>;
  source_name: string;
  max_table_nesting: number;
} = JSON.parse(readFileSync(new URL("test/golden/cases/openapi/gitlab.walkthrough.json", ROOT), "utf8"));

/** The example as a user runs it: address from `.dlt/config.toml` or the environment, the token from the environment. */
function configuration(environment: Record<string, string>) {
  return loadConfiguration({
    kind: "cli",
    flags: {},
    environment,
    file: FILE,
    needsDestination: false,
    readText: (path) => {
      try {
        return readFileSync(new URL(path, ROOT), "utf8");
      } catch {
        return undefined;
      }
    },
  });
}

const TOKEN = { SOURCES__GITLAB__API_KEY: "glpat-fixture-admin" };

test("the walkthrough's example is the recorded configuration, resource by resource", () => {
  const { source, maxTableNesting } = configuration(TOKEN);
  assert.ok(source.kind === "rest-api");
  const { resources, client } = source.config;
  assert.equal(resources.length, 33);
  assert.equal(new Set(golden.config.resources.map((one) => one.table_name)).size, 18);
  assert.deepEqual(resources, golden.config.resources);
  assert.deepEqual(client.paginator, golden.config.client.paginator);
  assert.deepEqual(client.auth, {
    type: "api_key",
    api_key: new Secret("glpat-fixture-admin"),
    name: "Private-Token",
    location: "header",
  });
  assert.equal(client.base_url, "http://127.0.0.1:8929/api/v4");
  assert.deepEqual([source.name, maxTableNesting], [golden.source_name, golden.max_table_nesting]);
});

test("the sample GitLab answers the walkthrough's 33 resources with the records that dlt loaded", async (t) => {
  const gitlab = await sampleGitlab(t);
  const { source } = configuration({ ...TOKEN, SOURCES__GITLAB__BASE_URL: `${gitlab.url}/api/v4` });
  assert.ok(source.kind === "rest-api");
  const extraction = restApi({ name: source.name, config: source.config }).extract({
    state: {},
    signal: new AbortController().signal,
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
    random: { bytes: (n) => new Uint8Array(n), next: () => 0.5 },
    warn: () => {},
  });
  const tableOf = new Map(golden.config.resources.map((one) => [one.name, one.table_name]));
  const keyOf = new Map(
    golden.config.resources.flatMap((one) => (one.primary_key ? [[one.table_name, one.primary_key]] : [])),
  );
  const tables = new Map<string, Map<JsonValue, JsonObject>>();
  for await (const { resource, records } of extraction.pages) {
    const table = tableOf.get(resource) ?? "";
    const rows = tables.get(table) ?? new Map<JsonValue, JsonObject>();
    const key = keyOf.get(table);
    for (const record of records) {
      assert.ok(isJsonObject(record));
      rows.set(key === undefined ? rows.size : (record[key] ?? null), record);
    }
    tables.set(table, rows);
  }
  assert.deepEqual(countRows(tables), golden.expected_rows);
});

/** Rows of each table and of the nested tables of its lists, down to the second level. */
function countRows(tables: ReadonlyMap<string, ReadonlyMap<JsonValue, JsonObject>>): Record<string, number> {
  const rows: Record<string, number> = {};
  const add = (table: string, count: number): void => {
    if (count > 0) rows[table] = (rows[table] ?? 0) + count;
  };
  const visit = (value: JsonObject, name: string, depth: number): void => {
    for (const [key, inner] of Object.entries(value)) {
      if (isJsonArray(inner)) add(`${name}__${key}`, inner.length);
      else if (isJsonObject(inner) && depth < 2) visit(inner, `${name}__${key}`, depth + 1);
    }
  };
  for (const [table, records] of tables) {
    add(table, records.size);
    for (const record of records.values()) visit(record, table, 1);
  }
  return Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)));
}
