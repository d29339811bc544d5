import type { NameSuffixes } from "../config/generator-file.ts";
import type { ProjectNames } from "./model.ts";
import { snakeCase } from "./words/snake-case.ts";

/** The names that follow from that of the source; `openapi` when nothing of it can stand in a name. */
export function projectNames(source: string, suffixes: NameSuffixes = {}): ProjectNames {
  const project = snakeCase(source) || "openapi";
  const { folder = "_pipeline", file = "_pipeline", dataset = "_data" } = suffixes;
  return {
    project,
    source: `${project}_source`,
    pipeline: `${project}_pipeline`,
    dataset: `${project}${dataset}`,
    folder: `${project}${folder}`,
    file: `${project}${file}`,
  };
}
