import type { Command } from "commander";
import { ConfigError } from "../../core/errors.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { asNumber } from "../../core/json-number.ts";
import { compactJson } from "../../core/json-writer.ts";
import { redactValue } from "../../core/redact.ts";
import { formatDuration, shortDuration } from "../../report/duration.ts";
import { printable } from "../../report/printable.ts";
import { type Action, addSettings } from "./command.ts";
import { asObject, findPipeline, objectsOf, PIPELINE_SETTINGS } from "./known-pipeline.ts";

/** `sluice trace [PIPELINE]`: what the last run here did. */
export function addTrace(program: Command, action: Action): void {
  const command = program
    .command("trace")
    .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
    .description("show the last run here: steps with their times, resources, rows, warnings and error")
    .addHelpText("after", "\nExample:\n  sluice trace gitlab_pipeline --json");
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, flags, [given]) => {
    const { name, trace } = await findPipeline(context, flags, given, "trace");
    if (trace === undefined) {
      throw new ConfigError("E_INPUT", `no run of pipeline ${name} has left a trace here`, {
        step: "config",
        hint: "A trace lies in the working-directory of the run that wrote it.",
        context: { pipeline: name },
      });
    }
    const shown = redactValue(context.redact, trace);
    context.out(flags.json === true ? compactJson({ ok: true, ...shown }) : traceText(shown));
  });
}

function traceText(trace: JsonObject): string {
  const started = Date.parse(text(trace.startedAt));
  const seconds = (Date.parse(text(trace.endedAt)) - started) / 1000;
  const failure = asObject(trace.failure);
  return [
    `Run of pipeline ${text(trace.pipeline)} ${text(trace.status)} in ${formatDuration(seconds)}`,
    `started ${text(trace.startedAt)}, ended ${text(trace.endedAt)}`,
    `dataset ${text(trace.dataset)} in ${text(trace.destinationName)}, state from ${text(trace.stateSource)}`,
    ...objectsOf(trace.steps).map(
      ({ step, seconds, ok }) =>
        `step ${text(step)} ${ok === true ? "finished" : "FAILED"} after ${shortDuration(asNumber(seconds) ?? 0)}`,
    ),
    ...objectsOf(trace.resources).map(resourceLine),
    ...objectsOf(trace.packages).flatMap(packageLines),
    ...objectsOf(trace.warnings).map(warningLine),
    ...(failure === undefined ? [] : [`error ${text(failure.code)}: ${text(failure.message)}`]),
    ...(failure?.hint === undefined ? [] : [`  ${text(failure.hint)}`]),
  ].join("\n");
}

function resourceLine({ resource, records, requests, seconds }: JsonObject): string {
  const took = shortDuration(asNumber(seconds) ?? 0);
  return `resource ${text(resource)}: ${text(records)} record(s) in ${text(requests)} request(s), ${took}`;
}

function packageLines({ loadId, state, tables, changes }: JsonObject): readonly string[] {
  const changed = objectsOf(changes).length;
  return [
    `load package ${text(loadId)} ${text(state)}${changed === 0 ? "" : `, ${changed} schema change(s)`}`,
    ...objectsOf(tables).map(
      ({ table, rows, writeDisposition }) => `  ${text(table)}: ${text(rows)} row(s), ${text(writeDisposition)}`,
    ),
  ];
}

function warningLine({ code, subject, count, detail }: JsonObject): string {
  return `warning ${text(code)} ${text(subject)}: ${text(count)} time(s)${detail === undefined ? "" : `, ${text(detail)}`}`;
}

function text(value: JsonValue | undefined): string {
  if (value === undefined) return "?";
  return printable(typeof value === "string" ? value : compactJson(value));
}
