/**
 * Where Sluice differs from dlt 1.31 on purpose: the one list. ARCHITECTURE.md shows it (`deviations.test.ts` holds the two
 * together), the differential tool prints those that explain what it found. What differs and is not here is a fault.
 */
import type { WarningCode } from "../../src/core/error-codes.ts";

export interface Deviation {
  readonly part: "load" | "extract";
  /** What it is called in ARCHITECTURE.md and by the tool. */
  readonly name: string;
  readonly dlt: string;
  readonly sluice: string;
  /** A reason that a user would accept. */
  readonly why: string;
  /** What `compat: strict` makes of it, where that is not said in `sluice`. */
  readonly strict?: string;
  /** Set where both programs load the data, and it shows. */
  readonly shows?: Shows;
  /** Set where dlt fails with data that Sluice loads: what its error says. */
  readonly dltFails?: RegExp;
}

/** How the tool knows a difference for a deviation: all that is given must hold. */
interface Shows {
  /** Line of the comparison. */
  readonly line: RegExp;
  /** A warning of Sluice's run; where `line` has a group `table`, its subject begins with that. */
  readonly warning?: WarningCode;
  /** A key of the pipeline file that dlt has not, or reads in its own way. */
  readonly key?: string;
}

/** Found by comparing once more without the names of such resources, not by the text of a difference. */
export const SHARED_TABLE = "hints of a table that several resources share";

