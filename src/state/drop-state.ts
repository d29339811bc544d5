import { getOwn, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../core/json.ts";
import { compilePath } from "../core/json-path.ts";
import { JsonPathError } from "../core/json-path-parser.ts";
import { findPlaces, type Place, placeText, withoutPlaces } from "../core/json-path-places.ts";
import { type NextState, stateMark } from "./pipeline-state.ts";
import { stateVersionHash } from "./version-hash.ts";

export interface StateDrop {
  readonly next: NextState;
  /** Resources whose state goes. */
  readonly resources: readonly string[];
  /** What else goes, as `source.path`. */
  readonly paths: readonly string[];
  /** Paths that select nothing. */
  readonly unmatched: readonly string[];
}

/**
 * A state without the state of some resources and without what JSONPaths select in the state of its source. Its version
 * grows when the content is another one. Throws `JsonPathError`.
 * dlt: `prepare_drop_resources`; a path that selects `resources` as a whole leaves it, so that `*` keeps cursors.
 */
export function dropState(
  state: JsonObject,
  source: string,
  matches: (resource: string) => boolean,
  paths: readonly string[],
): StateDrop {
  const sources = objectAt(state, "sources");
  const before = objectAt(sources, source);
  const known = objectAt(before, "resources");
  const resources = keysOf(known).filter(matches);
  const reset = withoutPlaces(
    before,
    resources.map((name): Place => ["resources", name]),
  );
  const found = paths.map((path) => ({ path, places: placesOf(path, reset) }));
  const places = found.flatMap((one) => one.places);
  const after = withoutPlaces(reset, places);
  return {
    next: Object.hasOwn(sources, source) ? withSources(state, source, after) : unchanged(state),
    resources,
    paths: [...new Set(places.map((place) => `${source}.${placeText(place)}`))],
    unmatched: found.filter((one) => one.places.length === 0).map(({ path }) => path),
  };
}

function placesOf(path: string, state: JsonObject): readonly Place[] {
  const found = findPlaces(compilePath(path), state);
  if (found === undefined)
    throw new JsonPathError(path, 0, "only keys, indexes and wildcards name what can be dropped");
  return found.filter((place) => place.length > 0 && !(place.length === 1 && place[0] === "resources"));
}

function withSources(state: JsonObject, source: string, own: JsonObject): NextState {
  const sources: { [key: string]: JsonValue } = {};
  for (const key of keysOf(objectAt(state, "sources"))) {
    setOwn(sources, key, key === source ? own : (objectAt(state, "sources")[key] ?? null));
  }
  const next: { [key: string]: JsonValue } = {};
  for (const key of keysOf(state)) setOwn(next, key, key === "sources" ? sources : (state[key] ?? null));
  const versionHash = stateVersionHash(next);
  const changed = versionHash !== stateVersionHash(state);
  const version = stateMark(state).version + (changed ? 1 : 0);
  next._state_version = version;
  next._version_hash = versionHash;
  return { state: next, version, versionHash, changed };
}

function unchanged(state: JsonObject): NextState {
  return { state, version: stateMark(state).version, versionHash: stateVersionHash(state), changed: false };
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isJsonObject(value) ? value : {};
}
