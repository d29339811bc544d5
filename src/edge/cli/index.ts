/** The command line. `launcher.ts` has made sure of the Node version before this file is loaded. */
import { Command, CommanderError } from "commander";
import { ConfigError } from "../../core/errors.ts";
import { boundYoungHeap } from "../shared/bound-young-heap.ts";
import { VERSION } from "../shared/version.ts";
import { addCheck } from "./check.ts";
import type { Action, Flags } from "./command.ts";
import { createCliContext } from "./context.ts";
import { addDemo } from "./demo.ts";
import { addDrop } from "./drop.ts";
import { addDropPendingPackages } from "./drop-pending-packages.ts";
import { addExtract } from "./extract.ts";
import { addFailedJobs } from "./failed-jobs.ts";
import { reportFailure } from "./failure.ts";
import { addGenerate } from "./generate.ts";
import { addInfo } from "./info.ts";
import { addLoadPackage } from "./load-package.ts";
import { addNormalize } from "./normalize.ts";
import { addRun } from "./run.ts";
import { addSchema } from "./schema.ts";
import { addSync } from "./sync.ts";
import { addTrace } from "./trace.ts";

boundYoungHeap();
const context = createCliContext();

const action: Action = (command, run) => {
  command
    .option("--json", "print one JSON object on standard output")
    .option("--verbose", "print debug lines, and stacks of errors")
    .action(async () => {
      const flags: Flags = command.opts();
      try {
        await run(context, flags, command.args);
      } catch (error) {
        reportFailure(context, flags, error);
      }
    });
};

const program = new Command("sluice")
  .description("Load REST APIs into PostgreSQL and AlloyDB, compatible with dlt.")
  .version(VERSION)
  .showSuggestionAfterError(true)
  .exitOverride()
  .configureOutput({ outputError: () => {} });

const commands = [
  addRun,
  addGenerate,
  addExtract,
  addNormalize,
  addCheck,
  addInfo,
  addTrace,
  addSchema,
  addLoadPackage,
];
const menders = [addFailedJobs, addSync, addDrop, addDropPendingPackages, addDemo];
for (const add of [...commands, ...menders]) add(program, action);
for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => {} });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end here too, with status 0.
  if (error.exitCode !== 0 && error.code !== "commander.help") {
    // A suggestion stands on a line of its own there.
    const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
    const help = "See sluice --help, or sluice COMMAND --help.";
    const hint = suggestion === undefined ? help : `${suggestion.replace(/^\(|\)$/g, "")} ${help}`;
    const json = process.argv.includes("--json");
    reportFailure(context, { json }, new ConfigError("E_INPUT", message, { step: "config", hint }));
  } else if (error.code === "commander.help") context.setExit(2);
}
