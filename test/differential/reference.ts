/** What Python dlt is given for a pipeline file or the built-in source of Sluice: the same configuration, as JSON. */
import type { Configuration } from "../../src/config/load-configuration.ts";
import { Double } from "../../src/core/json.ts";
import { Secret } from "../../src/core/secret.ts";
import { gitlabSource } from "../../src/sources/gitlab/source.ts";

export interface Reference {
  /** Pipeline file for `dlt_run.py`. Holds secrets in clear. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Keys in it that the two programs do not read alike; those that dlt does not know were left out. */
  readonly keys: ReadonlySet<string>;
  /** Tables that several of its resources write to, by the name that the file has for them. */
  readonly sharedTables: ReadonlySet<string>;
}

/** Keys of ours; dlt refuses a configuration that has them. */
const OURS = new Set(["allowed_hosts", "empty_body", "http", "idempotent", "path_encoding", "per_parent", "window"]);

/** Among the keys: resources that are asked for once a record of another one. */
export const CHILDREN = "child resources";

/** The functions of the built-in source, by what they rename. */
const RENAMES: Readonly<Record<string, readonly [string, string]>> = {
  "fn:project_id": ["_projects_id", "project_id"],
  "fn:group_id": ["_groups_id", "group_id"],
};

export function referenceOf(configuration: Configuration): Reference {
  const { settings, source } = configuration;
  const keys = new Set<string>();
  const { name, config } = source.kind === "gitlab" ? gitlabConfig(configuration) : source;
  const read = plain(config, keys) as Record<string, unknown>;
  if (source.kind === "gitlab") wholeLists(read);
  if (/\{resources\.|"type":"resolve"/.test(JSON.stringify(read))) keys.add(CHILDREN);
  return {
    keys,
    sharedTables: sharedTables(read.resources),
    document: {
      pipeline: configuration.pipelineName,
      ...(settings.endpoints === undefined ? {} : { endpoints: settings.endpoints }),
      source: {
        name,
        ...read,
        ...(configuration.maxTableNesting === undefined ? {} : { max_table_nesting: configuration.maxTableNesting }),
        ...(source.kind === "gitlab" || source.schemaContract === undefined
          ? {}
          : { schema_contract: source.schemaContract }),
      },
    },
  };
}

function sharedTables(resources: unknown): ReadonlySet<string> {
  const tables = (resources as readonly { readonly name: string; readonly table_name?: string }[]).map(
    ({ name, table_name }) => table_name ?? name,
  );
  return new Set(tables.filter((table, index) => tables.indexOf(table) !== index));
}

function gitlabConfig({ settings }: Configuration) {
  if (settings.token === undefined) throw new Error("the source gitlab needs a token: set SOURCES__GITLAB__TOKEN");
  return gitlabSource({
    token: settings.token,
    ...(settings.baseUrl === undefined ? {} : { baseUrl: settings.baseUrl }),
    ...(settings.groups === undefined ? {} : { groups: settings.groups }),
    ...(settings.projects === undefined ? {} : { projects: settings.projects }),
    ...(settings.startDate === undefined ? {} : { startDate: settings.startDate }),
  });
}

/** A copy as JSON has it: secrets in clear, doubles as numbers, without the keys that dlt has not. */
function plain(value: unknown, keys: Set<string>): unknown {
  if (value instanceof Secret) return value.reveal();
  if (value instanceof Double) return value.value;
  if (Array.isArray(value)) return value.map((item) => plain(item, keys));
  if (typeof value === "string" && RENAMES[value] !== undefined) return { rename: RENAMES[value] };
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => {
        if (OURS.has(key) || key === "max_table_nesting") keys.add(key);
        return !OURS.has(key);
      })
      .map(([key, item]) => [key, plain(item, keys)]),
  );
}

/**
 * dlt has one cursor for the children of all parents, which moves on from parent to parent: with it in the request, the
 * records of those that come later are lost. Read whole and filtered by the cursor that the run began with, none is.
 */
function wholeLists(config: Record<string, unknown>): void {
  for (const resource of config.resources as { endpoint?: { incremental?: Record<string, unknown> } }[]) {
    if (resource.endpoint?.incremental !== undefined) delete resource.endpoint.incremental.start_param;
  }
}
