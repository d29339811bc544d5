import { isJsonObject, type JsonObject } from "../core/json.ts";
import { environmentName } from "./layers.ts";
import { type TomlFile, tomlValue } from "./toml.ts";

/**
 * The text or number of dlt's files that an environment variable with dlt's name for it would overrule: for
 * `SOURCES__SHOP__KEY` that of `key` under `[sources.shop]`. Undefined when there is none.
 */
export function tomlOfVariable(files: readonly TomlFile[], variable: string): string | undefined {
  for (const file of files) {
    for (const path of pathsOf(file.values)) {
      // What a name of a variable cannot have is `_` there, as in the files that `sluice generate` writes.
      if (environmentName(path).replace(/[^A-Z0-9_]/g, "_") !== variable.toUpperCase()) continue;
      const value = tomlValue(file, path);
      if (typeof value === "string" || typeof value === "number") return String(value);
    }
  }
  return undefined;
}

/** Keys in sections; what stands above all sections is no setting of a source. */
function pathsOf(values: JsonObject, above: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...above, key];
    return isJsonObject(value) ? pathsOf(value, path) : above.length === 0 ? [] : [path];
  });
}
