import type { ResourceReport } from "../../../src/core/source.ts";
import type { PackageTrace, TableTrace, Trace } from "../../../src/pipeline/trace.ts";

/** A resource that answered. */
export function resourceOf(resource: string, more: Partial<ResourceReport> = {}): ResourceReport {
  return {
    resource,
    endpoint: `GET /${resource}`,
    requests: 3,
    retries: 0,
    rateLimitWaitSeconds: 0,
    bytes: 48_211,
    pages: 3,
    records: 250,
    skipped: {},
    seconds: 1.234,
    ...more,
  };
}

/** A table of a package. */
export function tableOf(table: string, more: Partial<TableTrace> = {}): TableTrace {
  return { table, resource: table, writeDisposition: "merge", rows: 250, bytes: 88_000, files: 1, ...more };
}

/** The trace of a first load of a small GitLab, as the engine makes it. */
export function traceOf(more: Partial<Trace> = {}): Trace {
  const loaded: PackageTrace = {
    loadId: "1795475420.675529",
    state: "loaded",
    startedAt: "2026-11-23T23:25:30.500Z",
    endedAt: "2026-11-23T23:25:33.900Z",
    schemaVersionHash: "A/afFjWcADZd8rsWCrislmbnyWYTMK6r5npixx4f1Oo=",
    tables: [
      tableOf("projects", { rows: 12, bytes: 9_000, writeDisposition: "replace" }),
      tableOf("issues", { rows: 4000, bytes: 4_812_345, files: 3 }),
      tableOf("issues__labels", { resource: "issues", rows: 9_213, bytes: 901_222 }),
      tableOf("commits", { writeDisposition: "append", rows: 1, bytes: 120 }),
    ],
    changes: [
      { table: "projects", change: "table_added" },
      { table: "projects", change: "column_added", column: "id", type: "bigint" },
      { table: "projects", change: "column_added", column: "name", type: "character varying" },
      { table: "issues", change: "table_added" },
      { table: "issues", change: "column_added", column: "id", type: "bigint" },
      { table: "issues", change: "column_added", column: "title", type: "character varying" },
      { table: "issues", change: "column_added", column: "created_at", type: "timestamp with time zone" },
      { table: "issues__labels", change: "table_added" },
      { table: "issues__labels", change: "column_added", column: "value", type: "character varying" },
      { table: "commits", change: "column_added", column: "pk", type: "bigint" },
      { table: "commits", change: "variant_added", column: "stats__v_text", type: "character varying" },
    ],
  };
  return {
    format: 1,
    runId: "7f3b2c",
    version: "0.1.0",
    pipeline: "gitlab_pipeline",
    dataset: "gitlab_data",
    schemaName: "gitlab",
    destination: "postgres",
    destinationName: "db.example:5432/warehouse",
    status: "loaded",
    startedAt: "2026-11-23T23:25:00.000Z",
    endedAt: "2026-11-23T23:25:34.250Z",
    firstRun: true,
    stateSource: "new",
    steps: [
      { step: "sync", startedAt: "2026-11-23T23:25:00.050Z", seconds: 0.21, ok: true },
      { step: "extract", startedAt: "2026-11-23T23:25:00.260Z", seconds: 29.9, ok: true },
      { step: "normalize", startedAt: "2026-11-23T23:25:00.900Z", seconds: 29.4, ok: true },
      { step: "load", startedAt: "2026-11-23T23:25:30.500Z", seconds: 3.4, ok: true },
    ],
    resources: [
      resourceOf("projects", { endpoint: "GET /api/v4/projects", records: 12, requests: 1 }),
      resourceOf("issues", {
        endpoint: "GET /api/v4/projects/{resources.projects.id}/issues",
        requests: 44,
        retries: 2,
        rateLimitWaitSeconds: 1.5,
        records: 4000,
        skipped: { "403": 2, "404": 1 },
        cursor: "2026-11-22T10:00:00.123Z",
        seconds: 28.4,
      }),
      resourceOf("commits", {
        endpoint: "GET /api/v4/projects/{resources.projects.id}/repository/commits",
        records: 1,
      }),
    ],
    packages: [loaded],
    warnings: [
      { code: "W_PARENT_SKIPPED", subject: "issues", count: 3 },
      { code: "W_NUL_REMOVED", subject: "issues.title", count: 1, detail: "First in the record with id 42." },
    ],
    settings: [
      { key: "source.client.base_url", from: "input base-url", secret: false, value: "https://gitlab.example.com" },
      { key: "token", from: "input token", secret: true, value: "***" },
      { key: "dataset", from: "default", secret: false, value: "gitlab_data" },
    ],
    ...more,
  };
}

