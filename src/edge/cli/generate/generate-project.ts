import { join, relative, resolve } from "node:path";
import { type GeneratorSettings, readGeneratorFile } from "../../../config/generator-file.ts";
import { ConfigError, SluiceError } from "../../../core/errors.ts";
import { analyse } from "../../../generate/analyse.ts";
import { chooseResources } from "../../../generate/choose-resources.ts";
import { bringInFiles } from "../../../generate/document/bring-in-files.ts";
import { readApiDocument } from "../../../generate/document/read-document.ts";
import type { GeneratedPipeline } from "../../../generate/model.ts";
import { type Project, type ProjectFile, renderProject } from "../../../generate/render/project-files.ts";
import { selectResources } from "../../../generate/select.ts";
import {
  type GeneratedSettings,
  SETTINGS_FOLDER,
  SETTINGS_PATH,
  writeSettings,
} from "../../../generate/update/generated-settings.ts";
import { httpOptions } from "../../shared/build-source.ts";
import type { Flags } from "../command.ts";
import { type CliContext, configure } from "../context.ts";
import { type GenerateFlags, readFlags } from "./flags.ts";
import { pickEndpoints } from "./pick-endpoints.ts";
import {
  createFolder,
  exists,
  folderExists,
  folderIsThere,
  protectFile,
  readIfThere,
  replaceFiles,
} from "./project-folder.ts";
import { readSource, storableUrl } from "./read-source.ts";
import { reportProject } from "./report-project.ts";
import { findProject, updateProject } from "./update-project.ts";

/** `sluice generate`: reads the document, chooses endpoints, writes or updates the project folder, says what is next. */
export async function generate(context: CliContext, given: Flags, name: string | undefined): Promise<void> {
  const { flags, network } = readFlags(given);
  const file = flags.config === undefined ? undefined : await readConfig(flags.config);
  const found = flags.update ? await findProject(flags, name, file?.suffixes) : undefined;
  const settings = found?.settings;
  const mode = flags.compat ? "compat" : (settings?.mode ?? "better");
  const allowOpenapi2 = flags.allowOpenapi2 || settings?.allowOpenapi2 === true;
  const place = flags.place ?? settings?.document;
  if (place === undefined) throw needsDocument();

  const configuration = await configure(context, undefined, network, { needsDestination: false });
  const document = await readSource(context, place, {
    http: httpOptions(configuration),
    allowInsecureHttp: configuration.settings.allowInsecureHttp,
  });
  const alone = readApiDocument(document.text, document.source, { mode, allowOpenapi2 });
  // The reference refuses references to other files; so does its analysis here.
  const tree = mode === "compat" ? alone : await bringInFiles(alone, document.files);
  const methods = flags.methods ?? file?.methods ?? settings?.methods;
  const nameByOperation = flags.nameByOperation || (file?.nameByOperation ?? settings?.nameByOperation) === true;
  const requiredValue = file?.requiredValue ?? settings?.requiredValue;
  const optionalValue = file?.optionalValue ?? settings?.optionalValue;
  const datasetSuffix = file?.suffixes.dataset ?? settings?.datasetSuffix;
  const whole = analyse(tree, {
    mode,
    source: name ?? settings?.name,
    methods,
    nameByOperation,
    requiredValue,
    optionalValue,
    suffixes: { ...file?.suffixes, dataset: datasetSuffix },
  });
  refuseName(whole);
  const folder = found?.folder ?? resolve(flags.outputPath, whole.names.folder);
  const overwrite = found === undefined && (await mayWrite(context, flags, folder));

  const patterns = flags.endpoints ?? settings?.endpoints ?? (await pick(context, flags, whole));
  const isRepeated = flags.endpoints === undefined && settings !== undefined;
  const chosen = new Set(chooseResources(whole.resources, patterns, isRepeated));
  const pipeline = chosen.size === whole.resources.length ? whole : selectResources(whole, (one) => chosen.has(one));
  const asked = flags.globalLimit ?? settings?.globalLimit;
  const limit = asked === 0 ? undefined : asked;
  const project = renderProject(pipeline, {
    format: settings?.pipelineFile.endsWith(".json") ? "json" : flags.format,
    documentName: document.source.name,
    limit,
    pipelineFile: settings?.pipelineFile,
  });
  const memory = memoryFiles(project, {
    name: whole.names.project,
    document: "url" in place ? { url: storableUrl(place.url) } : { path: relative(folder, resolve(place.path)) },
    mode,
    allowOpenapi2,
    endpoints: patterns,
    methods,
    nameByOperation,
    requiredValue,
    optionalValue,
    datasetSuffix,
    globalLimit: limit,
    pipelineFile: settings?.pipelineFile ?? project.pipelineFile,
  });

  if (found !== undefined) {
    const offered = new Set(whole.resources.map((resource) => resource.name));
    await updateProject(context, flags, { found, project, pipeline, offered, memory });
    return;
  }
  const files = [...project.files, ...memory];
  const written: ProjectFile[] = [];
  const kept: ProjectFile[] = [];
  for (const file of files) {
    const stays = overwrite && file.isKept && (await exists(join(folder, file.path)));
    (stays ? kept : written).push(file);
  }
  // What is in it stays, but others need not read it.
  for (const { path, isSecret } of kept) if (isSecret) await protectFile(join(folder, path));
  if (overwrite) await replaceFiles(folder, written);
  else await createFolder(folder, files);
  reportProject(context, flags, { folder, project, pipeline, offered: whole.resources.length, tree, written });
}

