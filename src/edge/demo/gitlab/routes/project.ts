import type { RouteTable } from "../types.ts";
import { project } from "../world/projects.ts";
import { DAY, T1 } from "../world/time.ts";
import { P } from "./parts.ts";

export function addProjectRoutes({ one }: RouteTable): void {
  one(P(""), null, (w, c, q) => project(w, c.p, w.options.projects, q));
  one(
    P("/languages"),
    "project_languages",
    (_w, c) => ({ TypeScript: 61.2, Python: 30.05, Shell: 8.75 - c.p / 1000 }),
    { feat: "repo" },
  );
  one(P("/statistics"), "project_statistics", (w, c) => ({
    fetches: { total: 50 + c.p, days: [0, 1, 2].map((d) => ({ count: 10 + d, date: w.date(T1 - d * DAY) })) },
  }));
}