export const DEVIATIONS: readonly Deviation[] = [
  {
    part: "load",
    name: "commit",
    dlt: "a transaction a job, the load row last",
    sluice: "one transaction a package, state and load row in it",
    why: "a crash leaves nothing half loaded; dlt sees an ordinary load",
  },
  {
    part: "load",
    name: "several records of one key in a package (delete-insert)",
    dlt: "leaves open which one stays",
    sluice: "the last received stays",
    why: "an API that answers newest last gives the newest",
    shows: { line: /^(rows?|loads of rows) of (?<table>\w+)/, warning: "W_DUPLICATE_KEY" },
  },
  {
    part: "load",
    name: "the same under upsert, insert-only",
    dlt: "stuck package",
    sluice: "`dedup_sort` decides, else the last received stays; insert-only: the first",
    why: "pages that move while they are read show a record twice",
    shows: { line: /^(rows?|loads of rows) of (?<table>\w+)/, warning: "W_DUPLICATE_KEY" },
  },
  {
    part: "load",
    name: "staging dataset",
    dlt: "made for merge and replace",
    sluice: "none; one that dlt left is not touched",
    why: "only keys are staged, or rows under upsert, insert-only and scd2, in temporary tables",
  },
  {
    part: "load",
    name: "upsert on rows of another strategy",
    dlt: "their nested rows stay without a root; several rows of one key: stuck package",
    sluice: "nested rows go; the newest row stays",
    why: "ids made from keys meet ids that are not",
  },
  {
    part: "load",
    name: "insert-only: records marked as deleted, or there under another id",
    dlt: "their nested rows are inserted without a root",
    sluice: "left out",
    why: "nobody could join them",
  },
  {
    part: "load",
    name: "scd2 with `row_version_column_name`",
    dlt: "nested rows of versions that hold are added again with each load, without a root",
    sluice: "left out",
    why: "nobody could join them",
  },
  {
    part: "load",
    name: "scd2: the same record twice in a package, with nested rows",
    dlt: "stuck package",
    sluice: "nested rows once",
    why: "nobody could join them",
  },
  {
    part: "load",
    name: "scd2 on a table whose row ids were unique",
    dlt: "stuck package when a version comes back",
    sluice: "the constraint is dropped then",
    why: "the result is the layout that dlt makes",
  },
  {
    part: "load",
    name: "replace",
    dlt: "`truncate-and-insert`: readers see an empty table",
    sluice: "delete and copy in the transaction; `replace-method: truncate` on demand",
    why: "no reader sees an empty table",
  },
  {
    part: "load",
    name: "append, then merge on one table",
    dlt: "fails on `_dlt_root_id`",
    sluice: "the ids are filled in",
    why: "the result is the layout that dlt expects",
  },
  {
    part: "load",
    name: "integers beyond 64 bits",
    dlt: "stuck package",
    sluice: "`E_DATA_VALUE` before anything is written; with `on-big-integer: numeric` a column of dlt's type `wei`",
    why: "the next run is not blocked; `wei` is what dlt itself makes for such integers (`numeric(156,78)`), so it reads such a column, goes on writing to it, and gives it back as `wei` when it looks at the table. A `decimal` would end at 29 digits, or need a precision that dlt infers nowhere",
  },
  {
    part: "load",
    name: "the text `nan` or `inf` for a number column",
    dlt: "stuck package",
    sluice: "`E_DATA_VALUE` before anything is written",
    why: "the next run is not blocked",
  },
  {
    part: "load",
    name: "null in a key column",
    dlt: "error in the load",
    sluice:
      "`E_NULL_KEY` with table and record, before anything is written; left out and counted with `on-null-key: skip`",
    why: "the next run is not blocked",
  },
  {
    part: "load",
    name: "more columns than PostgreSQL has",
    dlt: "error in the load",
    sluice: "`E_TOO_MANY_COLUMNS` before anything is written",
    why: "the next run is not blocked",
  },
  {
    part: "load",
    name: "NUL inside a JSON column",
    dlt: "stuck package",
    sluice: "removed and counted, as dlt does in text",
    why: "the next run is not blocked",
  },
  {
    part: "load",
    name: "lone surrogate",
    dlt: "TypeError",
    sluice: "replaced by U+FFFD and counted; *strict*: `E_DATA_VALUE`",
    why: "the next run is not blocked",
  },
  {
    part: "load",
    name: "`NaN`, `Infinity` as JSON tokens",
    dlt: "error from `rest_api`; null from data of Python",
    sluice: "`E_SOURCE_BODY`",
    why: "they are no JSON",
  },
  {
    part: "load",
    name: "order of rows in a table",
    dlt: "that of its files",
    sluice: "that of arrival",
    why: "rows are a multiset",
  },
  {
    part: "load",
    name: "clock behind the states of the destination",
    dlt: "the new state is not found again",
    sluice: "the load id is raised above the newest",
    why: "the next run must find it",
  },
  {
    part: "load",
    name: "order of new columns of a child resource",
    dlt: "one parent after the other",
    sluice: "as the answers for several parents arrive; in a table that is there nothing moves",
    why: "waiting for one parent at a time is what makes such loads slow, and no query depends on the order",
    shows: { line: /^order of columns /, key: "child resources" },
  },
  {
    part: "load",
    name: SHARED_TABLE,
    dlt: "those of the first to write, which changes with the number of pages and records, from run to run",
    sluice:
      "those of the first that dlt would take if each answer were one page with one record; the name of the resource in the stored schema stays",
    why: "the keys and the disposition of a table must not depend on what the answers hold",
  },
  {
    part: "load",
    name: "names of 63 characters that are more bytes",
    dlt: "stuck package when the schema changes",
    sluice: "found under the name to which the server has cut them",
    why: "the next run is not blocked",
    dltFails: /Table name .* not in expected tables/,
  },
  {
    part: "load",
    name: "text that is a JSON number or boolean, for a JSON column",
    dlt: "stuck package",
    sluice: "the number or boolean, as dlt's own rule says",
    why: "the next run is not blocked",
    dltFails: /is of type jsonb but expression is of type/,
  },
  {
    part: "load",
    name: "numbers in a `timestamp` or `date` column beyond the calendar",
    dlt: "variant column, or stuck package, depending on how far beyond",
    sluice: "variant column",
    why: "the next run is not blocked",
    dltFails: /Value too large for defined data type/,
  },
  {
    part: "load",
    name: "a replaced resource whose answer was ignored (`response_actions`)",
    dlt: "its table is emptied",
    sluice: "its rows stay, `W_RESOURCE_SKIPPED`",
    why: "an answer that was refused is no empty list",
  },
  {
    part: "load",
    name: "a nested table with a `write_disposition` that is not its root's, and without a key",
    dlt: "loaded by its own, with a warning: rows without a row above them, or rows that lose theirs",
    sluice: "loaded by that of its root; its own stands in the schema",
    why: "nobody could join them; a key makes it a table by itself",
  },
  {
    part: "load",
    name: "an empty list as a record",
    dlt: "a row without values",
    sluice: "no row",
    why: "nobody sent a record",
  },
  {
    part: "load",
    name: "a list under a blank key",
    dlt: "its items become rows of the table of its record",
    sluice: "nested table, key `_empty` as for other values",
    why: "records that nobody sent must not stand among those that were",
  },
  {
    part: "load",
    name: "a resource with its own `max_table_nesting` that yields nothing",
    dlt: "forgets that its table has rows: a schema version more, and replace leaves the old rows",
    sluice: "remembers it",
    why: "replace empties the table, and no version comes and goes",
    shows: { line: /^schema versions at .*seen-data/, key: "max_table_nesting" },
  },
  {
    part: "extract",
    name: "cursor of a child resource",
    dlt: "one for all parents",
    sluice: "one per parent beside it (`sluice.partitions` of the resource's state, which dlt carries along)",
    why: "children of one parent that is behind are lost with one cursor for all",
    strict: "*strict*",
    shows: { line: /^loads of rows of /, key: "per_parent" },
  },
  {
    part: "extract",
    name: "`range_start: null` or `range_end: null` of a cursor",
    dlt: "the cursor is off: all records in each run, and no state",
    sluice: "as if it were left out",
    why: "null says nothing elsewhere, and a cursor that is off is not what somebody wrote",
  },
  {
    part: "extract",
    name: "a next link or redirect to another origin",
    dlt: "followed, with credentials",
    sluice: "refused (`E_FOREIGN_ORIGIN`), unless in `client.allowed_hosts`, then without credentials",
    why: "a link in an answer must not carry a credential away",
    strict: "*strict*: followed without credentials",
  },
  {
    part: "extract",
    name: "a link or redirect to loopback, private and other special addresses",
    dlt: "followed",
    sluice:
      "refused (`E_UNSAFE_URL`) unless the configuration names the origin, or `allow-private-network`; names are checked as they are resolved",
    why: "an answer must not make the runner ask its own network",
    strict: "*strict* too",
  },
  {
    part: "extract",
    name: "a proxy for plain http",
    dlt: "gets the request, headers included",
    sluice: "tunnels, as for https; this machine is never asked through one",
    why: "the credential is nobody's but the source's",
  },
  {
    part: "extract",
    name: "`REQUESTS_CA_BUNDLE`",
    dlt: "replaces what is trusted",
    sluice: "not read; `ca-certificate` adds an authority, as `NODE_EXTRA_CA_CERTS` does",
    why: "one authority more is what companies need; none of the usual ones goes",
  },
  {
    part: "extract",
    name: "the same page asked again",
    dlt: "for ever",
    sluice: "`E_PAGINATION_LOOP`",
    why: "a job that never ends costs the whole time limit",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "an endless list of empty pages",
    dlt: "for ever",
    sluice: "ends after three",
    why: "a job that never ends costs the whole time limit",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "204 or an empty body",
    dlt: "error",
    sluice: "no records",
    why: "GitLab answers so where a feature is off",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "an OAuth token that is about to end, or is refused (401) after it has served",
    dlt: "used until it has ended; 401 fails",
    sluice: "a new one in the last tenth of its life (at most a minute), and one more try after a 401",
    why: "tokens end on the way and are revoked; a long load should not be lost for it",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "invalid JSON",
    dlt: "fails at once",
    sluice: "asked once more, a proxy may have cut it",
    why: "a cut answer is a passing fault",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "POST after a server error",
    dlt: "sent again",
    sluice: "only with `idempotent: true` on the endpoint",
    why: "the first one may have been carried out",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "an object as the only record of a counted list",
    dlt: "asked for again and again",
    sluice: "ends the list",
    why: "the record would come for ever",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "an error object where a selector expects a list",
    dlt: "no records",
    sluice: "`E_SOURCE_SHAPE`",
    why: "a table that stays empty without a word is worse than an error",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: 'next link `""` or `false`',
    dlt: "crash",
    sluice: "end of the list; other values are an error",
    why: "many APIs end a list so",
  },
  {
    part: "extract",
    name: "pages",
    dlt: "one after the other",
    sluice: "fetched ahead where their number is known, 8 in flight per origin; order is kept",
    why: "waiting for answers is what a load spends its time on",
    strict: "*strict*: one after the other",
  },
  {
    part: "extract",
    name: "redirects",
    dlt: "30, any origin",
    sluice: "5, same origin",
    why: "as for next links",
    strict: "*strict*: 30, without credentials elsewhere",
  },
  {
    part: "extract",
    name: "time limits",
    dlt: "60 s between bytes",
    sluice: "30 s between bytes (GitLab 90 s), 120 s for an answer",
    why: "a server that answers drop by drop must not hold a job",
    strict: "*strict*: 60 s between bytes",
  },
  {
    part: "extract",
    name: "a value of a parent record that changes the route (`..`, `/`, `?`, `#`)",
    dlt: "inserted as it is",
    sluice: "inserted, with a warning; `path_encoding: segment` encodes it",
    why: "an id must not lead to another endpoint unseen",
  },
  {
    part: "extract",
    name: "keys with dots or blanks where lists and links are looked for",
    dlt: "no records, or an error",
    sluice: "found",
    why: "the API may name its keys as it likes",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "static path values in `resource_defaults`",
    dlt: "for the first resource only, an error for the others",
    sluice: "for each resource",
    why: "defaults are there for all resources",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "`method: PUT`, `PATCH`; an api key in a cookie",
    dlt: "refused",
    sluice: "sent",
    why: "some APIs want them",
    strict: "*strict*",
  },
  {
    part: "extract",
    name: "`response_actions` with the words `stop`, `retry` and `fail`",
    dlt: "nothing",
    sluice: "the list ends, the request is sent again, the run ends",
    why: "in Python functions do that",
    strict: "*strict*",
  },
];

