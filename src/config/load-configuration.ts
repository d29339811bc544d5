import { posix } from "node:path";
import type { ConfigError } from "../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { SettingTrace } from "../core/setting-trace.ts";
import type { SchemaContract } from "../core/source.ts";
import { readCertificate } from "./ca-certificate.ts";
import { checkSource, secretsOf, sourceNameOf, withoutOptions } from "./check-source.ts";
import { decidedByClient, tracesWithClient } from "./client-http.ts";
import { completeSource } from "./complete-source.ts";
import { configError, type ReportedFault } from "./config-error.ts";
import { definedModes } from "./contract-shape.ts";
import { CREDENTIAL_NAMES } from "./credentials.ts";
import type { Path, Place } from "./document.ts";
import { expandReferences } from "./environment-references.ts";
import { faultsFromZod } from "./explain.ts";
import { type FillIn, fillIns } from "./fill-in.ts";
import { type Found, flagName, fromFlags, type Layers, RANKS } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { openSource } from "./open-source.ts";
import { BUILT_IN_SOURCES, pipelineFileShape, type SourceFile } from "./pipeline-file.ts";
import { type FileValues, type ResolvedSettings, readReferencedValues, resolveSettings, traceOf } from "./resolve.ts";
import type { RestApiConfig } from "./rest-api/shape.ts";
import { readSeeds } from "./seed-records.ts";
import { isSettingName, SETTING_NAMES, SETTINGS, type SettingName, type Settings, settingEntries } from "./settings.ts";
import { withStandIns } from "./stand-ins.ts";

export interface ConfigurationSources {
  /** Decides wording and what a missing connection string means. */
  readonly kind: "action" | "cli";
  /** Inputs or flags by setting name (`base-url`); empty texts count as absent. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of a file, undefined when there is none. Paths are relative to the present folder. */
  readonly readText: (path: string) => string | undefined;
  /** Path of the pipeline file; wins over the `source` flag. */
  readonly file?: string;
  /** False for commands that load nothing: no connection string is needed then. */
  readonly needsDestination?: boolean;
  /** True: what is only not filled in yet (secrets, variables) is no error but is told in `open`, with stand-ins instead. */
  readonly fillIn?: boolean;
}

export interface Configuration {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly source: ConfiguredSource;
  readonly destination: ConfiguredDestination;
  readonly settings: Settings;
  /** Settings in whose place `client.http` of the source stands. */
  readonly decidedByClient: ReadonlySet<SettingName>;
  /** From the settings or the file: levels of nested tables; undefined: no limit. */
  readonly maxTableNesting: number | undefined;
  /** Where each value came from, for the trace. */
  readonly traces: readonly SettingTrace[];
  /** To be masked in everything that is printed. */
  readonly secrets: readonly Secret[];
  /** PEM text of `ca-certificate`. */
  readonly caCertificate?: string;
  /** Path of the pipeline file, when there is one. */
  readonly file?: string;
  /** What is still to be filled in; nothing may be asked with such a configuration. Only with `fillIn`. */
  readonly open?: ConfigError;
  /** Placeholders in the resources of the file; those of selected ones are in `open` too. Only with `fillIn`. */
  readonly fillIns: readonly FillIn[];
  /** Where a path of the pipeline file stands, for annotations. */
  readonly locate: (path: Path) => Place | undefined;
}

export type ConfiguredSource =
  | { readonly kind: "gitlab"; readonly name: "gitlab" }
  | {
      readonly kind: "rest-api";
      /** Name of the source, of its schema and of its state. */
      readonly name: string;
      readonly config: RestApiConfig;
      /** `root_key` of the source; undefined: as the write dispositions ask for it. */
      readonly rootKey?: boolean;
      readonly parallelized: boolean;
      readonly schemaContract?: SchemaContract;
    };

export type ConfiguredDestination =
  | { readonly kind: "postgres"; readonly connectionString: Secret }
  | { readonly kind: "embedded" };

