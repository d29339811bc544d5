/**
 * Data on which dlt 1.31 blocks its pipeline, loses or changes values, empties a table or doubles rows, and what Sluice does
 * with it. `beyond-dlt.test.ts` runs both on each; docs/dlt.md shows the list.
 */
import type { ErrorCode, WarningCode } from "../../src/core/error-codes.ts";

export type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export interface BeyondCase {
  /** The three cells of its row in docs/dlt.md. */
  readonly what: string;
  readonly dltDoes: string;
  readonly sluiceDoes: string;
  readonly hints?: Readonly<Record<string, unknown>>;
  /** What the resource `t` answers in each run; the last is nothing special. */
  readonly loads: readonly (string | { readonly hints: Readonly<Record<string, unknown>>; readonly answer: string })[];
  readonly dlt: {
    /** Text of the error of a run. */
    readonly fails?: RegExp;
    /** All runs after it fail likewise, whatever they are given. */
    readonly blocked?: true;
    /** Rows at the end, without ids and nulls. */
    readonly rows: Rows;
  };
  readonly sluice: { readonly error?: ErrorCode; readonly warning?: WarningCode; readonly rows: Rows };
}

const merge = { primary_key: "id", write_disposition: "merge" };
const strategy = (name: string, more = {}) => ({
  write_disposition: { disposition: "merge", strategy: name, ...more },
});
const BLOCKED = "the package stays and blocks all later runs";
const REFUSED = "`E_DATA_VALUE` with table, column and record; nothing is written, the next run goes on";