/** The rows of a Markdown table of one part, as ARCHITECTURE.md has them. */
export function deviationTable(part: Deviation["part"]): string {
  const rows = DEVIATIONS.filter((one) => one.part === part);
  const head =
    part === "load"
      ? ["| | dlt 1.31 | Sluice | why |", "|---|---|---|---|"]
      : ["| | dlt 1.31 | Sluice | why | |", "|---|---|---|---|---|"];
  return [
    ...head,
    ...rows.map(({ name, dlt, sluice, why, strict }) =>
      part === "load"
        ? `| ${name} | ${dlt} | ${sluice} | ${why} |`
        : `| ${name} | ${dlt} | ${sluice} | ${why} | ${strict ?? ""} |`,
    ),
  ].join("\n");
}

export interface Explained {
  /** Differences that no deviation explains. */
  readonly faults: readonly string[];
  /** Deviations that showed, with the number of differences that each explains. */
  readonly deviations: ReadonlyMap<Deviation, number>;
}

/** Sorts differences into those that a deviation explains and those that are faults. */
export function explain(
  lines: readonly string[],
  run: {
    readonly warnings: readonly { readonly code: string; readonly subject: string }[];
    readonly keys: ReadonlySet<string>;
  },
): Explained {
  const faults: string[] = [];
  const deviations = new Map<Deviation, number>();
  for (const line of lines) {
    const found = DEVIATIONS.find(({ shows }) => {
      const match = shows?.line.exec(line);
      if (shows === undefined || match === null || match === undefined) return false;
      const table = match.groups?.table ?? "";
      const warned =
        shows.warning === undefined ||
        run.warnings.some(({ code, subject }) => code === shows.warning && isBelow(table, subject));
      return warned && (shows.key === undefined || run.keys.has(shows.key));
    });
    if (found === undefined) faults.push(line);
    else deviations.set(found, (deviations.get(found) ?? 0) + 1);
  }
  return { faults, deviations };
}

/** Whether a table is the subject of a warning, or nested in it. */
function isBelow(table: string, subject: string): boolean {
  const root = subject.split(".", 1)[0] ?? "";
  return table === root || table.startsWith(`${root}__`);
}
