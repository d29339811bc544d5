import { WARNING_CODES } from "../core/error-codes.ts";
import type { RunStatus, Trace } from "../pipeline/trace.ts";
import { shortDuration } from "./duration.ts";
import {
  changesByTable,
  count,
  formatBytes,
  formatCount,
  type LoadFacts,
  listed,
  loadFacts,
  runSeconds,
  sum,
} from "./facts.ts";
import { clip, code, details, escapeMarkdown, table } from "./markdown.ts";
import { type Diagram, renderErDiagram, renderFlowchart, renderGantt } from "./mermaid.ts";

/** GitHub takes 1 MiB a step; a part is left for what else the step writes. */
export const SUMMARY_BYTES = 900 * 1024;

/**
 * The job summary of a run as GitHub Markdown. Sections come in the order of their worth; when they are more than
 * `budget` bytes, whole ones are left out from the end and named in a note. Empty when not even the first one fits, because
 * GitHub would drop what the step has written already. Text from data or configuration is escaped.
 */
export function renderSummary(trace: Trace, budget = SUMMARY_BYTES): string {
  const facts = loadFacts(trace);
  return withinBudget(
    [
      { title: "status", text: statusSection(trace, facts) },
      { title: "packages", text: packagesSection(trace) },
      { title: "windows", text: windowsSection(trace) },
      { title: "resources", text: resourcesSection(trace) },
      { title: "tables", text: tablesSection(facts) },
      { title: "schema changes", text: changesSection(facts) },
      { title: "warnings", text: warningsSection(trace) },
      { title: "timings and settings", text: detailsSection(trace) },
      { title: "flow", text: diagram("Flow of the data", renderFlowchart(trace, facts)) },
      { title: "steps over time", text: diagram("Steps over time", renderGantt(trace)) },
      { title: "diagram of changed tables", text: diagram("Changed tables", renderErDiagram(facts)) },
    ].filter((section) => section.text !== ""),
    budget,
  );
}

interface Section {
  readonly title: string;
  readonly text: string;
}

function withinBudget(sections: readonly Section[], budget: number): string {
  const sizes = sections.map((section) => Buffer.byteLength(section.text) + 2);
  const total = sum(sizes, (size) => size);
  if (total <= budget) return `${sections.map((section) => section.text).join("\n\n")}\n`;
  const kept = [...sections];
  const dropped: string[] = [];
  let size = total;
  // The note names what is missing: room for it is kept. The status stays; its texts are clipped.
  while (kept.length > 1 && size > budget - 512) {
    dropped.unshift(kept.pop()?.title ?? "");
    size -= sizes[kept.length] ?? 0;
  }
  const note = `> Left out, because the summary would be over its ${formatBytes(budget)}: ${dropped.join(", ")}. The output \`summary-path\` and the file \`trace.json\` hold everything.`;
  const text = `${[...kept.map((section) => section.text), note].join("\n\n")}\n`;
  return Buffer.byteLength(text) <= budget ? text : "";
}

const STATUS: Readonly<Record<RunStatus, { readonly sign: string; readonly words: string }>> = {
  loaded: { sign: "✅", words: "loaded" },
  "no-new-data": { sign: "✅", words: "no new data" },
  skipped: { sign: "⏭️", words: "skipped" },
  failed: { sign: "❌", words: "failed" },
  aborted: { sign: "❌", words: "aborted" },
  cancelled: { sign: "⏹️", words: "cancelled" },
};

function statusSection(trace: Trace, facts: LoadFacts): string {
  const { sign, words } = STATUS[trace.status];
  const what =
    trace.status === "loaded" ? `${count(facts.rows, "row")} in ${count(facts.tables.length, "table")} loaded` : words;
  const place = [
    ...(trace.dataset === "" ? [] : [`dataset ${code(trace.dataset)}`]),
    ...(trace.destinationName === "" ? [] : [`at ${code(trace.destinationName)}`]),
  ].join(" ");
  const notes = [
    place,
    shortDuration(runSeconds(trace)),
    ...(trace.firstRun && trace.status === "loaded" ? ["first run"] : []),
    ...(trace.warnings.length === 0 ? [] : [count(trace.warnings.length, "warning")]),
    `Sluice ${escapeMarkdown(trace.version)}`,
  ].filter((part) => part !== "");
  const lines = [`## ${sign} ${escapeMarkdown(clip(trace.pipeline, 200) || "pipeline")}: ${what}`, notes.join(" · ")];
  return [...lines, ...failureLines(trace)].join("\n\n");
}

