import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { Path } from "./document.ts";

/** What `sluice generate`, as dlt-init-openapi, writes where a value is the user's to give. */
const PLACEHOLDER = "FILL_ME_IN";

/** A value of a resource that is still the placeholder. */
export interface FillIn {
  readonly resource: string;
  /** From the top of the source. */
  readonly path: Path;
  /** False: the resource is not loaded, so nothing is missing yet. */
  readonly selected: boolean;
}

/** The placeholders in the resources of a source, in their order. */
export function fillIns(source: JsonObject): readonly FillIn[] {
  const resources = getOwn(source, "resources");
  if (!isJsonArray(resources)) return [];
  return resources.flatMap((resource, index) => {
    if (!isJsonObject(resource)) return [];
    const name = getOwn(resource, "name");
    const own = getOwn(resource, "selected");
    const selected = own === undefined || own === true;
    return placeholders(resource, ["resources", index]).map((path) => ({ resource: String(name), path, selected }));
  });
}

function placeholders(value: JsonValue, path: Path): readonly Path[] {
  if (value === PLACEHOLDER) return [path];
  if (isJsonArray(value)) return value.flatMap((item, index) => placeholders(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => placeholders(item, [...path, key]));
}
