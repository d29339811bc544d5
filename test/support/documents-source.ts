import type { JsonObject, JsonValue } from "../../src/core/json.ts";
import type { ResourceHints, SchemaContract, Source, WriteDisposition } from "../../src/core/source.ts";

/** A source that yields given documents, one page a resource: what a golden vector describes. */
export function documentsSource(options: {
  name: string;
  resources: readonly { name: string; documents: readonly JsonValue[]; hints: ResourceHints; pages?: number }[];
  state?: JsonObject;
  maxTableNesting?: number;
  rootKey?: boolean;
  schemaContract?: SchemaContract;
}): Source {
  return {
    name: options.name,
    ...(options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting }),
    ...(options.rootKey === undefined ? {} : { rootKey: options.rootKey }),
    ...(options.schemaContract === undefined ? {} : { schemaContract: options.schemaContract }),
    resources: options.resources.map((resource) => ({
      name: resource.name,
      selected: true,
      hints: resource.hints,
      endpoint: "documents",
    })),
    extract: (context) => ({
      pages: (async function* () {
        for (const resource of options.resources) {
          const size = Math.max(1, Math.ceil(resource.documents.length / (resource.pages ?? 1)));
          for (let at = 0; at === 0 || at < resource.documents.length; at += size) {
            yield { resource: resource.name, records: resource.documents.slice(at, at + size), bytes: 0 };
          }
        }
      })(),
      result: () => ({ state: options.state ?? context.state, resources: [] }),
    }),
  };
}

/** dlt's `resource` member of a golden vector as hints. */
export function goldenHints(resource: JsonObject): ResourceHints {
  const list = (value: JsonValue | undefined): string[] =>
    value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  const columns = resource.columns;
  return {
    writeDisposition: goldenDisposition(resource.write_disposition),
    primaryKey: list(resource.primary_key),
    mergeKey: list(resource.merge_key),
    columns: Array.isArray(columns)
      ? Object.fromEntries(columns.map((column) => [String((column as JsonObject).name), column as JsonObject]))
      : ((columns as Record<string, JsonObject> | undefined) ?? {}),
    ...(resource.max_table_nesting === undefined ? {} : { maxTableNesting: Number(resource.max_table_nesting) }),
  };
}

function goldenDisposition(written: JsonValue | undefined): WriteDisposition {
  if (written === undefined || written === null) return { disposition: "append" };
  if (typeof written === "string") return { disposition: written as "append" };
  const dict = written as JsonObject;
  const given = <K extends keyof WriteDisposition>(key: K, wire: string) =>
    dict[wire] === undefined ? {} : { [key]: dict[wire] as WriteDisposition[K] };
  return {
    disposition: String(dict.disposition) as "merge",
    ...given("strategy", "strategy"),
    ...given("deduplicated", "deduplicated"),
    ...given("skipUnchangedRows", "skip_unchanged_rows"),
    ...given("rowVersionColumn", "row_version_column_name"),
    ...given("validityColumns", "validity_column_names"),
    ...given("activeRecordTimestamp", "active_record_timestamp"),
    ...given("boundaryTimestamp", "boundary_timestamp"),
  };
}
