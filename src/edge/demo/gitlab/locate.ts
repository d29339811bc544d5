import { type Answer, badRequest, notFound, textAnswer } from "./answer.ts";
import { nowhere, type Store } from "./store.ts";
import type { At, Route } from "./types.ts";
import type { World } from "./world/world.ts";

/** Finds what the parameters of a path name; an answer (301, 400, 404) when there is no such thing. */
export function locate(
  store: Store,
  route: Route,
  segments: readonly string[],
  base: string,
): { readonly at: At } | { readonly answer: Answer } {
  const { world } = store;
  const at = nowhere({});
  for (const [index, pattern] of route.segments.entries()) {
    if (!pattern.startsWith(":")) continue;
    const value = decodeURIComponent(segments[index] ?? "");
    const answer = place(store, at, pattern.slice(1), value) ?? undefined;
    if (answer === "moved") return { answer: moved(world, value, segments, base) };
    if (answer !== undefined) return { answer };
  }
  return { at };
}

/** Numbers of a path; NaN when it is a name. */
function number(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function place(store: Store, at: At, parameter: string, value: string): Answer | "moved" | undefined {
  const { world } = store;
  switch (parameter) {
    case "project": {
      if (OLD_PROJECT.test(value)) return "moved";
      const p = indexOf(value, 100, world.options.projects, (index) => world.projectPath(index));
      if (p < 0 || world.trait(p) === "gone") return notFound("Project");
      at.p = p;
      at.key = p;
      at.ids.id = value;
      return undefined;
    }
    case "group": {
      const g = indexOf(value, 1000, world.options.groups, (index) => world.groupPath(index));
      if (g < 0) return notFound("Group");
      at.g = g;
      at.key = g;
      at.ids.id = value;
      return undefined;
    }
    case "n":
      at.n = number(value);
      if (at.p < 0 && at.g < 0) at.key = at.n;
      at.id2 = value;
      return Number.isNaN(at.n) ? badRequest("id is invalid") : undefined;
    case "m":
      at.m = number(value);
      return undefined;
    case "name":
    case "key":
      at.name = value;
      at.id2 = value;
      return undefined;
    case "name2":
      at.name2 = value;
      return undefined;
    default:
      return placeRecord(store, at, parameter, value);
  }
}

/** Pipelines and jobs are named by their id, issues, merge requests and epics by their number in the parent. */
function placeRecord(store: Store, at: At, parameter: string, value: string): Answer | undefined {
  const route = store.indexed(parameter);
  const list = store.ownList(route, at, {});
  const byId = parameter === "pipeline" || parameter === "job";
  const i = number(value) - (byId ? store.world.globalId(parameter, at.p, 0) : 1);
  if (!(i >= 0 && i < list.total) || store.world.vanished(route.kind, at.key, i, list.base)) return notFound();
  at.i = i;
  at.key = at.key * 100000 + i;
  at.id2 = value;
  return undefined;
}

/** By id or by path, which is case-insensitive; -1 when there is none. */
function indexOf(value: string, firstId: number, count: number, path: (index: number) => string): number {
  const id = number(value);
  if (!Number.isNaN(id)) return id - firstId >= 0 && id - firstId < count ? id - firstId : -1;
  const wanted = value.toLowerCase();
  for (let index = 0; index < count; index++) if (path(index).toLowerCase() === wanted) return index;
  return -1;
}

const OLD_PROJECT = /^old-project-\d+$/;

function moved(world: World, value: string, segments: readonly string[], base: string): Answer {
  const to = `${base}/api/v4/projects/${world.projectId(number(value.slice("old-project-".length)))}`;
  const rest = segments.length > 2 ? `/${segments.slice(2).join("/")}` : "";
  return textAnswer(301, `This resource has been moved permanently to ${to}`, ["Location", to + rest]);
}
