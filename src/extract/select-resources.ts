import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../core/errors.ts";

interface Selectable {
  readonly name: string;
  readonly selected: boolean;
}

/**
 * Names of the selected resources. Without patterns, those that the configuration selects. Plain names and globs
 * (`*`, `?`) select exactly these; `+name` adds to, `-name` takes from what is selected so far. Throws a
 * {@link ConfigError} for a pattern that fits nothing.
 */
export function selectResources(
  resources: readonly Selectable[],
  patterns: readonly string[] = [],
): ReadonlySet<string> {
  const wanted = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
  const plain = wanted.some((pattern) => !/^[+-]/.test(pattern));
  const selected = new Set(plain ? [] : resources.filter((one) => one.selected).map((one) => one.name));
  for (const pattern of wanted) {
    const sign = /^[+-]/.test(pattern) ? pattern[0] : "";
    const glob = sign === "" ? pattern : pattern.slice(1);
    const found = resources.filter((one) => matches(glob, one.name));
    if (found.length === 0) {
      const guess = nearest(
        glob,
        resources.map((one) => one.name),
      );
      throw new ConfigError("E_INPUT", `no resource fits ${JSON.stringify(pattern)} of endpoints`, {
        step: "config",
        hint:
          guess === undefined
            ? `Resources: ${resources.map((one) => one.name).join(", ")}.`
            : `Did you mean ${JSON.stringify(guess)}?`,
      });
    }
    for (const one of found) {
      if (sign === "-") selected.delete(one.name);
      else selected.add(one.name);
    }
  }
  return selected;
}

function matches(glob: string, name: string): boolean {
  const source = glob
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(name);
}
