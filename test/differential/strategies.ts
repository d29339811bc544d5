/** The write dispositions and strategies that both programs are tried on: three runs each, with documents that change. */

export interface StrategyCase {
  /** The resource but for name and endpoint, in each of the runs, from 0. */
  readonly resource: (step: number) => Record<string, unknown>;
  readonly runs: readonly [readonly unknown[], readonly unknown[], readonly unknown[]];
  /** A cursor of the endpoint. */
  readonly incremental?: Record<string, unknown>;
  /** Ids of root rows are made from the data: they must be equal. */
  readonly exactIds?: boolean;
}

const merge = (strategy: string, more: Record<string, unknown> = {}) => ({
  write_disposition: { disposition: "merge", strategy, ...more },
});
const always = (resource: Record<string, unknown>) => () => resource;

/** Lists that grow, shrink, go and come; a record that stays, one that changes, one that is new, one that is away. */
const LISTS: StrategyCase["runs"] = [
  [
    { id: 1, k: "a", x: 1, l: [{ m: [1, 2] }, { m: [] }], o: { p: 1.5 } },
    { id: 2, k: "b", x: 2, l: [{ m: [9] }] },
    { id: 3, k: "c", x: 3, at: "2024-01-02T03:04:05Z" },
  ],
  [
    { id: 1, k: "a", x: 5, l: [{ m: [3] }], o: { p: 2.5 } },
    { id: 2, k: "b", x: 2, l: [{ m: [9] }] },
    { id: 4, k: "d", x: 4, l: [{ m: [1], n: "new" }, { m: [2, 2] }] },
  ],
  [
    { id: 1, k: "a", x: 1, l: [{ m: [1, 2] }, { m: [] }], o: { p: 1.5 } },
    { id: 2, k: "b", x: 2, l: [] },
    { id: 3, k: "c", x: 3, at: "2024-01-02T03:04:05Z" },
    { id: 5, k: "e", x: null },
  ],
];

/** No lists. */
const FLAT: StrategyCase["runs"] = [
  [
    { id: 1, k: "a", x: 1, v: "1" },
    { id: 1, k: "b", x: 2, v: "2" },
    { id: 2, k: "b", x: 2, v: "3" },
  ],
  [
    { id: 1, k: "a", x: 5, v: "4" },
    { id: 2, k: "b", x: 2, v: "3" },
    { id: 3, k: "c", x: 6, v: "5" },
  ],
  [
    { id: 1, k: "a", x: 1, v: "1" },
    { id: 3, k: "c", x: 6, v: "5", y: true },
    { id: 2, k: "z", x: 7, v: "6" },
  ],
];

/** One key once in each run. */
const KEYED: StrategyCase["runs"] = [
  [FLAT[0][0], FLAT[0][2]],
  [FLAT[1][0], FLAT[1][1], FLAT[1][2]],
  [FLAT[2][0], FLAT[2][1], FLAT[2][2]],
];

const MARKED: StrategyCase["runs"] = [
  [
    { id: 1, x: 1, gone: false, l: [1, 2] },
    { id: 2, x: 1, gone: null, l: [1, 2] },
    { id: 3, x: 1, l: [5] },
    { id: 4, x: 1, gone: true, l: [6] },
  ],
  [
    { id: 1, x: 2, gone: true, l: [3] },
    { id: 3, x: 2, gone: false, l: [5, 6] },
    { id: 5, x: 1, gone: true, l: [7] },
  ],
  [
    { id: 1, x: 3, gone: false, l: [8] },
    { id: 2, x: 3, gone: true },
    { id: 6, x: 1, l: [9] },
  ],
];
const withoutLists = (runs: StrategyCase["runs"]): StrategyCase["runs"] => {
  const strip = (documents: readonly unknown[]) => documents.map((one) => ({ ...(one as object), l: undefined }));
  return [strip(runs[0]), strip(runs[1]), strip(runs[2])];
};

const GONE = { columns: { gone: { data_type: "bool", hard_delete: true } } };
const key = { primary_key: "id" };
const BOUNDARIES = ["2024-01-01T00:00:00Z", "2024-02-01T12:30:00.123456+02:00", "2024-03-01"];

