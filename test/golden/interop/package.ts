import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson } from "../../../src/core/json-writer.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";
import { decodeCopyRow } from "../../../src/destination/postgres/copy-row.ts";
import type { PackageManifest } from "../../../src/load/manifest.ts";
import { renderLoadInfo } from "../../../src/report/load-info.ts";
import type { Schema } from "../../../src/schema/table.ts";
import { goldenHints } from "../../support/documents-source.ts";
import type { VectorFile } from "../vector-file.ts";
import { goldenDatabase } from "./database.ts";
import { difference, list, member, object, settle, text } from "./vector.ts";

/** What the destination was given: the package as it lay on disk. */
interface SeenPackage {
  readonly manifest: PackageManifest;
  readonly schema: Schema;
  /** Rows as values, by table. */
  readonly rows: ReadonlyMap<string, readonly (readonly (string | null)[])[]>;
}

/**
 * `package.json`: what a package holds after each step, in a layout of ours. After extract the state that it carries, after
 * normalize its tables with columns and rows, after load what is told of it.
 */
export const packages: VectorFile = {
  async run(document, report) {
    const [extract, normalize, loaded] = list(member(document, "vectors")).map(object);
    const dataset = "golden_pkg";
    const database = goldenDatabase();
    let seen: SeenPackage | undefined;
    const pipeline = await database.pipeline({
      dataset,
      resource: "t",
      wrap: (destination) => ({
        ...destination,
        load: async (request, early) => {
          seen = await readPackage(request);
          return destination.load(request, early);
        },
      }),
    });
    const documents = list(parseJson(contentOf(extract, /new_jobs\/t\.[^/]*\.typed-jsonl\.gz$/)));
    const { trace } = await pipeline.run(documents, goldenHints({ write_disposition: "merge", primary_key: "id" }));
    const first = seen;
    if (first === undefined) throw new Error(`no package was made: ${trace.failure?.message}`);
    settle(report, "extract", stateDifferences(extract, first));
    settle(report, "normalize", [...rowDifferences(normalize, first), ...schemaDifferences(normalize, first)]);

    const { trace: second } = await pipeline.run([{ id: 2 }], { ...goldenHints({}), tableName: "t2" });
    await pipeline.close();
    const jobs = filesOf(loaded).flatMap(
      ({ path }) => path.match(/completed_jobs\/(\w+?)\.[0-9a-f]{10}\.0\.insert/)?.[1] ?? [],
    );
    settle(report, "load", [
      ...difference("completed", contentOf(loaded, /package_completed\.json$/), trace.packages[0]?.state),
      ...difference("jobs", jobs.filter((table) => !table.startsWith("_dlt_")).sort(), tablesOf(trace)),
      ...difference(
        "load info",
        masked(text(member(document, "load_info_str"))),
        masked(dltLines(renderLoadInfo(second))),
      ),
    ]);
  },
};

async function readPackage(request: {
  readonly manifest: PackageManifest;
  readonly schema: Schema;
  readonly folder: string;
}): Promise<SeenPackage> {
  const rows = new Map<string, (readonly (string | null)[])[]>();
  for (const file of request.manifest.files) {
    const content = await readFile(join(request.folder, file.path), "utf8");
    const lines = content.split("\n").filter((line) => line !== "");
    rows.set(file.table, [...(rows.get(file.table) ?? []), ...lines.map(decodeCopyRow)]);
  }
  return { manifest: request.manifest, schema: request.schema, rows };
}

/** The state row that dlt extracts with the data is a member of our manifest. */
function stateDifferences(vector: JsonObject | undefined, { manifest }: SeenPackage): string[] {
  const recorded = object(list(parseJson(contentOf(vector, /_dlt_pipeline_state\.[^/]*\.typed-jsonl\.gz$/)))[0]);
  const { state } = manifest;
  return [
    ...difference("state", canonicalJson(decoded(recorded.state)), canonicalJson(decoded(state?.state))),
    ...difference(
      "row",
      [recorded.version, recorded.engine_version, recorded.pipeline_name, recorded.version_hash],
      [state?.version, state?.engineVersion, state?.pipelineName, state?.versionHash],
    ),
    ...(/^\d{10}\.\d{1,7}$/.test(manifest.loadId) ? [] : [`${manifest.loadId} is no load id`]),
  ];
}