export const BEYOND: Readonly<Record<string, BeyondCase>> = {
  uint64: {
    what: "an integer from 2^63 to 2^64",
    dltDoes: BLOCKED,
    sluiceDoes: `${REFUSED}; kept exactly with \`on-big-integer: numeric\``,
    loads: ['[{"id":1,"n":9223372036854775808}]', '[{"id":2,"n":2}]'],
    dlt: { fails: /bigint out of range/, blocked: true, rows: { t: [] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2, n: 2 }] } },
  },
  beyondUint64: {
    what: "an integer beyond 64 bits",
    dltDoes: "`TypeError` that names no field",
    sluiceDoes: "likewise",
    loads: ['[{"id":1,"n":123456789012345678901234567890}]', '[{"id":2,"n":2}]'],
    dlt: { fails: /Integer exceeds 64-bit range/, rows: { t: [{ id: 2, n: 2 }] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2, n: 2 }] } },
  },
  overflow: {
    what: "a number beyond a double (`1e400`)",
    dltDoes: "loads null and says nothing",
    sluiceDoes: REFUSED,
    loads: ['[{"id":1,"n":1e400}]', '[{"id":2,"n":1.5}]'],
    dlt: { rows: { t: [{ id: 1 }, { id: 2, n: 1.5 }] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2, n: 1.5 }] } },
  },
  nanText: {
    what: 'the text `"nan"` or `"inf"` for a column of numbers',
    dltDoes: BLOCKED,
    sluiceDoes: REFUSED,
    loads: ['[{"id":1,"n":1.5}]', '[{"id":2,"n":"nan"}]', '[{"id":3,"n":3.5}]'],
    dlt: { fails: /column "nan" does not exist/, blocked: true, rows: { t: [{ id: 1, n: 1.5 }] } },
    sluice: {
      error: "E_DATA_VALUE",
      rows: {
        t: [
          { id: 1, n: 1.5 },
          { id: 3, n: 3.5 },
        ],
      },
    },
  },
  calendar: {
    what: "a number beyond all calendars for a column of timestamps",
    dltDoes: BLOCKED,
    sluiceDoes: "variant column, `W_VARIANT_COLUMN`",
    loads: ['[{"id":1,"t":"2024-01-02T03:04:05Z"}]', '[{"id":2,"t":1000000000000000000}]', '[{"id":3,"t":1}]'],
    dlt: {
      fails: /Value too large for defined data type/,
      blocked: true,
      rows: { t: [{ id: 1, t: "2024-01-02T03:04:05+00:00" }] },
    },
    sluice: {
      warning: "W_VARIANT_COLUMN",
      rows: {
        t: [
          { id: 1, t: "2024-01-02T03:04:05+00:00" },
          { id: 2, t__v_bigint: 1e18 },
          { id: 3, t: "1970-01-01T00:00:01+00:00" },
        ],
      },
    },
  },
  nulInJson: {
    what: "U+0000 in a JSON column",
    dltDoes: BLOCKED,
    sluiceDoes: "removed, as dlt does in text, and counted: `W_NUL_REMOVED`",
    hints: { columns: { j: { data_type: "json" } } },
    loads: [String.raw`[{"id":1,"j":{"k":"a\u0000b"}}]`, '[{"id":2,"j":{}}]'],
    dlt: { fails: /unsupported Unicode escape sequence/, blocked: true, rows: { t: [] } },
    sluice: {
      warning: "W_NUL_REMOVED",
      rows: {
        t: [
          { id: 1, j: { k: "ab" } },
          { id: 2, j: {} },
        ],
      },
    },
  },
  surrogate: {
    what: "half of a surrogate pair",
    dltDoes: "`TypeError` that names no field",
    sluiceDoes: "U+FFFD, counted: `W_SURROGATE_REPLACED`",
    loads: [String.raw`[{"id":1,"s":"\ud800"}]`, '[{"id":2,"s":"x"}]'],
    dlt: { fails: /surrogates not allowed/, rows: { t: [{ id: 2, s: "x" }] } },
    sluice: {
      warning: "W_SURROGATE_REPLACED",
      rows: {
        t: [
          { id: 1, s: "\ufffd" },
          { id: 2, s: "x" },
        ],
      },
    },
  },
  tooLong: {
    what: "a text longer than the `precision` of its column",
    dltDoes: BLOCKED,
    sluiceDoes: REFUSED,
    hints: { columns: { s: { data_type: "text", precision: 3 } } },
    loads: ['[{"id":1,"s":"abcdef"}]', '[{"id":2,"s":"abc"}]'],
    dlt: { fails: /value too long/, blocked: true, rows: { t: [] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2, s: "abc" }] } },
  },
  noValue: {
    what: "no value for a column that is not nullable",
    dltDoes: BLOCKED,
    sluiceDoes: REFUSED,
    hints: { columns: { must: { data_type: "text", nullable: false } } },
    loads: ['[{"id":1}]', '[{"id":2,"must":"x"}]'],
    dlt: { fails: /null value in column "must"/, blocked: true, rows: { t: [] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2, must: "x" }] } },
  },
  nullKey: {
    what: "null in a primary key",
    dltDoes: BLOCKED,
    sluiceDoes: "`E_NULL_KEY` with the record, nothing is written; left out and counted with `on-null-key: skip`",
    hints: merge,
    loads: ['[{"id":1}]', '[{"id":null,"v":1}]', '[{"id":2}]'],
    dlt: { fails: /Cannot coerce NULL/, blocked: true, rows: { t: [{ id: 1 }] } },
    sluice: { error: "E_NULL_KEY", rows: { t: [{ id: 1 }, { id: 2 }] } },
  },
  variantOfVariant: {
    what: "text in a variant column that became a timestamp",
    dltDoes: BLOCKED,
    sluiceDoes: REFUSED,
    loads: [
      '[{"id":1,"v":true},{"id":2,"v":"2024-01-02T03:04:05Z"}]',
      '[{"id":3,"v":"plain"}]',
      '[{"id":4,"v":false}]',
    ],
    dlt: {
      fails: /could not convert string to float: 'plain'/,
      blocked: true,
      rows: {
        t: [
          { id: 1, v: true },
          { id: 2, v__v_text: "2024-01-02T03:04:05+00:00" },
        ],
      },
    },
    sluice: {
      error: "E_DATA_VALUE",
      rows: {
        t: [
          { id: 1, v: true },
          { id: 2, v__v_text: "2024-01-02T03:04:05+00:00" },
          { id: 4, v: false },
        ],
      },
    },
  },
  givenId: {
    what: "two records with one `_dlt_id` of their own",
    dltDoes: BLOCKED,
    sluiceDoes: "the second gets another id, `W_RESERVED_FIELD`",
    loads: ['[{"id":1,"_dlt_id":"x"},{"id":2,"_dlt_id":"x"}]', '[{"id":3}]'],
    dlt: { fails: /already exists/, blocked: true, rows: { t: [] } },
    sluice: { warning: "W_RESERVED_FIELD", rows: { t: [{ id: 1 }, { id: 2 }, { id: 3 }] } },
  },
  upsertTwice: {
    what: "a key twice in a load, under upsert",
    dltDoes: BLOCKED,
    sluiceDoes: "the last received stays, `W_DUPLICATE_KEY`",
    hints: { primary_key: "id", ...strategy("upsert") },
    loads: ['[{"id":1,"v":1},{"id":1,"v":2}]', '[{"id":2,"v":1}]'],
    dlt: { fails: /already exists/, blocked: true, rows: { t: [] } },
    sluice: {
      warning: "W_DUPLICATE_KEY",
      rows: {
        t: [
          { id: 1, v: 2 },
          { id: 2, v: 1 },
        ],
      },
    },
  },
  versionTwice: {
    what: "a record with a list twice in a load, under scd2",
    dltDoes: BLOCKED,
    sluiceDoes: "its nested rows once",
    hints: strategy("scd2"),
    loads: ['[{"id":1,"l":[1]},{"id":1,"l":[1]}]', '[{"id":2,"l":[2]}]'],
    dlt: { fails: /already exists/, blocked: true, rows: { t: [], t__l: [] } },
    sluice: { rows: { t: [{ id: 1 }, { id: 1 }, { id: 2 }], t__l: [{ value: 1 }, { value: 2 }] } },
  },
  versionColumn: {
    what: "a list of a record that has not changed, under scd2 with `row_version_column_name`",
    dltDoes: "its rows are added again with each load",
    sluiceDoes: "they stay as they are",
    hints: strategy("scd2", { row_version_column_name: "v" }),
    loads: ['[{"id":1,"v":"a","l":[1]}]', '[{"id":1,"v":"a","l":[1]}]'],
    dlt: { rows: { t: [{ id: 1, v: "a" }], t__l: [{ value: 1 }, { value: 1 }] } },
    sluice: { rows: { t: [{ id: 1, v: "a" }], t__l: [{ value: 1 }] } },
  },
  appendThenMerge: {
    what: "`append` becomes `merge` in a table with nested rows",
    dltDoes: BLOCKED,
    sluiceDoes: "the root ids that a merge needs are filled in",
    loads: [
      '[{"id":1,"l":[1]}]',
      { hints: merge, answer: '[{"id":1,"l":[2]}]' },
      { hints: merge, answer: '[{"id":2,"l":[3]}]' },
    ],
    dlt: {
      fails: /"_dlt_root_id" of relation "t__l" contains null values/,
      blocked: true,
      rows: { t: [{ id: 1 }], t__l: [{ value: 1 }] },
    },
    sluice: { rows: { t: [{ id: 1 }, { id: 2 }], t__l: [{ value: 2 }, { value: 3 }] } },
  },
  replaceFails: {
    what: "`replace` in a load that fails",
    dltDoes: "the table is empty",
    sluiceDoes: "the rows stay as they were",
    hints: { write_disposition: "replace" },
    loads: ['[{"id":1,"n":1}]', '[{"id":2,"n":9223372036854775808}]'],
    dlt: { fails: /bigint out of range/, rows: { t: [] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 1, n: 1 }] } },
  },
  replaceKeeps: {
    what: "`replace` with `max_table_nesting` on the resource, when the source has nothing any more",
    dltDoes: "the old rows stay",
    sluiceDoes: "they go",
    hints: { write_disposition: "replace", max_table_nesting: 1 },
    loads: ['[{"id":1},{"id":2}]', "[]"],
    dlt: { rows: { t: [{ id: 1 }, { id: 2 }] } },
    sluice: { rows: { t: [] } },
  },
  collision: {
    what: "keys that become one name (`userId`, `user_id`)",
    dltDoes: "one value stays, the others are lost without a word",
    sluiceDoes: "the same one stays; `W_NAME_COLLISION` names both keys",
    loads: ['[{"id":1,"userId":1,"user_id":2,"UserID":3}]'],
    dlt: { rows: { t: [{ id: 1, user_id: 3 }] } },
    sluice: { warning: "W_NAME_COLLISION", rows: { t: [{ id: 1, user_id: 3 }] } },
  },
  noName: {
    what: "a key that leaves no name (`__`)",
    dltDoes: "`KeyError: ''`, which names a file of the package",
    sluiceDoes: "`E_DATA_VALUE` that names the key",
    loads: ['[{"id":1,"__":1}]', '[{"id":2}]'],
    dlt: { fails: /KeyError: ''/, rows: { t: [{ id: 2 }] } },
    sluice: { error: "E_DATA_VALUE", rows: { t: [{ id: 2 }] } },
  },
  blankList: {
    what: "a list under a blank key",
    dltDoes: "its items become rows of the table of the record",
    sluiceDoes: "nested table `t___empty`",
    loads: ['[{"id":1,"":[{"id":7},{"id":8}]}]'],
    dlt: { rows: { t: [{ id: 1 }, { id: 7 }, { id: 8 }] } },
    sluice: { rows: { t: [{ id: 1 }], t___empty: [{ id: 7 }, { id: 8 }] } },
  },
  nanToken: {
    what: "`NaN` in the body, which is no JSON",
    dltDoes: "an error with a position",
    sluiceDoes: "`E_SOURCE_BODY` with the request, the token and the place",
    loads: ['[{"id":1,"n":NaN}]', '[{"id":2,"n":1.5}]'],
    dlt: { fails: /JSONDecodeError/, rows: { t: [{ id: 2, n: 1.5 }] } },
    sluice: { error: "E_SOURCE_BODY", rows: { t: [{ id: 2, n: 1.5 }] } },
  },
  tooManyColumns: {
    what: "more columns than PostgreSQL has",
    dltDoes: BLOCKED,
    sluiceDoes: "`E_TOO_MANY_COLUMNS`, nothing is written",
    loads: [`[{${Array.from({ length: 1700 }, (_, at) => `"c${at}":1`).join(",")}}]`, '[{"id":2}]'],
    dlt: { fails: /at most 1600 columns/, blocked: true, rows: {} },
    sluice: { error: "E_TOO_MANY_COLUMNS", rows: { t: [{ id: 2 }] } },
  },
};

/** The table of docs/dlt.md. */
export function beyondTable(): string {
  const rows = Object.values(BEYOND).map(({ what, dltDoes, sluiceDoes }) => `| ${what} | ${dltDoes} | ${sluiceDoes} |`);
  return ["| | dlt 1.31 | Sluice |", "|---|---|---|", ...rows].join("\n");
}
