import type { Fault } from "../fault.ts";
import { columnFaults } from "./check-columns.ts";
import { dispositionFaults } from "./check-disposition.ts";
import type { ResourceConfig } from "./shape.ts";

type Path = readonly (string | number)[];

/** What the shape of hints for tables cannot say, those of nested tables too. `at` is the path of what holds them. */
export function tableHintFaults(
  hints: Pick<ResourceConfig, "columns" | "references" | "nested_hints"> | null | undefined,
  at: Path,
): Fault[] {
  return [
    ...columnFaults(hints?.columns, [...at, "columns"]),
    ...referenceFaults(hints?.references, [...at, "references"]),
    ...Object.entries(hints?.nested_hints ?? {}).flatMap(([table, nested]) => {
      const place = [...at, "nested_hints", table];
      const message = "a nested table needs a name that is not blank";
      const names: Fault[] = table.trim() === "" ? [{ path: place, reason: "type", message }] : [];
      const dispositions = dispositionFaults(nested.write_disposition, [...place, "write_disposition"]);
      return [...names, ...dispositions, ...tableHintFaults(nested, place)];
    }),
  ];
}

/** dlt: looks for references under another key, and so takes columns without a partner. */
function referenceFaults(references: ResourceConfig["references"], at: Path): Fault[] {
  return (references ?? []).flatMap(({ columns, referenced_columns: others }, index) => {
    if (columns.length === others.length) return [];
    const counts = `columns has ${columns.length} and referenced_columns ${others.length}`;
    const suggestion = "write as many of the one as of the other, in the same order";
    return [{ path: [...at, index], reason: "type", message: `${counts}: each column names one`, suggestion }];
  });
}

/** dlt: the hint is for nested tables; a resource that has it ends with an error. */
export function parentTableFaults(name: string | null | undefined, at: Path): Fault[] {
  if (name === null || name === undefined) return [];
  const message = "a resource fills a table of its own, which has no parent";
  return [{ path: at, reason: "type", message, suggestion: "say it of a nested table, under nested_hints" }];
}
