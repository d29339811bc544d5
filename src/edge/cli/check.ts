import type { Command } from "commander";
import { pathText } from "../../config/config-error.ts";
import type { Path } from "../../config/document.ts";
import type { Configuration } from "../../config/load-configuration.ts";
import { SluiceError } from "../../core/errors.ts";
import { type Warn, WarningLog } from "../../core/warnings.ts";
import type { DestinationCheck } from "../../load/destination.ts";
import { warnAlikeNames } from "../../normalize/alike-names.ts";
import { firstLoadErrors } from "../../normalize/first-load.ts";
import { datasetName } from "../../schema/naming/snake-case.ts";
import { buildSource } from "../shared/build-source.ts";
import { checkoutAround, loadModules } from "../shared/load-modules.ts";
import { openDestination } from "../shared/open-destination.ts";
import { probeSource, type SourceProbe } from "../shared/probe-source.ts";
import { type Action, addSettings } from "./command.ts";
import { type CliContext, configure, workingDirectory } from "./context.ts";
import { reportFailures } from "./failure.ts";
import { printWarnings } from "./print-warnings.ts";
import { resourceFacts, resourceTree } from "./resource-tree.ts";

/** Clocks further apart than this make load ids that sort wrongly beside those of other writers. */
const CLOCK_SKEW_SECONDS = 5;

const EXAMPLES = `
Examples:
  sluice check pipeline.yaml --offline
  sluice check pipeline.yaml --source-only
  sluice check pipeline.yaml --connection-string postgresql://loader@db.example.com/analytics`;

/** `sluice check [FILE]`: configuration, source, destination; loads nothing. */
export function addCheck(program: Command, action: Action): void {
  const command = program
    .command("check")
    .argument("[source]", "pipeline file, or built-in source")
    .option("--offline", "explain the configuration alone: no request, no connection")
    .option("--source-only", "try the credentials of the source, with one page; no connection to the destination")
    .description("explain what a file will do, and try token, connection, privileges and clock; loads nothing")
    .addHelpText("after", EXAMPLES);
  addSettings(command);
  action(command, async (context, { offline, sourceOnly, ...flags }, [file]) => {
    const asksDestination = offline !== true && sourceOnly !== true;
    const configuration = await configure(context, file, flags, { needsDestination: asksDestination, fillIn: true });
    const { open } = configuration;
    const functions = await loadModules(configuration, checkoutAround(process.cwd()));
    const source = buildSource(configuration, context.environment, { functions });
    const log = new WarningLog();
    let probe: SourceProbe | undefined;
    let database: (DestinationCheck & { readonly name: string }) | undefined;
    const failures: unknown[] = open === undefined ? [] : [open];
    if (offline !== true && open === undefined) {
      await collect(failures, async () => {
        probe = await probeSource(
          buildSource(configuration, context.environment, { probe: true, functions }),
          context.signal,
          log.warn,
        );
      });
      if (asksDestination)
        await collect(failures, async () => {
          database = await checkDestination(context, configuration, log.warn);
        });
    }
    warnAlikeNames(source.resources, log.warn);
    for (const { table, error } of firstLoadErrors(source)) {
      // A dataset that is new has no schema that could know better.
      if (database?.datasetExists === false) failures.push(error);
      else log.warn("W_FIRST_LOAD", table, { detail: error.message });
    }
    const missing = database?.privileges.filter(({ ok }) => !ok) ?? [];
    if (database !== undefined && !database.writable) {
      failures.push(
        new SluiceError("E_DEST_READONLY", `${database.name} accepts no writes`, {
          hint: "Connect to the primary server.",
        }),
      );
    }
    const [lacking] = missing;
    if (lacking !== undefined) {
      failures.push(
        new SluiceError("E_DEST_PERMISSION", `the role ${database?.user} may not ${lacking.what}`, {
          hint: `Run as an owner: ${missing.map(({ grant }) => grant).join("; ")}`,
        }),
      );
    }
    const facts = {
      pipeline: configuration.pipelineName,
      dataset: configuration.datasetName,
      resources: source.resources.map(resourceFacts),
      source: probe,
      destination: database,
      warnings: log.all,
      fill_in: configuration.fillIns.map(({ resource, path, selected }) => ({ resource, key: keyOf(path), selected })),
    };
    if (flags.json === true && failures.length === 0) {
      context.out(JSON.stringify({ ok: true, ...facts }));
    } else if (flags.json !== true) {
      context.out(`pipeline ${configuration.pipelineName} -> dataset ${datasetName(configuration.datasetName)}`);
      context.out(resourceTree(source));
      for (const { resource, path } of configuration.fillIns.filter(({ selected }) => !selected))
        context.out(`not selected, and to be filled in before it can be: ${resource}, ${keyOf(path)}`);
      if (probe !== undefined)
        context.out(`source: ${probe.resource} answered ${probe.status} with ${probe.records} record(s)`);
      if (database !== undefined) context.out(databaseText(database));
      context.out(
        "One pipeline has one writer at a time: hand over between Sluice and dlt between runs, never overlap.",
      );
    }
    printWarnings(context, log.all);
    reportFailures(context, flags, failures, facts);
  });
}

/** `endpoint.params.id`: a path of the source below its resource. */
function keyOf(path: Path): string {
  return pathText(path.slice(2));
}

async function checkDestination(
  context: CliContext,
  configuration: Configuration,
  warn: Warn,
): Promise<DestinationCheck & { readonly name: string }> {
  const opened = await openDestination(configuration, {
    workingDirectory: workingDirectory(configuration),
    environment: context.environment,
  });
  try {
    const dataset = datasetName(configuration.datasetName);
    const facts = await opened.destination.check({ dataset, signal: context.signal, warn });
    return { name: opened.destination.displayName, ...facts };
  } finally {
    await opened.close();
  }
}

async function collect(failures: unknown[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failures.push(error);
  }
}

function databaseText(database: DestinationCheck & { readonly name: string }): string {
  const skew = Math.abs(database.clockSkewSeconds);
  const clock = skew > CLOCK_SKEW_SECONDS ? `; its clock differs by ${skew.toFixed(0)} s, set one of them` : "";
  const lines = [
    `destination: ${database.name}, PostgreSQL ${database.serverVersion}, role ${database.user}, ` +
      `${database.encrypted ? "encrypted" : "not encrypted"}, dataset ${database.datasetExists ? "exists" : "is new"}${clock}`,
    ...database.privileges.map(
      ({ what, ok, grant }) => `  ${ok ? "ok     " : "missing"} ${what}${ok ? "" : `: ${grant}`}`,
    ),
  ];
  return lines.join("\n");
}