async function readConfig(path: string): Promise<GeneratorSettings> {
  const text = await readIfThere(path);
  if (text !== undefined) return readGeneratorFile(text, path);
  throw new ConfigError("E_INPUT", `--config: ${path} does not exist`, {
    step: "config",
    hint: "Give the path of a configuration file of dlt-init-openapi, or leave --config out.",
  });
}

/** What remembers how the project was made: the settings, and the pipeline file as it was generated. */
function memoryFiles(project: Project, settings: GeneratedSettings): Project["files"] {
  const baseline = project.files.find(({ path }) => path === project.pipelineFile);
  return [
    { path: SETTINGS_PATH, text: writeSettings(settings), isSecret: false, isKept: false },
    {
      path: `${SETTINGS_FOLDER}/${settings.pipelineFile}`,
      text: baseline?.text ?? "",
      isSecret: false,
      isKept: false,
    },
  ];
}

/** True when a folder is there whose files may be written over; throws when it may not. */
async function mayWrite(context: CliContext, flags: GenerateFlags, folder: string): Promise<boolean> {
  if (!(await folderIsThere(folder))) return false;
  if (flags.force) return true;
  const question = `${folder} exists. Write over the files that were generated?`;
  if (flags.interactive && (await context.confirm(question)) === true) return true;
  throw folderExists(folder);
}

async function pick(context: CliContext, flags: GenerateFlags, whole: GeneratedPipeline): Promise<readonly string[]> {
  if (!flags.interactive || flags.json || !context.isTerminal || process.stdin.isTTY !== true) return [];
  // A terminal without a size, as some containers have, cannot show a list.
  if (whole.resources.length < 2 || (process.stderr.columns ?? 0) === 0) return [];
  const picked = await pickEndpoints(whole.resources);
  if (picked !== undefined) return picked;
  throw new SluiceError("E_CANCELLED", "no endpoints were chosen; nothing was written", {
    step: "config",
    hint: "Choose them with --endpoints, or take all with --no-interactive.",
  });
}

/** The name becomes that of a folder, a pipeline and a schema. */
function refuseName({ names }: GeneratedPipeline): void {
  if (names.project.length <= LONGEST_NAME && /^[\p{L}\p{N}_]+$/u.test(names.project)) return;
  throw new ConfigError("E_INPUT", `${JSON.stringify(names.project.slice(0, 60))} cannot be the name of a project`, {
    step: "config",
    hint: `Give a NAME of letters, digits and underscores, at most ${LONGEST_NAME}: sluice generate NAME ...`,
  });
}

const LONGEST_NAME = 100;

function needsDocument(): ConfigError {
  return new ConfigError("E_INPUT", "no OpenAPI document is given", {
    step: "config",
    hint: "Give --path FILE or --url URL.",
  });
}