/** A run that the source refused. */
export function failedTrace(more: Partial<Trace> = {}): Trace {
  return traceOf({
    status: "failed",
    packages: [],
    steps: [
      { step: "sync", startedAt: "2026-11-23T23:25:00.050Z", seconds: 0.21, ok: true },
      { step: "extract", startedAt: "2026-11-23T23:25:00.260Z", seconds: 0.4, ok: false },
    ],
    resources: [resourceOf("issues", { records: 0, requests: 1 })],
    warnings: [],
    failure: {
      code: "E_SOURCE_AUTH",
      step: "extract",
      message: "the source refused the token (401) at GET https://gitlab.example.com/api/v4/projects",
      hint: "Give a token with the scope read_api in the input token.",
      retryable: false,
      context: { resource: "issues", status: 401 },
    },
    ...more,
  });
}

/** Text that tries everything. */
export const HOSTILE =
  "x\n::error::pwn|a`b`<img src=x onerror=alert(1)>%0A[l](http://e.vil) @team **b** \u202egnp $" + "{{ secrets.A }}";

/** Each tries one way out of a place where text is shown; all together in {@link HOSTILE_NAME}. */
export const HOSTILE_TEXTS: readonly string[] = [
  HOSTILE,
  "\n::error file=a,line=1::pwn",
  "\r::set-output name=status::pwn",
  "\n::stop-commands::x",
  "%0A::error::pwn%0D%25",
  "##[error]pwn ##[add-mask]a",
  "\u2028::error::pwn\u2029\u0085::error::pwn",
  "a|b\\|c||",
  "`a``b```\n```mermaid\ngraph TD",
  "<script>alert(1)</script><!-- --><details open>",
  "@octocat #1 https://e.vil www.e.vil [l](javascript:alert(1)) ![i](http://e.vil)",
  '"]; click t0 "javascript:alert(1)"; t0["',
  "%%{init: {'securityLevel': 'loose'}}%%\nend",
  "\u001b[31mred\u001b]8;;http://e.vil\u0007\u009b2J\u007f\b",
  "\u202egnp\u2066x\u2069\u200e\u061c",
  "\u0000\ud800",
  "$" + "{{ secrets.A }} $x^2$ &amp; <<EOF\nghadelimiter_x",
  "-----\n=====\n> quote\n- list\n1. one\n# head",
];
export const HOSTILE_NAME = HOSTILE_TEXTS.join(" ");

/** A failed run whose every text is the given one. */
export function traceFullOf(text: string): Trace {
  const change = { table: text, change: "column_added" as const, column: text, type: text };
  const loaded = traceOf().packages[0];
  if (loaded === undefined) throw new Error("the sample has a package");
  return traceOf({
    pipeline: text,
    dataset: text,
    schemaName: text,
    destinationName: text,
    version: text,
    runId: text,
    resources: [resourceOf(text, { endpoint: text, cursor: text, skipped: { [text]: 1 } })],
    packages: [
      {
        ...loaded,
        loadId: text,
        startedAt: text,
        tables: [tableOf(text, { writeDisposition: text })],
        changes: [change],
      },
    ],
    warnings: [
      { code: "W_NAME_COLLISION", subject: text, count: 2, detail: text },
      { code: "W_NUL_REMOVED", subject: `${text}.${text}`, count: 1, detail: text },
    ],
    settings: [{ key: text, from: text, secret: false, value: text }],
    status: "failed",
    failure: {
      code: "E_DATA_VALUE",
      message: text,
      hint: text,
      retryable: false,
      context: { table: text, resource: text, column: text },
      places: [{ message: text, file: text, line: 3, column: 1 }],
    },
  });
}

/** What moves the cursor, colours, hides, or turns the direction of reading; line breaks and tabs are looked at apart. */
export const MOVES = /(?![\t\n\r])[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
