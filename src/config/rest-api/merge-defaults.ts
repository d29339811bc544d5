import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { EndpointConfig, ParamConfig, ResourceConfig } from "./shape.ts";

/** The endpoint of a resource as a mapping; text alone is its path. */
export function ownEndpoint(resource: ResourceConfig): EndpointConfig {
  return typeof resource.endpoint === "string" ? { path: resource.endpoint } : (resource.endpoint ?? {});
}

/**
 * An endpoint laid over that of the defaults: `params` and `json` key by key, everything else as a whole; the path of
 * the defaults is never used. `usedUp` names default params that are gone.
 */
export function mergeEndpoint(
  defaults: EndpointConfig,
  own: EndpointConfig,
  usedUp: ReadonlySet<string>,
): EndpointConfig {
  const { path: _path, params: defaultParams, ...rest } = defaults;
  const params: Record<string, ParamConfig> = {};
  for (const [name, value] of Object.entries(defaultParams ?? {})) if (!usedUp.has(name)) params[name] = value;
  Object.assign(params, own.params ?? {});
  const json = own.json === undefined ? defaults.json : own.json === null ? null : { ...defaults.json, ...own.json };
  return { ...rest, ...own, params, ...(json === undefined ? {} : { json }) };
}

type Columns = ResourceConfig["columns"];

/** Hints of columns of the defaults, which resources share: what one of them adds is there for all. */
export type SharedColumns = Readonly<Record<string, { [hint: string]: JsonValue }>>;

/**
 * Column hints by name; those of the resource are laid over those of the defaults, hint by hint.
 *
 * dlt: hints of a resource for a column of the defaults go into the defaults, for the resources before and after it
 * (`golden/rest-api/hints-per-resource.json`), so `defaults` is changed in place.
 */
export function mergeColumns(defaults: SharedColumns, own: Columns): { readonly columns?: Record<string, JsonObject> } {
  if (own === null) return {};
  if (own === undefined) return Object.keys(defaults).length === 0 ? {} : { columns: { ...defaults } };
  const written = Object.entries(columnsByName(own));
  // dlt: no hints at all hide those of the defaults.
  if (written.length === 0) return { columns: {} };
  const columns: Record<string, JsonObject> = { ...defaults };
  for (const [name, hints] of written) {
    // A column may be called `constructor`, which every object seems to have.
    const shared = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    columns[name] = shared === undefined ? hints : Object.assign(shared, hints);
  }
  return { columns };
}

/** Column hints by the names of the columns, whichever way they were written. */
export function columnsByName(columns: Columns): SharedColumns {
  if (columns === undefined || columns === null) return {};
  const list: readonly (readonly [string, JsonObject])[] = Array.isArray(columns)
    ? columns.map((column) => [typeof column.name === "string" ? column.name : "", column] as const)
    : Object.entries(columns);
  return Object.fromEntries(list.map(([name, hints]) => [name, { ...hints, name }]));
}
