import { restApiShape } from "../../../src/config/rest-api/shape.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { restApi } from "../../../src/extract/rest-source.ts";
import type { RefreshMode } from "../../../src/schema/refresh.ts";
import { decodeState } from "../../../src/state/stored.ts";
import { type DocumentsApi, startDocumentsApi } from "../../support/documents-api.ts";
import type { VectorFile } from "../vector-file.ts";
import { type GoldenDatabase, goldenDatabase, type Row } from "./database.ts";
import { difference, list, member, object, settle } from "./vector.ts";

/**
 * `refresh.json`: two resources with a cursor are loaded, then one of them again under a mode. State, rows, versions and
 * loads after it; ids of rows by which load brought them, and nested rows by the value of their parent.
 */
export const refresh: VectorFile = {
  async run(document, report) {
    const database = goldenDatabase();
    const api = await startDocumentsApi();
    try {
      for (const [index, vector] of list(member(document, "vectors")).map(object).entries()) {
        const mode = vector.mode as RefreshMode | null;
        const dataset = `refresh_${index}`;
        const pipeline = await database.pipeline({ dataset, resource: "a" });
        const differences: string[] = [];
        const run = async (n: number, endpoints: readonly string[], refreshMode?: RefreshMode) => {
          api.show({ "/a": `[{"id":${n},"l":[${n}]}]`, "/b": `[{"id":${n}}]` });
          const { trace } = await pipeline.runSource(source(api, endpoints), refreshMode);
          if (trace.failure !== undefined) differences.push(`run ${n}: ${trace.failure.code} ${trace.failure.message}`);
        };
        await run(1, ["a", "b"]);
        differences.push(
          ...difference("state before", plain(member(vector, "state_before")), await state(database, dataset)),
        );
        await run(2, ["a"], mode ?? undefined);
        await pipeline.close();
        differences.push(
          ...difference("state after", plain(member(vector, "state_after")), await state(database, dataset)),
          ...difference("tables", recorded(object(vector.tables_after)), await tables(database, dataset)),
          ...difference("versions", member(vector, "versions_after"), await versions(database, dataset)),
          ...difference("loads", member(vector, "loads_after"), (await loads(database, dataset)).length),
        );
        settle(report, String(mode), differences);
      }
    } finally {
      await api.close();
    }
  },
};

function source(api: DocumentsApi, endpoints: readonly string[]) {
  const incremental = { cursor_path: "id", initial_value: 0 };
  const config = restApiShape.parse({
    client: { base_url: api.baseUrl, paginator: "single_page" },
    resources: ["a", "b"].map((name) => ({ name, endpoint: { path: name, incremental } })),
  });
  return restApi({ name: "src", config, endpoints });
}

async function state(database: GoldenDatabase, dataset: string): Promise<JsonValue> {
  const rows = await database.query(
    `SELECT state FROM ${dataset}._dlt_pipeline_state ORDER BY _dlt_load_id DESC, version DESC LIMIT 1`,
  );
  return plain(decodeState(rows[0]?.state ?? "").sources ?? null);
}

async function loads(database: GoldenDatabase, dataset: string): Promise<readonly string[]> {
  const rows = await database.query(`SELECT load_id FROM ${dataset}._dlt_loads ORDER BY load_id`);
  return rows.map((row) => row.load_id ?? "");
}

async function versions(database: GoldenDatabase, dataset: string): Promise<JsonValue> {
  const rows = await database.query(
    `SELECT version::text, schema_name FROM ${dataset}._dlt_version ORDER BY inserted_at`,
  );
  return rows.map((row) => [Number(row.version), row.schema_name ?? null]);
}

async function tables(database: GoldenDatabase, dataset: string): Promise<JsonValue> {
  const found: Record<string, JsonValue> = {};
  for (const table of await database.tables(dataset)) found[table] = await database.rows(dataset, table);
  return byMeaning(found);
}

function recorded(all: JsonObject): JsonValue {
  return byMeaning(all);
}

/** Rows with the id of their row above replaced by its business value, and without ids and loads of their own. */
function byMeaning(all: Readonly<Record<string, JsonValue>>): JsonValue {
  const names = new Map<string, string>();
  for (const rows of Object.values(all)) {
    for (const row of list(rows) as unknown as Row[]) names.set(row._dlt_id ?? "", `id ${row.id ?? row.value}`);
  }
  return Object.fromEntries(
    Object.keys(all)
      .sort()
      .map((table) => [
        table,
        (list(all[table]) as unknown as Row[])
          .map(({ _dlt_id: _1, _dlt_load_id: _2, _dlt_parent_id: parent, ...rest }) =>
            JSON.stringify(plain({ ...rest, ...(parent == null ? {} : { parent: names.get(parent) ?? null }) })),
          )
          .sort(),
      ]),
  );
}

/** Keys sorted at all levels. */
function plain(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, plain(each)]),
  );
}
