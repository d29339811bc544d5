import type { Trace } from "../pipeline/trace.ts";
import { changesByTable, formatCount, type LoadFacts } from "./facts.ts";

/** More nodes make a picture that nobody can read. */
const MOST_NODES = 60;
const MOST_ENTITIES = 20;
const MOST_ATTRIBUTES = 30;
const MOST_ATTRIBUTES_OF_ALL = 200;

/** A diagram and what it leaves out. */
export interface Diagram {
  readonly text: string;
  readonly left: string | undefined;
}

/** Resource -> table -> dataset, at most 60 nodes, tables with most rows first; undefined when nothing was loaded. */
export function renderFlowchart(trace: Trace, facts: LoadFacts): Diagram | undefined {
  if (facts.tables.length === 0) return undefined;
  const byRows = [...facts.tables].sort((a, b) => b.rows - a.rows);
  const shown: typeof byRows = [];
  const resources = new Map<string, string>();
  for (const table of byRows) {
    const more = table.resource !== undefined && !resources.has(table.resource) ? 2 : 1;
    if (1 + shown.length + resources.size + more > MOST_NODES) break;
    shown.push(table);
    if (table.resource !== undefined && more === 2) resources.set(table.resource, `r${resources.size}`);
  }
  const records = new Map(trace.resources.map((resource) => [resource.resource, resource.records]));
  const lines = ["flowchart LR"];
  for (const [name, id] of resources) {
    const read = records.get(name);
    lines.push(`  ${id}(["${label(read === undefined ? name : `${name} - ${formatPlain(read)} records`)}"])`);
  }
  shown.forEach((table, index) => {
    const id = table.resource === undefined ? undefined : resources.get(table.resource);
    lines.push(`  t${index}["${label(`${table.table} - ${formatPlain(table.rows)} rows`)}"]`);
    if (id !== undefined) lines.push(`  ${id} --> t${index}`);
    lines.push(`  t${index} --> d`);
  });
  lines.push(`  d[("${label(trace.dataset)}")]`);
  const left = facts.tables.length - shown.length;
  return { text: lines.join("\n"), left: left === 0 ? undefined : `${formatCount(left)} tables are not drawn.` };
}

/** The steps of a run over time; undefined when no step ran. */
export function renderGantt(trace: Trace): Diagram | undefined {
  const steps = trace.steps.flatMap((step) => {
    const start = Date.parse(step.startedAt);
    return Number.isFinite(start) ? [{ step, start: Math.round(start) }] : [];
  });
  if (steps.length === 0) return undefined;
  const last = Math.max(...steps.map(({ step, start }) => start + step.seconds * 1000));
  const first = Math.min(...steps.map(({ start }) => start));
  const format = last - first < 20_000 ? "%M:%S.%L" : "%H:%M:%S";
  const lines = ["gantt", "  dateFormat x", `  axisFormat ${format}`, "  section Steps"];
  steps.forEach(({ step, start }, index) => {
    // A bar of no width is drawn as nothing.
    const end = start + Math.max(1, Math.round(step.seconds * 1000));
    lines.push(`  ${label(step.step)} :${step.ok ? "done" : "crit"}, s${index}, ${start}, ${end}`);
  });
  return { text: lines.join("\n"), left: undefined };
}

/** The tables whose structure changed with their new columns; undefined when none did. */
export function renderErDiagram(facts: LoadFacts): Diagram | undefined {
  const tables = changesByTable(facts.changes);
  if (tables.length === 0) return undefined;
  const shown = tables.slice(0, MOST_ENTITIES);
  const names = uniqueWords(shown.map((changes) => changes.table));
  const lines = ["erDiagram"];
  const most = Math.min(MOST_ATTRIBUTES, Math.ceil(MOST_ATTRIBUTES_OF_ALL / shown.length));
  let columnsLeft = 0;
  shown.forEach((changes, index) => {
    const columns = changes.columns.slice(0, most);
    columnsLeft += changes.columns.length - columns.length;
    const attributes = uniqueWords(columns.map(({ name }) => name));
    const body = columns.map(({ type }, at) => `    ${word(type ?? "unknown")} ${attributes[at] ?? "column"}`);
    const name = names[index] ?? "table";
    lines.push(...(body.length === 0 ? [`  ${name}`] : [`  ${name} {`, ...body, "  }"]));
  });
  // A nested table is named after its parent with `__` between.
  shown.forEach((changes, index) => {
    const parent = parentAmong(
      changes.table,
      shown.map((each) => each.table),
    );
    if (parent !== undefined) lines.push(`  ${names[parent] ?? ""} ||--o{ ${names[index] ?? ""} : nested`);
  });
  const left = [
    ...(tables.length > shown.length ? [`${formatCount(tables.length - shown.length)} tables`] : []),
    ...(columnsLeft > 0 ? [`${formatCount(columnsLeft)} columns`] : []),
  ].join(" and ");
  return { text: lines.join("\n"), left: left === "" ? undefined : `${left} are not drawn.` };
}

function parentAmong(table: string, tables: readonly string[]): number | undefined {
  let found: number | undefined;
  tables.forEach((candidate, index) => {
    const longer = found === undefined || candidate.length > (tables[found] ?? "").length;
    if (candidate !== table && table.startsWith(`${candidate}__`) && longer) found = index;
  });
  return found;
}

/** Only `[A-Za-z0-9_ .-]`: what is left can start nothing in a quoted label. */
function label(text: string): string {
  return text.replace(/[^A-Za-z0-9_ .-]/g, "_").slice(0, 80) || "_";
}

/** A word of Mermaid's entity language, which reads `PK`, `FK` and `UK` (any case) as keys. */
function word(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 80);
  return /^[A-Za-z]/.test(safe) && !/^(?:pk|fk|uk)$/i.test(safe) ? safe : `x_${safe}`;
}

function uniqueWords(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const safe = word(name);
    const times = seen.get(safe) ?? 0;
    seen.set(safe, times + 1);
    return times === 0 ? safe : `${safe}_${times + 1}`;
  });
}

/** A comma would not pass through a label. */
function formatPlain(value: number): string {
  return formatCount(value).replaceAll(",", " ");
}
