/** An output of the Action, declared once: `action.yml`, the documents and the Action's own code follow from it. */
export interface Output {
  readonly description: string;
  readonly example: string;
}

/** Every output, in the order of the documents. All are set in success and in failure. */
export const OUTPUTS = {
  status: {
    description: "How the run ended: `loaded`, `no-new-data`, `skipped`, `failed`, `aborted` or `cancelled`.",
    example: "loaded",
  },
  "error-code": { description: "Code of the failure, empty after success.", example: "E_SOURCE_AUTH" },
  retryable: { description: "Whether running again later can help, `true` or `false`.", example: "false" },
  "pipeline-name": { description: "Name of the pipeline.", example: "gitlab_pipeline" },
  "dataset-name": { description: "Name of the schema in the database.", example: "gitlab_data" },
  destination: {
    description: "Host, port and database, without user and password.",
    example: "db.example.com:5432/analytics",
  },
  "load-ids": { description: "Ids of the load packages, a JSON list.", example: '["1795475420.675529"]' },
  "first-run": { description: "Whether the destination knew no state of the pipeline.", example: "true" },
  "state-source": {
    description: "Where the state came from: `destination`, or `new` where there was none.",
    example: "destination",
  },
  "cache-hit": {
    description:
      "What the cache knew: `exact` the state that the destination has, `prefix` another one of this pipeline, or `none`.",
    example: "exact",
  },
  "rows-loaded": { description: "Rows loaded into all tables.", example: "4213" },
  "row-counts": { description: "Rows per table, a JSON object.", example: '{"issues":4000}' },
  "schema-changed": { description: "Whether tables or columns were added.", example: "true" },
  "schema-changes": {
    description: "Added tables and columns, a JSON list.",
    example: '[{"table":"issues","change":"column_added","column":"weight","type":"bigint"}]',
  },
  "duration-seconds": { description: "Length of the run in seconds.", example: "37.3" },
  durations: {
    description: "Seconds per step, a JSON object.",
    example: '{"sync":0.2,"extract":31,"normalize":2.1,"load":4}',
  },
  requests: { description: "Requests sent to the source.", example: "412" },
  retries: { description: "Requests that were sent again.", example: "3" },
  "rate-limit-wait-seconds": { description: "Seconds waited because the source asked for it.", example: "12" },
  "bytes-received": { description: "Bytes of all answers, decoded.", example: "18423345" },
  warnings: {
    description: "Warnings with their counts, a JSON list.",
    example: '[{"code":"W_NUL_REMOVED","subject":"issues.title","count":3}]',
  },
  "load-info": { description: "The load info, a JSON object.", example: '{"pipeline":"gitlab_pipeline"}' },
  "load-info-path": {
    description: "Path of the file with the load info.",
    example: "$RUNNER_TEMP/sluice/load-info.json",
  },
  "trace-path": {
    description: "Path of the file with the trace.",
    example: "$RUNNER_TEMP/sluice/trace.json",
  },
  "summary-path": {
    description: "Path of the file with the job summary.",
    example: "$RUNNER_TEMP/sluice/summary.md",
  },
} as const satisfies Readonly<Record<string, Output>>;

export type OutputName = keyof typeof OUTPUTS;