/**
 * Everything that a run needs to know, read from inputs or flags, the environment, the pipeline file and dlt's `.toml`
 * files. Pure: texts are handed in. Throws one `ConfigError` that names all faults, each with file and line.
 */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const { kind } = sources;
  const flags = givenFlags(sources.flags);
  const faults: ReportedFault[] = unknownFlags(flags, kind);
  const opened = openSource({
    kind,
    source: flags.source,
    file: sources.file,
    config: flags.config,
    readText: sources.readText,
  });
  faults.push(...opened.faults);
  const { file, document } = opened;
  const toError = () => configError(faults, { ...(file === undefined ? {} : { file }), positions: document.locate });
  const fail = (): never => {
    throw toError();
  };
  // With a file that cannot be read, everything else would be a fault that is none.
  if (opened.faults.length > 0) return fail();

  const expanded = expandReferences(document.value, sources.environment, opened.toml);
  const values = readReferencedValues(isJsonObject(expanded.value) ? expanded.value : {}, expanded.used);
  const written = getOwn(values, "source");
  const rest = isJsonObject(written) ? written : undefined;
  const sourceName = rest === undefined ? "gitlab" : sourceNameOf(rest);
  const layers: Layers = {
    kind,
    flags: file === undefined ? flags : { ...flags, source: file },
    environment: sources.environment,
    toml: opened.toml,
    sourceName,
    section: sourceName.replace(/_source$/, ""),
  };
  const fileValues: FileValues = {
    values,
    from: (key) => placeText(document.locate([key]), expanded.used.get(JSON.stringify([key]))),
  };
  const pipelineName = resolveSettings(layers, fileValues).settings.pipelineName ?? defaultPipeline(rest, file);
  const resolved = resolveSettings({ ...layers, pipeline: pipelineName }, fileValues);
  const { settings } = resolved;
  faults.push(...resolved.faults, ...foreignFlags(layers, rest !== undefined));

  const traces: SettingTrace[] = [...resolved.traces];
  const isSourceKey = ({ key }: SettingTrace): boolean => key === "token" || key === "base-url";
  const secrets: Secret[] = [...resolved.secrets, ...expanded.secrets.map((value) => new Secret(value))];
  let unset = expanded.faults;
  let source: SourceFile | undefined;
  const missing = rest !== undefined && sources.fillIn === true ? fillIns(rest) : [];
  for (const { path, selected } of missing) if (selected) faults.push(unfilled(path));
  if (rest !== undefined) {
    const seeds = readSeeds(rest, file, sources.readText);
    faults.push(...seeds.faults.map((fault) => ({ ...fault, path: ["source", ...fault.path] })));
    const completed = completeSource(seeds.source, { ...layers, pipeline: pipelineName }, fileSettings(fileValues));
    // Of a file these two are traced where they went.
    traces.splice(0, traces.length, ...traces.filter((trace) => !isSourceKey(trace)), ...completed.traces);
    secrets.push(...secretsOf(completed.source));
    unset = unset.filter(({ path }) => !completed.replaced.has(JSON.stringify(path.slice(1))));
    const checked = checkSource(completed.source, settings.compat);
    const isOpen = ({ path }: ReportedFault): boolean => completed.hints.has(JSON.stringify(path));
    source =
      sources.fillIn === true && checked.faults.every(isOpen)
        ? checkSource(withStandIns(completed.source, completed.open), settings.compat).source
        : checked.source;
    for (const fault of checked.faults) {
      const hint = fault.reason.startsWith("missing_") ? completed.hints.get(JSON.stringify(fault.path)) : undefined;
      faults.push({ ...fault, ...(hint === undefined ? {} : { suggestion: hint }), path: ["source", ...fault.path] });
    }
  }
  faults.push(...fileFaults(values, rest !== undefined), ...relevant(unset, faults));
  const destination = chooseDestination(resolved, sources);
  if ("fault" in destination) faults.push(destination.fault);
  else if (settings.destination === undefined) traces.push(traceOf("destination", destination.kind, "default", false));
  const clientHttp = source?.client.http ?? undefined;
  const decided = decidedByClient(clientHttp, resolved.ranks);
  const isOwn = decided.has("ca-certificate");
  const authority = readCertificate(
    isOwn ? (clientHttp?.ca_file ?? undefined) : settings.caCertificate,
    sources.readText,
  );
  if ("fault" in authority) {
    const place = isOwn
      ? { path: ["source", "client", "http", "ca_file"] }
      : { origin: originOf(resolved, "ca-certificate") };
    faults.push({ ...authority.fault, ...place });
  }
  // A source that is there in spite of faults has stand-ins where they are.
  const isExplained = sources.fillIn === true && (rest === undefined || source !== undefined);
  const isOpen = isExplained && faults.every(({ reason }) => reason.startsWith("missing_"));
  if (!isOpen && (faults.length > 0 || "fault" in destination || (rest !== undefined && source === undefined))) {
    return fail();
  }

  return {
    pipelineName,
    datasetName: settings.datasetName ?? (rest === undefined ? "gitlab_data" : `${pipelineName}_dataset`),
    source: source === undefined ? { kind: "gitlab", name: "gitlab" } : configuredSource(source, sourceName),
    destination: "fault" in destination ? { kind: "embedded" } : destination,
    settings,
    decidedByClient: decided,
    maxTableNesting: nestingOf(resolved, source),
    traces: tracesWithClient(traces, clientHttp, resolved.ranks, (key) =>
      placeText(document.locate(["source", "client", "http", key]), undefined),
    ),
    secrets,
    ...("fault" in authority ? {} : authority),
    ...(file === undefined ? {} : { file }),
    ...(faults.length === 0 ? {} : { open: toError() }),
    fillIns: missing,
    locate: document.locate,
  };
}

