import type { ResourceHints, Source, SourceResource } from "../../core/source.ts";
import { normalizeTablesPath } from "../../schema/naming/snake-case.ts";

/** Resources as a tree, children under their parents: request, disposition, table and pages of each; in brackets what is not selected. */
export function resourceTree(source: Source): string {
  const lines: string[] = [];
  const asked = askedFor(source.resources);
  const add = (parent: string | undefined, depth: number) => {
    for (const resource of source.resources) {
      if (resource.parent !== parent) continue;
      const indent = "  ".repeat(depth + 1);
      const name = resource.selected ? resource.name : `(${resource.name})`;
      lines.push(`${indent}${name}  ${resource.endpoint}  ${dispositionText(resource.hints)}`);
      lines.push(
        ...(asked.has(resource.name) ? detailLines(resource) : ["not selected"]).map((line) => `${indent}    ${line}`),
      );
      add(resource.name, depth + 1);
    }
  };
  add(undefined, 0);
  const selected = source.resources.filter((resource) => resource.selected).length;
  return [`${selected} of ${source.resources.length} resources selected:`, ...lines].join("\n");
}

/** Names of the resources that a run asks for: the selected ones, and all above them. */
function askedFor(resources: readonly SourceResource[]): ReadonlySet<string> {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const asked = new Set<string>();
  for (const resource of resources) {
    if (!resource.selected) continue;
    for (let at: SourceResource | undefined = resource; at !== undefined && !asked.has(at.name); ) {
      asked.add(at.name);
      at = at.parent === undefined ? undefined : byName.get(at.parent);
    }
  }
  return asked;
}

/** The same facts for `--json`. */
export function resourceFacts({ name, parent, selected, endpoint, hints, outline }: SourceResource): object {
  return {
    name,
    parent,
    selected,
    endpoint,
    table: tableOf(name, hints),
    write_disposition: hints.writeDisposition.disposition,
    strategy: hints.writeDisposition.strategy,
    primary_key: hints.primaryKey,
    merge_key: hints.mergeKey,
    cursor: outline?.cursor,
    requests: outline,
  };
}

function detailLines({ name, parent, selected, hints, outline }: SourceResource): readonly string[] {
  const keys = [
    ...(hints.primaryKey.length === 0 ? [] : [`primary key ${hints.primaryKey.join(", ")}`]),
    ...(hints.mergeKey.length === 0 ? [] : [`merge key ${hints.mergeKey.join(", ")}`]),
    ...(outline?.cursor === undefined ? [] : [`cursor ${outline.cursor}`]),
  ];
  const table = selected
    ? `table ${[tableOf(name, hints), ...keys].join(", ")}`
    : "not loaded, asked only for its children";
  if (outline === undefined) return [table];
  const often = parent === undefined ? "" : `for each record of ${parent} `;
  const parts = outline.window === undefined ? "" : `in windows of ${outline.window} `;
  const body = outline.content === undefined ? "" : ` with ${shortened(outline.content)}`;
  return [table, `asks ${often}${parts}${outline.first}${body}; pages: ${outline.pages}`];
}

/** A body on one line. */
function shortened(content: string): string {
  const line = content.replace(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function dispositionText({ writeDisposition }: ResourceHints): string {
  const { disposition, strategy } = writeDisposition;
  return strategy === undefined ? disposition : `${disposition} (${strategy})`;
}

function tableOf(name: string, hints: ResourceHints): string {
  return normalizeTablesPath(hints.tableName ?? name);
}