/** Tables, columns in their order, and rows: random ids and load ids by what they stand for. */
function rowDifferences(vector: JsonObject | undefined, seen: SeenPackage): string[] {
  const differences: string[] = [];
  for (const { path, content } of filesOf(vector)) {
    const table = path.match(/new_jobs\/(\w+?)\.[0-9a-f]{10}\.0\.insert_values\.gz$/)?.[1];
    if (table === undefined || table.startsWith("_dlt_")) continue;
    const [header = "", , ...values] = content.split("\n");
    const columns = [...header.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
    const theirs = values.map((line) =>
      [...line.matchAll(/E'((?:[^']|'')*)'|(\d+)/g)].map((m) => (m[1] ?? m[2] ?? "").replaceAll("''", "'")),
    );
    const file = seen.manifest.files.find((one) => one.table === table);
    const known = (column: string) => !/^_dlt_(?:id|load_id|root_id|parent_id)$/.test(column);
    const facts = (names: readonly string[], rows: readonly (readonly (string | null)[])[]) =>
      rows.map((row) => row.filter((_, at) => known(names[at] ?? "")));
    differences.push(
      ...difference(`columns of ${table}`, columns, file?.columns),
      ...difference(`rows of ${table}`, facts(columns, theirs), facts(file?.columns ?? [], seen.rows.get(table) ?? [])),
    );
  }
  const value = (table: string, column: string) => {
    const at = seen.manifest.files.find((one) => one.table === table)?.columns.indexOf(column) ?? -1;
    return seen.rows.get(table)?.[0]?.[at] ?? "";
  };
  const id = value("t", "_dlt_id");
  return [
    ...differences,
    ...difference("load id", seen.manifest.loadId, value("t", "_dlt_load_id")),
    ...difference("parent and root", [id, id], [value("t__l", "_dlt_parent_id"), value("t__l", "_dlt_root_id")]),
    ...difference("nested id", createNestedIds("t__l")(id, 0), value("t__l", "_dlt_id")),
  ];
}

/** `schema_updates.json`: columns that normalize has added, with their hints. */
function schemaDifferences(vector: JsonObject | undefined, { schema }: SeenPackage): string[] {
  const updates = object(parseJson(contentOf(vector, /schema_updates\.json$/)));
  return Object.entries(updates).flatMap(([table, update]) =>
    Object.entries(object(member(update, "columns"))).flatMap(([name, hints]) => {
      const column = schema.tables.get(table)?.columns.get(name);
      const facts = object(hints);
      return difference(
        `${table}.${name}`,
        [facts.data_type, facts.nullable, facts.unique ?? false, facts.primary_key ?? false],
        [column?.dataType, column?.nullable, column?.unique ?? false, column?.primaryKey ?? false],
      );
    }),
  );
}

function tablesOf(trace: { readonly packages: readonly { readonly tables: readonly { readonly table: string }[] }[] }) {
  return trace.packages.flatMap(({ tables }) => tables.map(({ table }) => table)).sort();
}

/** dlt's lines stand first; what follows after an empty line is ours. */
function dltLines(info: string): string {
  return info.split("\n\n")[0] ?? "";
}

/** Without durations, load ids and the place of the server, of which ours tells no user. */
function masked(info: string): string {
  return info
    .replace(/finished in [^\n]+/, "finished in TIME")
    .replace(/postgresql:\/\/\S+/, "PLACE")
    .replace(/\d{10}\.\d+/, "LOAD");
}

function filesOf(vector: JsonObject | undefined): { readonly path: string; readonly content: string }[] {
  return list(vector?.files)
    .map(object)
    .map((file) => ({ path: text(file.path), content: typeof file.text === "string" ? file.text : "" }));
}

function contentOf(vector: JsonObject | undefined, path: RegExp): string {
  const found = filesOf(vector).find((file) => path.test(file.path));
  if (found === undefined) throw new Error(`no file like ${path.source}`);
  return found.content.trim();
}

function decoded(state: unknown): JsonValue {
  return parseJson(inflateSync(Buffer.from(String(state), "base64")).toString("utf8"));
}