function unfilled(path: Path): ReportedFault {
  const message = "the placeholder is still there";
  return { path: ["source", ...path], reason: "missing_value", message, suggestion: "write the value that is meant" };
}

function originOf(resolved: ResolvedSettings, name: SettingName): string {
  return resolved.traces.find(({ key }) => key === name)?.from ?? name;
}

function givenFlags(flags: ConfigurationSources["flags"]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(flags))
    if (value !== undefined && value.trim() !== "") given[name] = value;
  return given;
}

function unknownFlags(flags: Readonly<Record<string, string>>, kind: "action" | "cli"): ReportedFault[] {
  const aliases = settingEntries().flatMap(([, spec]) => spec.aliases ?? []);
  return Object.keys(flags)
    .filter((name) => !isSettingName(name) && !aliases.includes(name))
    .map((name) => {
      const guess = nearest(name, SETTING_NAMES);
      const origin = flagName(kind, name);
      const base = { path: [], reason: "unknown_key", message: `there is no such ${origin.split(" ")[0]}`, origin };
      return guess === undefined ? base : { ...base, suggestion: `did you mean "${guess}"?` };
    });
}

/** Flags that only the built-in source reads are an error for a pipeline file, not silence. */
function foreignFlags(layers: Layers, isFile: boolean): ReportedFault[] {
  if (!isFile) return [];
  return settingEntries().flatMap(([name, spec]) => {
    const found = spec.onlyFor === undefined ? undefined : fromFlags(layers, [name]);
    if (found === undefined) return [];
    const message = `applies only to the built-in source ${spec.onlyFor}, not to a pipeline file`;
    return [{ path: [], reason: "unknown_key", message, origin: found.from }];
  });
}

/** Faults of the file outside of `source`, and of `source` when it is not a mapping. */
function fileFaults(values: JsonObject, sourceIsMapping: boolean): ReportedFault[] {
  const checked: Record<string, JsonValue> = { ...values };
  // The mapping is checked on its own, completed by settings.
  if (sourceIsMapping) checked.source = BUILT_IN_SOURCES[0];
  const { error } = pipelineFileShape.safeParse(checked);
  return error === undefined ? [] : faultsFromZod(error, checked, pipelineFileShape);
}

