import type { Command } from "commander";
import type { JsonObject } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import { redactValue } from "../../core/redact.ts";
import type { PackageFacts } from "../../load/package-facts.ts";
import { formatBytes } from "../../report/facts.ts";
import { printable } from "../../report/printable.ts";
import { type Action, addSettings } from "./command.ts";
import { findPipeline, PIPELINE_SETTINGS } from "./known-pipeline.ts";

/** `sluice failed-jobs [PIPELINE]`: packages that the destination refused for good. */
export function addFailedJobs(program: Command, action: Action): void {
  const command = program
    .command("failed-jobs")
    .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
    .description(
      "show the packages that failed for good, why, and where their files lie; nothing of them is in the destination",
    )
    .addHelpText("after", "\nExample:\n  sluice failed-jobs gitlab_pipeline");
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, flags, [given]) => {
    const { name, packages } = await findPipeline(context, flags, given, "failed-jobs");
    const failed = packages.filter(({ state }) => state === "failed");
    if (flags.json === true) {
      const facts = failed.map((one) => redactValue(context.redact, failedFacts(one)));
      context.out(compactJson({ ok: true, pipeline: name, failed: facts }));
    } else if (failed.length === 0) context.out(`no failed packages of pipeline ${printable(name)} here`);
    else context.out(failed.flatMap(failedLines).join("\n"));
  });
}

function failedFacts({ loadId, folder, manifest, failure }: PackageFacts): JsonObject {
  return {
    load_id: loadId,
    path: folder,
    created_at: manifest?.createdAt ?? null,
    code: failure?.code ?? null,
    message: failure?.message ?? null,
    hint: failure?.hint ?? null,
    context: failure?.context ?? {},
    jobs: (manifest?.files ?? []).map(({ table, path, rows, bytes }) => ({ table, file: path, rows, bytes })),
  };
}

function failedLines({ loadId, folder, manifest, failure }: PackageFacts): readonly string[] {
  return [
    `load package ${loadId} FAILED, its files are in ${printable(folder)}`,
    failure === undefined ? "  the reason was not kept" : `  ${printable(`${failure.code}: ${failure.message}`)}`,
    ...(typeof failure?.hint === "string" ? [`  ${printable(failure.hint)}`] : []),
    ...(manifest?.files ?? []).map(
      ({ table, path, rows, bytes }) => `  ${printable(table)}: ${rows} row(s), ${formatBytes(bytes)}, ${path}`,
    ),
  ];
}
