import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../core/errors.ts";
import type { GeneratedResource } from "./model.ts";

/** What of a resource the patterns look at. */
export type Choosable = Pick<GeneratedResource, "name" | "tableName" | "operation">;

/**
 * The resources that patterns choose, in their order. A pattern is a glob (`*`, `?`) that is compared with the path, the
 * operation id, the resource name and the table name, or `tag:GLOB`. Plain patterns choose exactly what they fit; `-x`
 * takes away, `+x` adds; with only such patterns the start is everything. None: everything. Throws `E_INPUT` for a
 * pattern that fits nothing, and when nothing is left.
 *
 * @param isRepeated the patterns are those of an earlier time: what they named may be gone
 */
export function chooseResources<T extends Choosable>(
  resources: readonly T[],
  patterns: readonly string[],
  isRepeated = false,
): readonly T[] {
  const wanted = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== "");
  const isPlain = (pattern: string) => !/^[+-]/.test(pattern);
  const chosen = new Set<T>(wanted.some(isPlain) ? [] : resources);
  for (const pattern of wanted) {
    const fits = predicate(isPlain(pattern) ? pattern : pattern.slice(1));
    const found = resources.filter(fits);
    if (found.length === 0 && !isRepeated) throw nothingFits(pattern, resources);
    for (const one of found) {
      if (pattern.startsWith("-")) chosen.delete(one);
      else chosen.add(one);
    }
  }
  if (chosen.size > 0 || resources.length === 0) return resources.filter((one) => chosen.has(one));
  throw new ConfigError("E_INPUT", "--endpoints leaves no endpoint", {
    step: "config",
    hint: "Name at least one that is to be loaded.",
  });
}

function predicate(pattern: string): (one: Choosable) => boolean {
  if (/^tag:/i.test(pattern)) {
    const glob = globOf(pattern.slice(4));
    return ({ operation }) => operation.tags.some((tag) => glob.test(tag));
  }
  const glob = globOf(pattern);
  return ({ name, tableName, operation }) =>
    glob.test(operation.path) || glob.test(operation.id) || glob.test(name) || glob.test(tableName);
}

/** As the setting `endpoints` reads them: `*` is any text, slashes included. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/\*+/g, "*")
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

function nothingFits(pattern: string, resources: readonly Choosable[]): ConfigError {
  const tags = [...new Set(resources.flatMap(({ operation }) => operation.tags))];
  const isTag = /^[+-]?tag:/i.test(pattern);
  const words = isTag
    ? tags.map((tag) => `tag:${tag}`)
    : resources.flatMap(({ name, operation }) => [operation.path, operation.id, name]);
  const guess = nearest(pattern.replace(/^[+-]/, ""), words);
  const known = isTag && tags.length > 0 ? `Tags: ${tags.slice(0, 30).join(", ")}.` : "";
  const hint =
    guess === undefined
      ? known || "A pattern is compared with paths, operation ids, resource and table names; * is any text."
      : `Did you mean ${JSON.stringify(guess)}?`;
  return new ConfigError("E_INPUT", `no endpoint fits ${JSON.stringify(pattern)} of --endpoints`, {
    step: "config",
    hint,
  });
}