function failureLines(trace: Trace): readonly string[] {
  const failure = trace.failure;
  if (failure === undefined) return [];
  const during = failure.step === undefined ? "" : ` in step ${failure.step}`;
  // Faults of a configuration take a line each.
  const message = clip(failure.message, 20_000).split(/\r?\n/).map(escapeMarkdown).join("<br>\n> ");
  const context = Object.entries(failure.context).flatMap(([key, value]) =>
    value === undefined ? [] : [`${escapeMarkdown(key)} ${code(clip(String(value), 500))}`],
  );
  const hint = failure.hint ?? (failure.retryable ? "Run it again later; nothing has to be repaired." : undefined);
  return [
    [
      "> [!CAUTION]",
      `> **${failure.code}**${during}: ${message}`,
      ...(hint === undefined ? [] : [">", `> **What to do:** ${escapeMarkdown(clip(hint, 4000))}`]),
      ...(context.length === 0 ? [] : [">", `> ${context.join(" · ")}`]),
    ].join("\n"),
  ];
}

function packagesSection(trace: Trace): string {
  if (trace.packages.length === 0) return "";
  const rows = trace.packages.map((each) => [
    code(each.loadId),
    each.state,
    moment(each.startedAt),
    moment(each.endedAt),
    formatCount(sum(each.tables, (one) => one.rows)),
    megabytes(sum(each.tables, (one) => one.bytes)),
    formatCount(sum(each.tables, (one) => one.files)),
  ]);
  const columns = [
    { title: "Load id" },
    { title: "State" },
    { title: "Started (UTC)" },
    { title: "Finished (UTC)" },
    { title: "Rows", align: "right" },
    { title: "MB", align: "right" },
    { title: "Jobs", align: "right" },
  ] as const;
  return `### Load packages\n\n${table(columns, rows)}`;
}

function windowsSection(trace: Trace): string {
  const rows = trace.packages.flatMap(({ loadId, state, windows = [] }) =>
    windows.map(({ resource, start, end }) => [
      code(resource),
      code(clip(start, 100)),
      end === undefined ? "now" : code(clip(end, 100)),
      state === "loaded" ? code(loadId) : "not loaded",
    ]),
  );
  if (rows.length === 0) return "";
  const columns = [{ title: "Resource" }, { title: "From" }, { title: "To" }, { title: "Load id" }] as const;
  return `### Windows\n\n${table(columns, rows)}`;
}

function resourcesSection(trace: Trace): string {
  if (trace.resources.length === 0) return "";
  const failed = trace.failure?.context.resource;
  const rows = trace.resources.map((resource) => [
    code(resource.resource),
    // The word `resources.` of a placeholder says nothing and makes the table wide.
    code(clip(resource.endpoint.replaceAll("{resources.", "{"), 300)),
    formatCount(resource.requests),
    formatCount(resource.retries),
    formatCount(resource.records),
    resource.cursor === undefined ? "" : code(clip(resource.cursor, 100)),
    resource.seconds.toFixed(1),
    resource.resource === failed ? "❌ failed" : skippedText(resource.skipped),
  ]);
  const columns = [
    { title: "Resource" },
    { title: "Endpoint" },
    { title: "Requests", align: "right" },
    { title: "Retries", align: "right" },
    { title: "Records", align: "right" },
    { title: "New cursor" },
    { title: "Seconds", align: "right" },
    { title: "Status" },
  ] as const;
  return `### Resources\n\n${table(columns, rows)}`;
}

