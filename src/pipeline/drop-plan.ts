import { ConfigError } from "../core/errors.ts";
import { JsonPathError } from "../core/json-path-parser.ts";
import type { SyncResult } from "../load/destination.ts";
import { forgetTable } from "../schema/refresh.ts";
import { cloneSchema, isSystemTable, tableChain } from "../schema/schema.ts";
import { ensurePipelineStateTable } from "../schema/system-tables.ts";
import type { Schema } from "../schema/table.ts";
import { bumpVersion } from "../schema/version-hash.ts";
import { dropState } from "../state/drop-state.ts";
import { defaultSchemaName, type NextState } from "../state/pipeline-state.ts";

/** What a user wants to drop. */
export interface DropSelection {
  /** Names of resources, or `re:` and a regular expression that a name must begin with. */
  readonly resources: readonly string[];
  readonly all: boolean;
  /** JSONPaths in the state of the source. */
  readonly statePaths: readonly string[];
  /** Keep the tables. */
  readonly stateOnly: boolean;
  /** Schema whose tables are meant; the pipeline's default one when absent. */
  readonly schema?: string;
}

/** What a drop would do, and the schema and state that it leaves. */
export interface DropPlan {
  readonly facts: DropFacts;
  readonly schema: Schema;
  readonly state: NextState;
  readonly isEmpty: boolean;
}

/** The part for people. */
export interface DropFacts {
  readonly schema: string;
  readonly resources: readonly string[];
  /** Nested tables first. */
  readonly tables: readonly string[];
  /** Those of them that are in the destination. */
  readonly tablesWithData: readonly string[];
  readonly resourceStates: readonly string[];
  readonly statePaths: readonly string[];
  /** What was asked for and is not there. */
  readonly notFound: readonly string[];
  /** Resources that have tables. */
  readonly known: readonly string[];
}

/**
 * Works out what is dropped, as dlt does (`prepare_drop_resources`): the tables of the resources with all below them and
 * the state of the resources, both by name. Throws `E_INPUT` when the pipeline has no state or schema, and for a pattern
 * or path that cannot be read.
 */
export function planDrop(pipeline: string, synced: SyncResult, selection: DropSelection): DropPlan {
  const { state } = synced;
  if (state === null)
    throw refused(`pipeline ${pipeline} has no state in the destination`, "Name another pipeline or dataset.");
  const name = selection.schema ?? defaultSchemaName(state);
  const stored = name === undefined ? undefined : synced.schemas.get(name);
  if (name === undefined || stored === undefined) {
    throw refused(
      `pipeline ${pipeline} has no schema ${name ?? ""} in the destination`,
      `It has ${[...synced.schemas.keys()].join(", ") || "none"}.`,
    );
  }
  const schema = cloneSchema(stored);
  const matchers = selection.all ? [() => true] : selection.resources.map(matcher);
  const matches = (resource: string) => matchers.some((match) => match(resource));
  const roots = [...stored.tables.values()].filter(
    ({ name, resource }) => !isSystemTable(name) && resource !== undefined,
  );
  const known = [...new Set(roots.map(({ resource = "" }) => resource))];
  const chosen = roots.filter(({ resource = "" }) => matches(resource));
  const tables = selection.stateOnly ? [] : chosen.flatMap((root) => tableChain(stored, root.name)).reverse();
  for (const table of tables) forgetTable(schema, table.name);
  const left = readPaths(() => dropState(state, name, matches, selection.statePaths));
  ensurePipelineStateTable(schema);
  bumpVersion(schema);
  const named = [...known, ...left.resources];
  const facts: DropFacts = {
    schema: name,
    resources: selection.stateOnly ? [] : [...new Set(chosen.map(({ resource = "" }) => resource))],
    tables: tables.map((table) => table.name),
    tablesWithData: tables.filter(({ seenData }) => seenData === true).map((table) => table.name),
    resourceStates: left.resources,
    statePaths: left.paths,
    notFound: [
      ...selection.resources.filter((_, index) => !selection.all && !named.some((one) => matchers[index]?.(one))),
      ...left.unmatched,
    ],
    known,
  };
  const isEmpty = facts.tables.length + facts.resourceStates.length + facts.statePaths.length === 0;
  return { facts, schema, state: left.next, isEmpty };
}

/** dlt: a name must be equal, a pattern need only match at the beginning. */
function matcher(resource: string): (name: string) => boolean {
  if (!resource.startsWith("re:")) return (name) => name === resource;
  try {
    const pattern = new RegExp(`^(?:${resource.slice(3)})`, "u");
    return (name) => pattern.test(name);
  } catch {
    throw refused(
      `${resource} is no regular expression`,
      "Write re: and a regular expression, or the name of a resource.",
    );
  }
}

function readPaths<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonPathError)
      throw refused(error.message, "Give --state-paths a key, or a JSONPath of keys.");
    throw error;
  }
}

function refused(message: string, hint: string): ConfigError {
  return new ConfigError("E_INPUT", message, { step: "config", hint });
}
