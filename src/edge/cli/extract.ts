import type { Command } from "commander";
import { NETWORK_SETTING_NAMES } from "../../config/settings.ts";
import { buildSource } from "../shared/build-source.ts";
import { extractToFolder } from "../shared/extract-to-folder.ts";
import { type Action, addSettings } from "./command.ts";
import { configure } from "./context.ts";
import { printWarnings } from "./print-warnings.ts";

/** Settings of the network that only a database or rows for one know. */
const DESTINATION_ONLY: ReadonlySet<string> = new Set(["allow-insecure-postgres", "max-value-bytes"]);

/** `sluice extract FILE --out DIR`: records, cursor state and request log, without a destination. */
export function addExtract(program: Command, action: Action): void {
  const command = program
    .command("extract")
    .argument("[source]", "pipeline file, or built-in source")
    .requiredOption("--out <dir>", "folder for the files; made when it is missing")
    .description("write the records of each resource as JSON lines, with the cursor state and the request log")
    .addHelpText("after", "\nExample:\n  sluice extract pipeline.yaml --out records --limit 1");
  addSettings(command, [
    "token",
    "endpoints",
    "base-url",
    "groups",
    "projects",
    "start-date",
    "config",
    "pipeline-name",
    "dataset-name",
    "limit",
    "on-resource-error",
    "compat",
    ...NETWORK_SETTING_NAMES.filter((name) => !DESTINATION_ONLY.has(name)),
  ]);
  action(command, async (context, { out, ...flags }, [source]) => {
    const configuration = configure(context, source, flags, { needsDestination: false });
    const summary = await extractToFolder(buildSource(configuration, context.environment), configuration, String(out), {
      signal: context.signal,
      redact: context.redact,
    });
    printWarnings(context, summary.warnings);
    if (flags.json === true) context.out(JSON.stringify({ ok: true, ...summary }));
    else {
      for (const { resource, records, requests, path } of summary.resources) {
        context.out(`${resource}: ${records} record(s) in ${requests} request(s) -> ${path}`);
      }
      context.out(`state -> ${summary.statePath}\nrequests -> ${summary.requestsPath}`);
    }
  });
}
