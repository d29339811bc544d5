import type { ResourceConfig } from "../../config/rest-api/shape.ts";
import type { JsonValue } from "../../core/json.ts";

/** What the user named: ids or full paths. */
export interface Scopes {
  readonly groups: readonly string[];
  readonly projects: readonly string[];
}

export function hasScopes({ groups, projects }: Scopes): boolean {
  return groups.length > 0 || projects.length > 0;
}

/**
 * Resources whose records are the paths that lists are asked from. A declarative source has no resource without a
 * request: each asks for the version, which also proves URL and token before anything else.
 */
export function scopeResources(): readonly ResourceConfig[] {
  return ["groups", "projects"].map((name) => ({
    name: `${name}_scope`,
    selected: false,
    // Even when a glob selects it: it is no data.
    write_disposition: "skip" as const,
    endpoint: { path: "version", paginator: { type: "single_page" as const } },
    processing_steps: [{ yield_map: `fn:${name}_scope` }],
  }));
}

/** The steps of {@link scopeResources}: any record becomes the list of paths. */
export function scopeSteps(scopes: Scopes): Readonly<Record<string, (record: JsonValue) => JsonValue>> {
  const groups = scopes.groups.map((group) => `groups/${encode(group)}`);
  const projects = scopes.projects.map((project) => `projects/${encode(project)}`);
  const records = (paths: readonly string[]) => (): JsonValue => paths.map((path) => ({ path }));
  return {
    // A group itself, and all below it.
    groups_scope: records(groups.flatMap((path) => [path, `${path}/descendant_groups`])),
    projects_scope: records([...groups.map((path) => `${path}/projects`), ...projects]),
  };
}

/** GitLab takes a full path as one segment: `group%2Fproject`. */
function encode(idOrPath: string): string {
  return encodeURIComponent(idOrPath.trim().replace(/^\/+|\/+$/g, ""));
}
