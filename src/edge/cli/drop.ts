import type { Command } from "commander";
import { ConfigError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { compactJson } from "../../core/json-writer.ts";
import { WarningLog } from "../../core/warnings.ts";
import { applyDrop, type DropOptions, prepareDrop } from "../../pipeline/drop.ts";
import type { DropFacts, DropPlan, DropSelection } from "../../pipeline/drop-plan.ts";
import { printable } from "../../report/printable.ts";
import { installFaults } from "../shared/faults.ts";
import { systemClock, systemRandom } from "../shared/system-ports.ts";
import { type Action, addSettings, type Flags } from "./command.ts";
import type { CliContext } from "./context.ts";
import { findPipeline, type KnownPipeline, PIPELINE_SETTINGS, withDestination } from "./known-pipeline.ts";
import { printWarnings } from "./print-warnings.ts";

/** `sluice drop [PIPELINE] [RESOURCES...]`: tables and state go, as dlt's command of that name takes them. */
export function addDrop(program: Command, action: Action): void {
  const command = program
    .command("drop")
    .argument("[pipeline]", "name of a pipeline; the only one that ran here when absent")
    .argument("[resources...]", "resources whose tables and state go; re: and a regular expression takes several")
    .option("--drop-all", "all resources of the schema")
    .option("--state-paths <paths...>", "keys or JSONPaths of the source's state that go too")
    .option("--state-only", "keep the tables, reset the state alone")
    .option("--schema <name>", "schema to drop from; the default one when absent")
    .option("--yes", "do it; without it what would go is only shown, or asked for on a terminal")
    .description("drop the tables of resources and reset their state, in one transaction; the next run loads them anew")
    .addHelpText("after", "\nExample:\n  sluice drop gitlab_pipeline issues notes --yes");
  addSettings(command, [...PIPELINE_SETTINGS, "lock-wait"]);
  action(command, async (context, { dropAll, statePaths, stateOnly, schema, yes, ...flags }, [given, ...resources]) => {
    const selection: DropSelection = {
      resources,
      all: dropAll === true,
      statePaths: Array.isArray(statePaths) ? statePaths.map(String) : [],
      stateOnly: stateOnly === true,
      ...(typeof schema === "string" ? { schema } : {}),
    };
    if (resources.length === 0 && !selection.all && selection.statePaths.length === 0) {
      throw refused("nothing is named that should be dropped", "Name resources, or give --drop-all or --state-paths.");
    }
    installFaults(context.environment);
    const known = await findPipeline(context, flags, given, "drop");
    await withDestination(context, known, async (destination) => {
      const log = new WarningLog();
      const options: DropOptions = {
        pipeline: known.name,
        dataset: known.dataset,
        destination,
        workFolder: known.workFolder,
        clock: systemClock,
        random: systemRandom,
        signal: context.signal,
        warn: log.warn,
        onEvent: () => {},
      };
      const plan = await prepareDrop(options, selection);
      const { facts } = plan;
      if (plan.isEmpty && facts.notFound.length > 0) {
        const names = facts.known.length === 0 ? "none has tables" : `those with tables are ${facts.known.join(", ")}`;
        throw refused(`${facts.notFound.join(", ")}: not in schema ${facts.schema}`, `Of the resources ${names}.`);
      }
      if (flags.json !== true) context.out(planText(known, destination.displayName, facts));
      const loadId = (await isWanted(context, flags, plan, yes === true))
        ? await applyDrop(options, selection, plan)
        : null;
      printWarnings(context, log.all);
      if (flags.json === true) context.out(compactJson(dropFacts(known, destination.displayName, facts, loadId)));
      else context.out(outcome(plan, loadId));
    });
  });
}

async function isWanted(context: CliContext, flags: Flags, plan: DropPlan, yes: boolean): Promise<boolean> {
  if (plan.isEmpty) return false;
  return yes || (flags.json !== true && (await context.confirm("Drop this?")) === true);
}

function outcome(plan: DropPlan, loadId: string | null): string {
  if (plan.isEmpty) return "There is nothing to drop.";
  return loadId === null ? "Nothing was changed; --yes drops it." : `Dropped, as load ${loadId}.`;
}

function planText({ dataset }: KnownPipeline, destination: string, facts: DropFacts): string {
  const list = (names: readonly string[]) => (names.length === 0 ? "none" : names.map(printable).join(", "));
  return [
    `From dataset ${dataset} in ${destination}, schema ${facts.schema}:`,
    `  resources: ${list(facts.resources)}`,
    `  tables to drop: ${list(facts.tables)}`,
    `  of them with data: ${list(facts.tablesWithData)}`,
    `  state of resources to reset: ${list(facts.resourceStates)}`,
    `  other state to remove: ${list(facts.statePaths)}`,
    ...(facts.notFound.length === 0 ? [] : [`  not found: ${list(facts.notFound)}`]),
  ].join("\n");
}

function dropFacts(
  { name, dataset }: KnownPipeline,
  destination: string,
  facts: DropFacts,
  loadId: string | null,
): JsonObject {
  return {
    ok: true,
    pipeline: name,
    dataset,
    destination,
    dropped: loadId !== null,
    load_id: loadId,
    schema: facts.schema,
    resources: facts.resources,
    tables: facts.tables,
    tables_with_data: facts.tablesWithData,
    resource_states: facts.resourceStates,
    state_paths: facts.statePaths,
    not_found: facts.notFound,
  };
}

function refused(message: string, hint: string): ConfigError {
  return new ConfigError("E_INPUT", message, { step: "config", hint });
}
