import type { Route, RouteTable } from "../types.ts";
import { addAcrossProjectsRoutes } from "./across-projects.ts";
import { addCiRoutes } from "./ci.ts";
import { addGroupsRoutes } from "./groups.ts";
import { addInstanceRoutes } from "./instance.ts";
import { addIssuesRoutes } from "./issues.ts";
import { addMergeRequestsRoutes } from "./merge-requests.ts";
import { addPackagesRoutes } from "./packages.ts";
import { addProjectRoutes } from "./project.ts";
import { addProjectsRoutes } from "./projects.ts";
import { addRepositoryRoutes } from "./repository.ts";
import { addSecurityRoutes } from "./security.ts";

/** Every endpoint under `/api/v4`. */
export function buildRoutes(): readonly Route[] {
  const routes: Route[] = [];
  const table: RouteTable = {
    list: (pattern, stream, kind, n, make, traits = {}) => {
      routes.push({ ...base(pattern, stream), type: "list", kind, n, make, sort: "desc", ...traits });
    },
    one: (pattern, stream, make, traits = {}) => {
      routes.push({ ...base(pattern, stream), type: "one", make, ...traits });
    },
  };
  for (const add of AREAS) add(table);
  return routes;
}

const AREAS: readonly ((table: RouteTable) => void)[] = [
  addInstanceRoutes,
  addGroupsRoutes,
  addAcrossProjectsRoutes,
  addProjectRoutes,
  addIssuesRoutes,
  addMergeRequestsRoutes,
  addRepositoryRoutes,
  addCiRoutes,
  addProjectsRoutes,
  addPackagesRoutes,
  addSecurityRoutes,
];

function base(pattern: string, stream: string | null) {
  return { pattern, stream, segments: pattern.split("/").slice(1) };
}

/** Finds the endpoint of a path: literal segments win over parameters. */
export function createMatcher(routes: readonly Route[]): (segments: readonly string[]) => Route | undefined {
  const byLength = new Map<number, Route[]>();
  for (const route of routes) {
    const same = byLength.get(route.segments.length) ?? [];
    same.push(route);
    byLength.set(route.segments.length, same);
  }
  for (const same of byLength.values()) same.sort((a, b) => parameters(a) - parameters(b));
  return (segments) =>
    byLength
      .get(segments.length)
      ?.find((route) => route.segments.every((part, at) => part.startsWith(":") || part === segments[at]));
}

function parameters(route: Route): number {
  return route.segments.filter((part) => part.startsWith(":")).length;
}
