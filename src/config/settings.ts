import { contract } from "./contract-shape.ts";
import { NETWORK_SETTINGS } from "./network-settings.ts";
import {
  bytes,
  choice,
  flag,
  name,
  type Setting,
  seconds,
  secret,
  setting,
  text,
  timestamp,
  wholeNumber,
  words,
} from "./setting.ts";

/**
 * Every setting of Sluice, in the order in which the documents list them. The type {@link Settings}, the checks and
 * their messages, the JSON Schema, the inputs of `action.yml`, the tables of the documents, the flags of the command
 * line and the environment names all follow from this table. A setting whose engine is not built is not here.
 */
export const SETTINGS = {
  token: setting({
    kind: secret(),
    group: "source",
    secret: true,
    description: "Credential of the source: the GitLab token, or the secret of `client.auth` of a pipeline file.",
    example: "$" + "{{ secrets.GITLAB_TOKEN }}",
    dlt: ["sources.<section>.token", "sources.<section>.api_key", "sources.<section>.private_token", "sources.token"],
  }),
  endpoints: setting({
    kind: words(),
    group: "source",
    description: "Resources to load: names, globs, `+name` and `-name` to change the selection.",
    defaultText: "all that are selected",
    example: "issues, merge_requests",
    aliases: ["resources"],
    dlt: ["sources.<section>.endpoints"],
  }),
  "connection-string": setting({
    kind: secret(),
    group: "destination",
    secret: true,
    description: "URL of the PostgreSQL or AlloyDB database; required when the destination is `postgres`.",
    example: "$" + "{{ secrets.ALLOYDB_URL }}",
    dlt: ["destination.postgres.credentials", "destination.credentials", "credentials"],
  }),
  source: setting({
    kind: text(),
    group: "source",
    description: "Built-in source, or path of a pipeline file.",
    default: "gitlab",
    example: "pipelines/shop.yaml",
    fileKey: false,
  }),
  "base-url": setting({
    kind: text(),
    group: "source",
    description: "URL where the source's API begins.",
    defaultText: "the file's, or https://gitlab.com",
    example: "https://gitlab.example.com",
    dlt: ["sources.<section>.base_url", "sources.base_url"],
  }),
  groups: setting({
    kind: words(),
    group: "source",
    onlyFor: "gitlab",
    description: "GitLab groups to load, ids or full paths, each with all its subgroups and their projects.",
    defaultText: "what the token is a member of",
    example: "my-company/platform",
    dlt: ["sources.<section>.groups"],
  }),
  projects: setting({
    kind: words(),
    group: "source",
    onlyFor: "gitlab",
    description: "GitLab projects to load, ids or full paths, beside those of the groups.",
    defaultText: "what the token is a member of",
    example: "my-company/website",
    dlt: ["sources.<section>.projects"],
  }),
  "start-date": setting({
    kind: timestamp(),
    group: "source",
    onlyFor: "gitlab",
    description: "Lower bound of every cursor on the first run; a stored cursor wins later.",
    defaultText: "all there is",
    example: "2026-01-01",
    dlt: ["sources.<section>.start_date"],
  }),
  config: setting({
    kind: text(),
    group: "source",
    description: "YAML laid over the pipeline file: mappings are merged key by key, lists and values replace.",
    example: "source: {max_table_nesting: 1}",
    fileKey: false,
  }),
  "allow-modules": setting({
    kind: flag(),
    group: "source",
    description:
      "Let the pipeline file call JavaScript of the repository (`module: ./steps.mjs#name`). It runs with all rights and secrets of the run; never for pull requests from forks.",
    default: false,
    example: "true",
    fileKey: false,
  }),
  "pipeline-name": setting({
    kind: name(),
    group: "load",
    description: "Name of the pipeline, which owns the incremental state.",
    defaultText: "the file's, or `gitlab_pipeline`; of another file its name without extension",
    example: "gitlab_pipeline",
    fileKey: "pipeline",
    dlt: ["pipeline_name"],
  }),
  "dataset-name": setting({
    kind: name(),
    group: "load",
    description: "Name of the dataset, which is the schema in the database.",
    defaultText: "the file's, or `gitlab_data`; of another file `<pipeline>_dataset`",
    example: "gitlab_data",
    fileKey: "dataset",
    dlt: ["pipelines.<pipeline>.dataset_name", "pipelines.dataset_name", "dataset_name"],
  }),
  destination: setting({
    kind: choice(["postgres", "embedded"]),
    group: "destination",
    description:
      "Where to load: a PostgreSQL or AlloyDB server, or an embedded PostgreSQL under the working directory.",
    defaultText: "`postgres`; on the command line `embedded` when no connection string is given",
    example: "postgres",
  }),
  "write-disposition": setting({
    kind: choice(["append", "replace", "merge"]),
    group: "load",
    description: "Write disposition of all resources, instead of each one's own.",
    defaultText: "each resource's own",
    example: "merge",
  }),
  "replace-method": setting({
    // dlt: replace strategies; the two that keep the table visible are one method here.
    kind: choice(["delete", "truncate", "staging-optimized"], {
      "truncate-and-insert": "delete",
      "insert-from-staging": "delete",
    }),
    group: "load",
    description:
      "How replace empties tables. With `truncate` readers wait, and may see an empty table; with `staging-optimized` the tables are dropped and made again.",
    default: "delete",
    example: "delete",
    dlt: ["destination.postgres.replace_strategy", "destination.replace_strategy"],
  }),
  refresh: setting({
    kind: choice(["drop_sources", "drop_resources", "drop_data"]),
    group: "load",
    description:
      "Load from the start in this run: `drop_sources` drops all tables and the state of the source, `drop_resources` those of the resources of the run, `drop_data` empties their tables and forgets their state.",
    defaultText: "go on from the stored state",
    example: "drop_resources",
    dlt: ["pipelines.<pipeline>.refresh", "pipelines.refresh", "refresh"],
  }),
  "export-schema-path": setting({
    kind: text(),
    group: "load",
    description: "Folder in which each run leaves the schema as `<schema>.schema.yaml`, in dlt's form.",
    defaultText: "none is left",
    example: "schemas/export",
    dlt: [
      "pipelines.<pipeline>.export_schema_path",
      "pipelines.export_schema_path",
      "export_schema_path",
      "schema.export_schema_path",
    ],
  }),
  "import-schema-path": setting({
    kind: text(),
    group: "load",
    description:
      "Folder of a schema file that takes the place of the stored schema whenever it was changed; the first run writes one to begin with.",
    defaultText: "the stored schema",
    example: "schemas/import",
    dlt: [
      "pipelines.<pipeline>.import_schema_path",
      "pipelines.import_schema_path",
      "import_schema_path",
      "schema.import_schema_path",
    ],
  }),
  "schema-contract": setting({
    kind: contract(),
    group: "load",
    description:
      "What becomes of new tables, columns and types that data brings, instead of each resource's and the source's own contract.",
    defaultText: "each resource's own, else the source's, else `evolve`",
    example: "columns: freeze, data_type: discard_row",
  }),
  "max-table-nesting": setting({
    kind: wholeNumber(0),
    group: "load",
    description: "How many levels of nested tables are made; deeper values become JSON.",
    defaultText: "the file's, else no limit",
    example: "2",
    dlt: ["sources.<section>.max_table_nesting"],
  }),
  "on-null-key": setting({
    kind: choice(["fail", "skip"]),
    group: "load",
    description: "A record without a value in a key column ends the run, or is left out and counted in a warning.",
    default: "fail",
    example: "skip",
  }),
  "on-big-integer": setting({
    kind: choice(["refuse", "numeric", "text"]),
    group: "load",
    description:
      "An integer beyond 64 bits ends the run, or is kept exactly in a `numeric` column (up to 78 digits) or as text.",
    default: "refuse",
    example: "numeric",
  }),
  "reserved-fields": setting({
    kind: choice(["keep", "regenerate"]),
    group: "load",
    description: "Whether a `_dlt_id` in the data that can serve as the row's id is kept or replaced by a new one.",
    default: "keep",
    example: "regenerate",
  }),
  limit: setting({
    kind: wholeNumber(1),
    group: "run",
    description:
      "Stop each resource without a parent after so many pages, to try a pipeline; children follow all records read.",
    defaultText: "no limit",
    example: "1",
  }),
  timeout: setting({
    kind: seconds(1),
    group: "run",
    description:
      "Longest time of the run; it stops 30 seconds before, of less than two minutes a quarter before, with the destination untouched or the load complete.",
    defaultText: "no limit",
    example: "3600",
  }),
  "on-resource-error": setting({
    kind: choice(["fail", "skip"]),
    group: "run",
    description:
      "What an error of the source does: end the run with nothing loaded, or leave out that resource and those below it and load the others.",
    default: "fail",
    example: "skip",
  }),
  "max-work-bytes": setting({
    kind: bytes(),
    group: "run",
    description: "Largest load package on the disk of the working directory.",
    default: 10_737_418_240,
    example: "10 GiB",
  }),
  compat: setting({
    kind: choice(["default", "strict"]),
    group: "run",
    description: "With `strict` Sluice does as dlt does also where it deviates on purpose.",
    default: "default",
    example: "strict",
  }),
  "working-directory": setting({
    kind: text(),
    group: "run",
    description: "Folder for load packages, traces and the embedded database.",
    defaultText: "the runner's temporary folder; on the command line `.sluice`",
    example: ".sluice",
  }),
  cache: setting({
    kind: flag(),
    group: "run",
    description:
      "Keep version and hash of the last state in GitHub's cache, to tell when the database went back in time.",
    default: true,
    example: "false",
    fileKey: false,
  }),
  "skip-without-credentials": setting({
    kind: flag(),
    group: "run",
    description:
      "End well instead of with an error where GitHub passes no secrets: pull requests from forks and runs of Dependabot.",
    default: false,
    example: "true",
    fileKey: false,
  }),
  "allow-pr-writes": setting({
    kind: flag(),
    group: "run",
    description:
      "Let runs of pull requests write to the configured dataset. Otherwise they write to one of their own, with `_pr` and the number behind the name.",
    default: false,
    example: "true",
    fileKey: false,
  }),
  "log-level": setting({
    kind: choice(["debug", "info", "warning", "error"], { warn: "warning", critical: "error" }),
    group: "run",
    description: "How much is printed.",
    default: "info",
    example: "debug",
    dlt: ["runtime.log_level"],
  }),
  progress: setting({
    kind: choice(["log", "bar", "none"]),
    group: "run",
    description: "How progress is shown: lines, a bar (on a terminal only), or not at all.",
    default: "log",
    example: "none",
  }),
  "lock-wait": setting({
    kind: seconds(),
    group: "destination",
    description: "Longest wait for another run that holds the lock.",
    defaultText: "`60` for the pipeline's lock, `600` for the dataset's",
    example: "120",
  }),
  "connect-wait": setting({
    kind: seconds(),
    group: "destination",
    description: "How long to go on connecting to a database that does not answer yet.",
    default: 60,
    example: "60",
  }),
  "statement-timeout": setting({
    kind: seconds(),
    group: "destination",
    description: "Longest time of one SQL statement of the load.",
    defaultText: "the server's",
    example: "900",
  }),
  ...NETWORK_SETTINGS,
} as const;

export type SettingName = keyof typeof SETTINGS;

type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type ValueOf<S> = S extends Setting<infer T, infer D> ? T | D : never;

/** The value of every setting; undefined where none was given and there is no default. */
export type Settings = { readonly [K in SettingName as Camel<K>]: ValueOf<(typeof SETTINGS)[K]> };

/** All settings with their names, the names typed. */
export function settingEntries(): readonly (readonly [SettingName, Setting<unknown>])[] {
  return SETTING_NAMES.map((key) => [key, SETTINGS[key]] as const);
}

/** True for the name of a setting. */
export function isSettingName(word: string): word is SettingName {
  return Object.hasOwn(SETTINGS, word);
}

export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

/** Those of connections and of limits that protect from a source. */
export const NETWORK_SETTING_NAMES: readonly SettingName[] = Object.keys(NETWORK_SETTINGS).filter(isSettingName);

/** Key of a setting in the pipeline file, undefined when it has none. */
export function fileKeyOf(key: SettingName): string | undefined {
  const spec: Setting<unknown> = SETTINGS[key];
  return spec.fileKey === false ? undefined : (spec.fileKey ?? key.replaceAll("-", "_"));
}

/** `base-url` to `baseUrl`. */
export function camelCase(word: string): string {
  return word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
