import type { Command } from "commander";
import { compactJson } from "../../core/json-writer.ts";
import { WarningLog } from "../../core/warnings.ts";
import { syncLocal } from "../../pipeline/local-packages.ts";
import { printable } from "../../report/printable.ts";
import { stateMark } from "../../state/pipeline-state.ts";
import { type Action, addSettings } from "./command.ts";
import { findPipeline, PIPELINE_SETTINGS, withDestination } from "./known-pipeline.ts";
import { printWarnings } from "./print-warnings.ts";

/** `sluice sync [PIPELINE]`: what is here follows the destination. */
export function addSync(program: Command, action: Action): void {
  const command = program
    .command("sync")
    .argument("[pipeline]", "name of a pipeline; the only one that ran here when absent")
    .description("read state and schemas from the destination, and remove packages here that do not go on from them")
    .addHelpText(
      "after",
      "\nExample:\n  sluice sync gitlab_pipeline --dataset-name gitlab_data --connection-string postgresql://loader@db.example.com/analytics",
    );
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, flags, [given]) => {
    const known = await findPipeline(context, flags, given, "sync");
    const log = new WarningLog();
    let name = "";
    const { synced, kept, removed } = await withDestination(context, known, (destination) => {
      name = destination.displayName;
      return syncLocal({
        pipeline: known.name,
        dataset: known.dataset,
        schemas: known.schemaName === undefined ? [] : [known.schemaName],
        destination,
        workFolder: known.workFolder,
        signal: context.signal,
        warn: log.warn,
      });
    });
    printWarnings(context, log.all);
    const mark = synced.state === null ? null : stateMark(synced.state);
    const schemas = [...synced.schemas.values()].map(({ name, version, versionHash }) => ({
      name,
      version,
      version_hash: versionHash,
    }));
    if (flags.json === true) {
      context.out(
        compactJson({
          ok: true,
          pipeline: known.name,
          dataset: known.dataset,
          destination: name,
          dataset_exists: synced.datasetExists,
          state_version: mark?.version ?? null,
          state_version_hash: mark?.hash ?? null,
          state_load_id: synced.newestStateLoadId,
          schemas,
          packages_kept: kept,
          packages_removed: removed,
        }),
      );
      return;
    }
    context.out(
      [
        `pipeline ${printable(known.name)}, dataset ${known.dataset} in ${name}`,
        mark === null
          ? "no state of this pipeline in the destination: the next run begins from nothing"
          : `state version ${mark.version} (${mark.hash})`,
        ...schemas.map((schema) => `schema ${schema.name} version ${schema.version} (${schema.version_hash})`),
        ...kept.map((loadId) => `load package ${loadId} stays: the next run loads it`),
        ...removed.map((loadId) => `load package ${loadId} removed`),
      ].join("\n"),
    );
  });
}
