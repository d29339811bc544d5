import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import { STATE_ENGINE_VERSION } from "./stored.ts";
import { stateVersionHash, without } from "./version-hash.ts";

/** What a run sets in the state document. */
export interface StateChanges {
  readonly pipelineName: string;
  readonly datasetName: string;
  /** Name of the schema of this run; joins `schema_names`. */
  readonly schemaName: string;
  /** Key of the source's own state: the schema name, as dlt has it. */
  readonly sourceName: string;
  /** New value of `sources.<sourceName>`. */
  readonly sourceState: JsonObject;
  /** True: the source has a state of its own from now on, even an empty one. */
  readonly sourceTouched?: boolean;
}

export interface NextState {
  /** The whole document, ready for `encodeState`. */
  readonly state: JsonObject;
  readonly version: number;
  readonly versionHash: string;
  /** False: the content is the same, no new row is needed. */
  readonly changed: boolean;
}

const HASH_KEY = new Set(["_version_hash"]);

/**
 * The state after a run. `_state_version` grows by one only when the content hash differs from that of the previous
 * state; keys that this program does not know are carried along.
 */
export function nextState(previous: JsonObject | null, changes: StateChanges): NextState {
  const state: { [key: string]: JsonValue } = {};
  const oldVersion = integer(previous === null ? undefined : getOwn(previous, "_state_version"));
  setOwn(state, "_state_version", oldVersion);
  setOwn(state, "_state_engine_version", STATE_ENGINE_VERSION);
  setOwn(state, "pipeline_name", changes.pipelineName);
  const names = previous === null ? undefined : getOwn(previous, "schema_names");
  const known = isJsonArray(names) ? names : [];
  setOwn(state, "schema_names", known.includes(changes.schemaName) ? known : [...known, changes.schemaName]);
  const defaultName = previous === null ? undefined : getOwn(previous, "default_schema_name");
  setOwn(state, "default_schema_name", typeof defaultName === "string" ? defaultName : changes.schemaName);
  setOwn(state, "dataset_name", changes.datasetName);
  setOwn(state, "destination_type", "dlt.destinations.postgres");
  setOwn(state, "destination_name", (previous === null ? undefined : getOwn(previous, "destination_name")) ?? null);
  setOwn(state, "_version_hash", "");
  const sources = withSource(previous, changes);
  // dlt: no `sources` at all as long as no resource ever kept anything.
  if (sources !== undefined) setOwn(state, "sources", sources);
  if (previous !== null) carryUnknown(previous, state);

  const versionHash = stateVersionHash(without(state, HASH_KEY));
  const changed = previous === null || stateVersionHash(previous) !== versionHash;
  const version = changed ? oldVersion + 1 : oldVersion;
  state._state_version = version;
  state._version_hash = versionHash;
  return { state, version, versionHash, changed };
}

/** The decoded value of `sources.<name>`; `{}` when there is none. */
export function sourceState(state: JsonObject | null, name: string): JsonObject {
  const sources = state === null ? undefined : getOwn(state, "sources");
  const own = isJsonObject(sources) ? getOwn(sources, name) : undefined;
  return isJsonObject(own) ? own : {};
}

/** Version and content hash that a stored state document names. */
export function stateMark(state: JsonObject): { readonly version: number; readonly hash: string } {
  const hash = getOwn(state, "_version_hash");
  return { version: integer(getOwn(state, "_state_version")), hash: typeof hash === "string" ? hash : "" };
}

/** `schema_names` of a state document. */
export function stateSchemaNames(state: JsonObject): readonly string[] {
  const names = getOwn(state, "schema_names");
  return isJsonArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** `default_schema_name` of a state document; the first of its schemas when it names none. */
export function defaultSchemaName(state: JsonObject): string | undefined {
  const name = getOwn(state, "default_schema_name");
  return typeof name === "string" ? name : stateSchemaNames(state)[0];
}

function withSource(previous: JsonObject | null, changes: StateChanges): JsonObject | undefined {
  const sources: { [key: string]: JsonValue } = {};
  const old = previous === null ? undefined : getOwn(previous, "sources");
  const had = isJsonObject(old) && getOwn(old, changes.sourceName) !== undefined;
  const isEmpty = Object.keys(changes.sourceState).length === 0 && changes.sourceTouched !== true;
  if (!had && isEmpty) return isJsonObject(old) ? old : undefined;
  if (isJsonObject(old)) for (const [key, value] of Object.entries(old)) setOwn(sources, key, value);
  setOwn(sources, changes.sourceName, changes.sourceState);
  return sources;
}

function carryUnknown(previous: JsonObject, state: { [key: string]: JsonValue }): void {
  for (const [key, value] of Object.entries(previous)) {
    if (key !== "_local" && !Object.hasOwn(state, key)) setOwn(state, key, value);
  }
}

function integer(value: JsonValue | undefined): number {
  return typeof value === "number" && Number.isInteger(value) ? value : 0;
}
