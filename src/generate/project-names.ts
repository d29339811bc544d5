import type { ProjectNames } from "./model.ts";
import { snakeCase } from "./words/snake-case.ts";

/** The names that follow from that of the source; `openapi` when nothing of it can stand in a name. */
export function projectNames(source: string): ProjectNames {
  const project = snakeCase(source) || "openapi";
  return { project, source: `${project}_source`, pipeline: `${project}_pipeline`, dataset: `${project}_data` };
}
