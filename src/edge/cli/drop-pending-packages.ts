import type { Command } from "commander";
import { compactJson } from "../../core/json-writer.ts";
import { isPending } from "../../load/package-facts.ts";
import { dropPendingPackages } from "../../pipeline/local-packages.ts";
import { printable } from "../../report/printable.ts";
import { type Action, addSettings } from "./command.ts";
import { findPipeline, PIPELINE_SETTINGS } from "./known-pipeline.ts";

/** `sluice drop-pending-packages [PIPELINE]`: gives up what an earlier run left to be loaded. */
export function addDropPendingPackages(program: Command, action: Action): void {
  const command = program
    .command("drop-pending-packages")
    .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
    .option("--yes", "do it; without it the packages are only shown, or asked for on a terminal")
    .description("remove packages that wait to be loaded; the next run extracts their records again")
    .addHelpText("after", "\nExample:\n  sluice drop-pending-packages gitlab_pipeline --yes");
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, { yes, ...flags }, [given]) => {
    const known = await findPipeline(context, flags, given, "drop-pending-packages");
    const found = known.packages.filter(isPending);
    const rowsOf = ({ manifest }: (typeof found)[number]) =>
      (manifest?.files ?? []).reduce((sum, { rows }) => sum + rows, 0);
    if (flags.json !== true) {
      for (const one of found) {
        const maybe = one.state === "committing" ? ", which may be in the destination already" : "";
        context.out(`load package ${one.loadId} with ${rowsOf(one)} row(s)${maybe}`);
      }
    }
    const question = `Remove ${found.length} package(s) of pipeline ${printable(known.name)}?`;
    const wanted =
      found.length > 0 && (yes === true || (flags.json !== true && (await context.confirm(question)) === true));
    const dropped = wanted ? await dropPendingPackages(known.workFolder, known.name) : [];
    if (flags.json === true) {
      const packages = found.map((one) => ({ load_id: one.loadId, state: one.state, rows: rowsOf(one) }));
      context.out(
        compactJson({ ok: true, pipeline: known.name, packages, dropped: dropped.map(({ loadId }) => loadId) }),
      );
    } else if (found.length === 0) context.out(`no packages of pipeline ${printable(known.name)} wait here`);
    else context.out(wanted ? `${dropped.length} package(s) removed` : "Nothing was changed; --yes removes them.");
  });
}
