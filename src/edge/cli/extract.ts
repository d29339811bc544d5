import type { Command } from "commander";
import { NETWORK_SETTING_NAMES } from "../../config/settings.ts";
import { ConfigError, SluiceError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { decodeState } from "../../state/stored.ts";
import { buildSource } from "../shared/build-source.ts";
import { extractToFolder } from "../shared/extract-to-folder.ts";
import { extractToLines } from "../shared/extract-to-lines.ts";
import { checkoutAround, loadModules } from "../shared/load-modules.ts";
import { type Action, addSettings } from "./command.ts";
import { configure, OutputClosed, readText } from "./context.ts";
import { printWarnings } from "./print-warnings.ts";

/** Settings of the network that only a database or rows for one know. */
const DESTINATION_ONLY: ReadonlySet<string> = new Set(["allow-insecure-postgres", "max-value-bytes"]);

const EXAMPLES = `
Examples:
  sluice extract pipeline.yaml --out records --limit 1
  sluice extract pipeline.yaml --out records --state records/state.json
  sluice extract pipeline.yaml --out - --endpoints orders | jq -c 'select(.resource).record'`;

/** `sluice extract FILE --out DIR`: records, cursor state and request log, without a destination. */
export function addExtract(program: Command, action: Action): void {
  const command = program
    .command("extract")
    .argument("[source]", "pipeline file, or built-in source")
    .requiredOption("--out <dir>", "folder for the files, made when it is missing; - for lines on standard output")
    .option("--state <file>", "go on from a state: the state.json of an extract, or a stored state of dlt")
    .description("write the records of each resource as JSON lines, with the cursor state and the request log")
    .addHelpText("after", EXAMPLES);
  addSettings(command, [
    "token",
    "endpoints",
    "base-url",
    "groups",
    "projects",
    "start-date",
    "config",
    "allow-modules",
    "pipeline-name",
    "dataset-name",
    "limit",
    "on-resource-error",
    "compat",
    ...NETWORK_SETTING_NAMES.filter((name) => !DESTINATION_ONLY.has(name)),
  ]);
  action(command, async (context, { out, state, ...flags }, [name]) => {
    const toLines = out === "-";
    if (toLines && flags.json === true) {
      throw new ConfigError("E_INPUT", "--json and --out - both write to standard output", {
        step: "config",
        hint: "Leave one of them out.",
      });
    }
    const configuration = await configure(context, name, flags, { needsDestination: false });
    const functions = await loadModules(configuration, checkoutAround(process.cwd()));
    const source = buildSource(configuration, context.environment, { functions });
    const options = {
      signal: context.signal,
      redact: context.redact,
      state: typeof state === "string" ? readState(state) : null,
    };
    if (toLines) {
      try {
        const { resources, warnings } = await extractToLines(source, configuration, context.write, options);
        printWarnings(context, warnings);
        for (const { resource, records, requests } of resources) {
          context.err(`${resource}: ${records} record(s) in ${requests} request(s)\n`);
        }
      } catch (error) {
        // `sluice extract ... | head` has seen enough.
        if (!(error instanceof OutputClosed)) throw error;
      }
      return;
    }
    const summary = await extractToFolder(source, configuration, String(out), options);
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

function readState(path: string): JsonObject {
  const text = readText(path);
  const fail = (why: string, hint: string, cause?: unknown): never => {
    throw new ConfigError("E_INPUT", `flag --state: ${path} ${why}`, { step: "config", hint, cause });
  };
  if (text === undefined) return fail("cannot be read", "Name the state.json of an extract.");
  try {
    return decodeState(text.trim());
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return fail("is no state", "Name the state.json of an extract, or a file with a stored state of dlt.", error);
  }
}