/** A reference to an unset variable is the one fault of its place. */
function relevant(unset: readonly ReportedFault[], others: ReportedFault[]): readonly ReportedFault[] {
  const places = new Set(unset.map(({ path }) => JSON.stringify(path)));
  for (let index = others.length - 1; index >= 0; index--) {
    if (places.has(JSON.stringify(others[index]?.path))) others.splice(index, 1);
  }
  return unset;
}

function fileSettings(file: FileValues): { readonly token: Found | undefined; readonly baseUrl: Found | undefined } {
  const found = (key: string): Found | undefined => {
    const value = getOwn(file.values, key);
    return typeof value === "string" && value !== "" ? { value, rank: RANKS.file, from: file.from(key) } : undefined;
  };
  return { token: found("token"), baseUrl: found("base_url") };
}

const ACTION_EXAMPLE = `connection-string: ${SETTINGS["connection-string"].example}`;

function chooseDestination(
  resolved: ResolvedSettings,
  sources: ConfigurationSources,
): ConfiguredDestination | { readonly fault: ReportedFault } {
  const { settings, ranks } = resolved;
  const { connectionString } = settings;
  const rank = (name: "destination" | "connection-string"): number => ranks.get(name) ?? RANKS.default;
  // A connection string given nearer than the word `embedded` of a file is meant.
  const isEmbedded = settings.destination === "embedded" && rank("destination") <= rank("connection-string");
  if (isEmbedded) return { kind: "embedded" };
  if (connectionString !== undefined) return { kind: "postgres", connectionString };
  const mayBeAbsent = sources.kind === "cli" && settings.destination === undefined;
  if (mayBeAbsent || sources.needsDestination === false) return { kind: "embedded" };
  if (resolved.faults.some((fault) => fault.message.startsWith("the credentials"))) return { kind: "embedded" };
  const action = sources.kind === "action";
  const ways = action
    ? `add \`${ACTION_EXAMPLE}\` under \`with:\`, or \`destination: embedded\``
    : `give --connection-string, set ${CREDENTIAL_NAMES}, or use --destination embedded`;
  return {
    fault: {
      path: [],
      reason: "missing_secret",
      message: "required when the destination is postgres, and not set",
      suggestion: ways,
      origin: flagName(sources.kind, "connection-string"),
      hint: action
        ? "Store the PostgreSQL URL as a repository secret and pass it as the input connection-string."
        : "Pass a PostgreSQL URL such as postgresql://user:password@host:5432/database.",
    },
  };
}

function configuredSource(source: SourceFile, name: string): ConfiguredSource {
  const contract = source.schema_contract ?? undefined;
  return {
    kind: "rest-api",
    name,
    config: withoutOptions(source),
    ...(typeof source.root_key === "boolean" ? { rootKey: source.root_key } : {}),
    parallelized: source.parallelized ?? false,
    ...(contract === undefined
      ? {}
      : { schemaContract: typeof contract === "string" ? contract : definedModes(contract) }),
  };
}

/** A setting of the file or nearer wins over the source's own; what stands in `.toml` files does not. */
function nestingOf(resolved: ResolvedSettings, source: SourceFile | undefined): number | undefined {
  const own = source?.max_table_nesting ?? undefined;
  const rank = resolved.ranks.get("max-table-nesting") ?? RANKS.default;
  return own !== undefined && rank > RANKS.file ? own : (resolved.settings.maxTableNesting ?? own);
}

function defaultPipeline(rest: JsonObject | undefined, file: string | undefined): string {
  if (rest === undefined) return "gitlab_pipeline";
  return file === undefined ? "pipeline" : posix.parse(file.replaceAll("\\", "/")).name;
}

function placeText(place: Place | undefined, variable: string | undefined): string {
  const at = place === undefined ? "file" : `${place.file}:${place.line}`;
  return variable === undefined ? at : `${at} (environment ${variable})`;
}
