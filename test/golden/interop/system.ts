import { inflateSync } from "node:zlib";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { compilePath } from "../../../src/core/json-path.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson } from "../../../src/core/json-writer.ts";
import type { Source } from "../../../src/core/source.ts";
import { type Cursor, openCursor } from "../../../src/state/cursor.ts";
import { documentsSource, goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase, type Row } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

const DATASET = "golden_sys";

/**
 * `system.json`: the system tables after each of four runs, through the whole path: columns, loads, schema versions with
 * their documents, hashes and histories, states. What the file says of hashes and typed values is in the unit tests of
 * `schema` and `state`.
 */
export const system: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    const pipeline = await database.pipeline({ dataset: DATASET, resource: "issues" });
    const rowsOf = (table: string, order: string): Promise<readonly Row[]> =>
      database.query(`SELECT t.*, row_to_json(t)::text FROM (SELECT * FROM ${DATASET}.${table}) t ORDER BY ${order}`);
    let state: JsonObject = {};
    for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
      const run = sourceOf(index, state);
      const { trace } = await pipeline.runSource(run.source);
      state = run.state();
      const differences = trace.failure === undefined ? [] : [`${trace.failure.code} ${trace.failure.message}`];
      for (const [table, facts] of Object.entries(object(vector.columns))) {
        differences.push(...difference(`columns of ${table}`, facts, await database.columns(DATASET, table)));
      }
      const loads = await rowsOf("_dlt_loads", "load_id");
      const ids = loads.map((row) => row.load_id ?? "");
      const recordedIds = list(vector._dlt_loads).map((row) => text(object(row).load_id));
      differences.push(
        ...difference("loads", list(vector._dlt_loads).map(loadFacts), loads.map(loadFacts)),
        ...ids.filter((id) => !/^\d{10}\.\d{1,7}$/.test(id)).map((id) => `${id} is no load id`),
        ...difference(
          "versions",
          list(vector._dlt_version).map((row) => versionFacts(object(row), member(row, "schema"))),
          (await rowsOf("_dlt_version", "inserted_at")).map((row) =>
            versionFacts(row, parseJson(row.schema ?? "null")),
          ),
        ),
        ...difference(
          "states",
          list(vector._dlt_pipeline_state).map((row) =>
            stateFacts(object(row), member(row, "state_decoded"), recordedIds),
          ),
          (await rowsOf("_dlt_pipeline_state", "version")).map((row) => stateFacts(row, decoded(row.state), ids)),
        ),
      );
      settle(report, text(vector.step), differences);
    }
    await pipeline.close();
  },
};

/** The source of the recorded runs: `issues` with a cursor and `users`; in the fourth run only `users`, with a new column. */
function sourceOf(index: number, before: JsonObject): { readonly source: Source; state(): JsonObject } {
  const users = goldenHints({});
  if (index === 3) {
    const resources = [{ name: "users", documents: [parseJson('{"id":1,"extra":1.5}')], hints: users }];
    return { source: documentsSource({ name: "gitlab", resources, state: before }), state: () => before };
  }
  const newer = index === 2 ? 3 : 1;
  const issues = [1, 2, 3].map((i) => ({ id: i, updated_at: `2024-01-0${i + newer}T00:00:00Z`, labels: ["x"] }));
  const cursor = cursorOf(before);
  const passed = [...(cursor.filter(issues) ?? [])];
  const state = { resources: { issues: { incremental: { updated_at: cursor.stored() ?? null } } } };
  const hints = {
    ...goldenHints({ write_disposition: "merge", primary_key: "id" }),
    cursorColumn: "updated_at",
  };
  const resources = [
    // dlt: a resource whose rows are all held back yields nothing.
    ...(passed.length === 0 ? [] : [{ name: "issues", documents: passed, hints }]),
    { name: "users", documents: [{ id: 1, note: null }], hints: users },
  ];
  return { source: documentsSource({ name: "gitlab", resources, state }), state: () => state };
}

function cursorOf(state: JsonObject): Cursor {
  const incremental = (state.resources as { issues: { incremental: JsonObject } } | undefined)?.issues.incremental;
  return openCursor(
    {
      resource: "issues",
      path: compilePath("updated_at"),
      initialValue: "2024-01-01T00:00:00Z",
      endValue: null,
      direction: "max",
      lag: undefined,
      onMissing: "raise",
      rangeStart: "closed",
      rangeEnd: "open",
      rowOrder: undefined,
      dedupKey: "id",
    },
    (incremental?.updated_at as JsonObject | undefined) ?? null,
  );
}

function loadFacts(row: JsonValue | Row): unknown {
  const { schema_name: schema, status, schema_version_hash: hash } = row as JsonObject;
  return [schema, status, hash];
}

function versionFacts(row: JsonObject | Row, document: JsonValue): unknown {
  return [row.version, row.engine_version, row.schema_name, row.version_hash, canonicalJson(document)];
}

function stateFacts(row: JsonObject | Row, document: JsonValue, loads: readonly string[]): unknown {
  const { version, engine_version: engine, pipeline_name: pipeline, version_hash: hash, _dlt_load_id: load } = row;
  return [version, engine, pipeline, hash, loads.indexOf(String(load)), canonicalJson(document)];
}

function decoded(state: string | null | undefined): JsonValue {
  return parseJson(inflateSync(Buffer.from(state ?? "", "base64")).toString("utf8"));
}
