import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Configuration } from "../../config/load-configuration.ts";
import type { SettingName } from "../../config/settings.ts";
import { ConfigError } from "../../core/errors.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { parseJson } from "../../core/json-reader.ts";
import type { Destination } from "../../load/destination.ts";
import { describePackages, type PackageFacts } from "../../load/package-facts.ts";
import { pipelineFolder, traceFile } from "../../pipeline/work-folder.ts";
import { datasetName } from "../../schema/naming/snake-case.ts";
import { openDestination } from "../shared/open-destination.ts";
import type { Flags } from "./command.ts";
import { type CliContext, configure, readText, workingDirectory } from "./context.ts";

/** Settings by which the commands that look at a pipeline find it. */
export const PIPELINE_SETTINGS: readonly SettingName[] = [
  "connection-string",
  "dataset-name",
  "working-directory",
  "connect-wait",
  "allow-insecure-postgres",
];

/** A pipeline that ran here, or that is known by its name and dataset alone. */
export interface KnownPipeline {
  readonly name: string;
  /** Name of the schema in the database. */
  readonly dataset: string;
  readonly configuration: Configuration;
  /** Folder for the packages and traces of all pipelines. */
  readonly workFolder: string;
  /** The trace of its last run here. */
  readonly trace: JsonObject | undefined;
  /** What lies in its folder. */
  readonly packages: readonly PackageFacts[];
  /** Schema of its last run or package here. */
  readonly schemaName: string | undefined;
  /** False: nothing says where its data is. */
  readonly hasDatabase: boolean;
}

/**
 * The pipeline that a command is about: the one that is named, else the only one that ran here; its dataset from the
 * flag, else as it was in the last run, else what the environment says. Throws `E_INPUT` when it is not known here and
 * there is no connection string to look for it elsewhere.
 */
export async function findPipeline(
  context: CliContext,
  flags: Flags,
  given: string | undefined,
  command: string,
): Promise<KnownPipeline> {
  const configuration = await configure(context, undefined, flags, { needsDestination: false });
  const workFolder = workingDirectory(configuration);
  const name = given ?? (await onlyPipeline(workFolder, command));
  const text = readText(traceFile(workFolder, name));
  const trace = text === undefined ? undefined : asObject(readTrace(text, name));
  const packages = await describePackages(pipelineFolder(workFolder, name));
  const hasConnection = configuration.destination.kind === "postgres";
  if (trace === undefined && packages.length === 0 && !hasConnection) {
    throw new ConfigError("E_INPUT", `no run of pipeline ${name} is known in ${resolve(workFolder)}`, {
      step: "config",
      hint: "Give --connection-string to look into the destination, or --working-directory of its runs.",
      context: { pipeline: name },
    });
  }
  const manifest = packages.findLast((one) => one.manifest !== undefined)?.manifest;
  const dataset = flags.datasetName ?? trace?.dataset ?? manifest?.dataset ?? configuration.datasetName;
  const schemaName = typeof trace?.schemaName === "string" ? trace.schemaName : manifest?.schemaName;
  return {
    name,
    dataset: datasetName(String(dataset)),
    configuration,
    workFolder,
    trace,
    packages,
    schemaName,
    hasDatabase: hasConnection || trace?.destination === "embedded",
  };
}

/** Uses the destination of a pipeline, and closes it. Throws `E_INPUT` when nothing says where it is. */
export async function withDestination<T>(
  context: CliContext,
  known: KnownPipeline,
  use: (destination: Destination) => Promise<T>,
): Promise<T> {
  if (!known.hasDatabase) {
    throw new ConfigError("E_INPUT", `nothing says in which database pipeline ${known.name} is`, {
      step: "config",
      hint: "Give --connection-string, or set DESTINATION__POSTGRES__CREDENTIALS.",
      context: { pipeline: known.name },
    });
  }
  const opened = await openDestination(known.configuration, {
    workingDirectory: known.workFolder,
    environment: context.environment,
  });
  try {
    return await use(opened.destination);
  } finally {
    await opened.close();
  }
}

/** The value when it is an object. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The objects of a list; none when it is no list. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

async function onlyPipeline(folder: string, command: string): Promise<string> {
  const names = await readdir(join(folder, "pipelines")).catch(() => []);
  const [first, ...more] = names;
  if (first !== undefined && more.length === 0) return first;
  throw new ConfigError(
    "E_INPUT",
    first === undefined
      ? `no pipeline has run in ${folder}`
      : `several pipelines have run in ${folder}: ${names.join(", ")}`,
    { step: "config", hint: `Name one: sluice ${command} PIPELINE.` },
  );
}

function readTrace(text: string, pipeline: string): JsonValue {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConfigError("E_INPUT", `the trace of pipeline ${pipeline} cannot be read`, {
      step: "config",
      hint: "Delete trace.json in its folder; the next run writes a new one.",
      cause,
    });
  }
}
