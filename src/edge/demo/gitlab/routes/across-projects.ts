import type { RouteTable } from "../types.ts";
import { G, groupProjects } from "./parts.ts";

/** Lists over all projects of a group and its subgroups: one run of pages instead of one a project. */
export function addAcrossProjectsRoutes({ list }: RouteTable): void {
  for (const what of ["issues", "merge_requests"] as const) {
    // The records are those of the projects' own lists.
    list(
      G(`/${what}`),
      null,
      `g${what}`,
      () => 0,
      () => null,
      {
        union: (w, c) =>
          groupProjects(w, c, { include_subgroups: "true" }).filter(
            (p) => w.trait(p) !== "gone" && !(what === "issues" && w.trait(p) === "no_issues"),
          ),
        timed: true,
        state: true,
        qkeys: ["with_labels_details"],
      },
    );
  }
}