function skippedText(skipped: Readonly<Record<string, number>>): string {
  const all = Object.entries(skipped).filter(([, times]) => times > 0);
  if (all.length === 0) return "ok";
  return `ok, skipped: ${all.map(([status, times]) => `${escapeMarkdown(status)} × ${formatCount(times)}`).join(", ")}`;
}

function tablesSection(facts: LoadFacts): string {
  if (facts.tables.length === 0) return "";
  const changes = new Map(changesByTable(facts.changes).map((each) => [each.table, each]));
  const rows = facts.tables.map((each) => {
    const change = changes.get(each.table);
    const names = change?.columns.map(({ name }) => code(name)) ?? [];
    const created = names.length === 0 ? "new table" : `new table, ${count(names.length, "column")}`;
    return [
      code(each.table),
      formatCount(each.rows),
      escapeMarkdown(each.writeDisposition),
      change === undefined ? "" : change.added ? created : listed(names, 5),
    ];
  });
  const columns = [
    { title: "Table" },
    { title: "Rows loaded", align: "right" },
    { title: "Write disposition" },
    { title: "New columns" },
  ] as const;
  return `### Destination tables\n\n${table(columns, rows)}`;
}

function changesSection(facts: LoadFacts): string {
  const tables = changesByTable(facts.changes);
  if (tables.length === 0) return "";
  const rows = tables.map((changes) => [
    code(changes.table),
    changes.added ? "table added" : "columns added",
    listed(
      changes.columns.map(({ name, type }) => `${code(name)} ${escapeMarkdown(type ?? "")}`.trim()),
      changes.added ? 8 : 40,
    ),
  ]);
  return `### Schema changes\n\n${table([{ title: "Table" }, { title: "Change" }, { title: "Columns" }], rows)}`;
}

function warningsSection(trace: Trace): string {
  if (trace.warnings.length === 0) return "";
  const rows = trace.warnings.map((warning) => [
    code(warning.code),
    code(clip(warning.subject, 300)),
    formatCount(warning.count),
    [WARNING_CODES[warning.code], ...(warning.detail === undefined ? [] : [clip(warning.detail, 500)])]
      .map(escapeMarkdown)
      .join(" "),
  ]);
  const columns = [
    { title: "Code" },
    { title: "About" },
    { title: "Times", align: "right" },
    { title: "Meaning" },
  ] as const;
  return `### Warnings\n\n${table(columns, rows)}`;
}

function detailsSection(trace: Trace): string {
  const steps = trace.steps.map((step) => [
    step.step,
    moment(step.startedAt),
    shortDuration(step.seconds),
    step.ok ? "ok" : "failed",
  ]);
  const settings = trace.settings.map((setting) => [
    code(setting.key),
    setting.secret ? "<code>&#42;&#42;&#42;</code>" : code(clip(setting.value, 300)),
    escapeMarkdown(setting.from),
  ]);
  const parts = [
    ...(steps.length === 0
      ? []
      : [
          table(
            [{ title: "Step" }, { title: "Started (UTC)" }, { title: "Time", align: "right" }, { title: "Result" }],
            steps,
          ),
        ]),
    ...(settings.length === 0 ? [] : [table([{ title: "Setting" }, { title: "Value" }, { title: "From" }], settings)]),
    `Run ${code(trace.runId)} · schema ${code(trace.schemaName)} · state from: ${trace.stateSource}`,
  ];
  return details("Timings and where each setting came from", parts.join("\n\n"));
}

function diagram(title: string, drawn: Diagram | undefined): string {
  if (drawn === undefined) return "";
  const note = drawn.left === undefined ? "" : `\n\n${drawn.left}`;
  return `### ${title}\n\n\`\`\`mermaid\n${drawn.text}\n\`\`\`${note}`;
}

/** `2026-11-23 23:25:30`; times of a trace are ISO in UTC. */
function moment(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(iso);
  return match === null ? escapeMarkdown(iso) : `${match[1]} ${match[2]}`;
}

/** Megabytes with two decimals; a few bytes are not shown as nothing. */
function megabytes(bytes: number): string {
  if (bytes > 0 && bytes < 5000) return "< 0.01";
  return (bytes / 1e6).toFixed(2);
}