export const STRATEGIES: Readonly<Record<string, StrategyCase>> = {
  append: { resource: always({ write_disposition: "append" }), runs: LISTS },
  replace: { resource: always({ write_disposition: "replace" }), runs: LISTS },
  replace_with_cursor: {
    resource: always({ write_disposition: "replace" }),
    incremental: { cursor_path: "id", initial_value: 1 },
    runs: LISTS,
  },
  append_with_cursor: {
    resource: always({ write_disposition: "append" }),
    incremental: { cursor_path: "id", initial_value: 1 },
    runs: LISTS,
  },
  merge_lists: { resource: always({ ...key, write_disposition: "merge" }), runs: LISTS },
  merge_key: { resource: always({ merge_key: "k", write_disposition: "merge" }), runs: FLAT },
  merge_compound: { resource: always({ merge_key: ["id", "k"], write_disposition: "merge" }), runs: FLAT },
  merge_both_keys: { resource: always({ ...key, merge_key: "k", write_disposition: "merge" }), runs: KEYED },
  merge_no_key: { resource: always({ write_disposition: "merge" }), runs: LISTS },
  merge_marked: { resource: always({ ...key, ...GONE, write_disposition: "merge" }), runs: MARKED },
  merge_marked_key: { resource: always({ merge_key: "id", ...GONE, write_disposition: "merge" }), runs: MARKED },
  merge_sorted: {
    resource: always({ ...key, write_disposition: "merge", columns: { x: { dedup_sort: "desc" } } }),
    runs: FLAT,
  },
  merge_promised: { resource: always({ ...key, ...merge("delete-insert", { deduplicated: true }) }), runs: KEYED },
  upsert_lists: { resource: always({ ...key, ...merge("upsert") }), runs: LISTS, exactIds: true },
  upsert_compound: {
    resource: always({ primary_key: ["id", "k"], ...merge("upsert") }),
    runs: FLAT,
    exactIds: true,
  },
  upsert_marked: { resource: always({ ...key, ...GONE, ...merge("upsert") }), runs: MARKED, exactIds: true },
  upsert_unchanged: {
    resource: always({ ...key, ...merge("upsert", { skip_unchanged_rows: true }) }),
    runs: LISTS,
    exactIds: true,
  },
  upsert_version: {
    resource: always({ ...key, ...merge("upsert", { skip_unchanged_rows: true, row_version_column_name: "v" }) }),
    runs: KEYED,
    exactIds: true,
  },
  insert_only_lists: { resource: always({ ...key, ...merge("insert-only") }), runs: LISTS, exactIds: true },
  insert_only_marked: {
    resource: always({ ...key, ...GONE, ...merge("insert-only") }),
    runs: withoutLists(MARKED),
    exactIds: true,
  },
  scd2_lists: { resource: always(merge("scd2")), runs: LISTS, exactIds: true },
  scd2_merge_key: { resource: always({ merge_key: "id", ...merge("scd2") }), runs: LISTS, exactIds: true },
  scd2_compound_key: { resource: always({ merge_key: ["id", "k"], ...merge("scd2") }), runs: FLAT, exactIds: true },
  scd2_version: { resource: always(merge("scd2", { row_version_column_name: "v" })), runs: FLAT },
  scd2_named: {
    resource: (step) =>
      merge("scd2", {
        validity_column_names: ["validFrom", "vt"],
        active_record_timestamp: "9999-12-31T00:00:00Z",
        boundary_timestamp: BOUNDARIES[step],
      }),
    runs: LISTS,
    exactIds: true,
  },
  scd2_twice: {
    resource: always(merge("scd2")),
    runs: [[{ id: 1 }, { id: 1 }], [{ id: 1 }], [{ id: 2 }, { id: 2 }]],
    exactIds: true,
  },
  scd2_boundary_taken_back: {
    resource: (step) =>
      merge("scd2", step === 0 ? { boundary_timestamp: BOUNDARIES[0] } : { boundary_timestamp: null }),
    runs: LISTS,
    exactIds: true,
  },
  scd2_boundary_stays: {
    resource: (step) => merge("scd2", step === 0 ? { boundary_timestamp: BOUNDARIES[0] } : {}),
    runs: LISTS,
    exactIds: true,
  },
  listed_hints: {
    resource: always({ write_disposition: "merge", columns: [{ name: "id", primary_key: true, nullable: false }] }),
    runs: KEYED,
  },
  append_then_merge: {
    resource: (step) => (step === 0 ? { write_disposition: "append" } : { ...key, write_disposition: "merge" }),
    runs: KEYED,
  },
  merge_then_upsert: {
    resource: (step) => ({ ...key, ...merge(step === 0 ? "delete-insert" : "upsert") }),
    runs: KEYED,
  },
  upsert_then_insert_only: {
    resource: (step) => ({ ...key, ...merge(step === 0 ? "upsert" : "insert-only") }),
    runs: LISTS,
    exactIds: true,
  },
  upsert_then_plain_merge: {
    resource: (step) => ({ ...key, ...(step === 0 ? merge("upsert") : { write_disposition: "merge" }) }),
    runs: LISTS,
    exactIds: true,
  },
  append_then_scd2: {
    resource: (step) => (step === 0 ? { write_disposition: "append" } : merge("scd2")),
    runs: LISTS,
  },
  scd2_then_append: {
    resource: (step) => (step === 2 ? { write_disposition: "append" } : merge("scd2")),
    runs: LISTS,
  },
  scd2_then_merge: {
    resource: (step) =>
      step < 2 ? merge("scd2") : { ...key, write_disposition: { disposition: "merge", strategy: "delete-insert" } },
    runs: KEYED,
  },
  upsert_then_scd2: {
    resource: (step) => (step === 0 ? { ...key, ...merge("upsert") } : merge("scd2")),
    runs: KEYED,
    exactIds: true,
  },
  replace_then_merge: {
    resource: (step) => (step === 0 ? { write_disposition: "replace" } : { ...key, write_disposition: "merge" }),
    runs: KEYED,
  },
  merge_then_replace: {
    resource: (step) => (step < 2 ? { ...key, write_disposition: "merge" } : { write_disposition: "replace" }),
    runs: LISTS,
  },
};

/** The pipeline file of one run with all cases as its resources. */
export function strategiesDocument(baseUrl: string, step: number, names: readonly string[]): Record<string, unknown> {
  return {
    pipeline: "strategies",
    source: {
      name: "strategies",
      client: { base_url: baseUrl, paginator: "single_page" },
      resources: names.map((name) => ({
        name,
        endpoint: { path: name, data_selector: "$", incremental: STRATEGIES[name]?.incremental },
        ...STRATEGIES[name]?.resource(step),
      })),
    },
  };
}
