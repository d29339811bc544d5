import { join, relative, resolve } from "node:path";
import type { NameSuffixes } from "../../../config/generator-file.ts";
import { ConfigError, SluiceError } from "../../../core/errors.ts";
import { compactJson } from "../../../core/json-writer.ts";
import type { GeneratedPipeline } from "../../../generate/model.ts";
import { projectNames } from "../../../generate/project-names.ts";
import type { Project, ProjectFile } from "../../../generate/render/project-files.ts";
import {
  type GeneratedSettings,
  readSettings,
  SETTINGS_FOLDER,
  SETTINGS_PATH,
} from "../../../generate/update/generated-settings.ts";
import { lineDiff } from "../../../generate/update/line-diff.ts";
import { mergeJsonPipeline } from "../../../generate/update/merge-json.ts";
import { type MergedPipeline, mergePipeline } from "../../../generate/update/merge-pipeline.ts";
import { BlocksError } from "../../../generate/update/pipeline-blocks.ts";
import { printable } from "../../../report/printable.ts";
import type { CliContext } from "../context.ts";
import type { GenerateFlags } from "./flags.ts";
import { exists, readIfThere, replaceFiles } from "./project-folder.ts";
import { explanation, projectFacts } from "./report-project.ts";

/** A project folder that was generated before. */
export interface FoundProject {
  readonly folder: string;
  readonly settings: GeneratedSettings;
}

export interface ProjectUpdate {
  readonly found: FoundProject;
  readonly project: Project;
  readonly pipeline: GeneratedPipeline;
  /** Names of all resources of the document, those that are not chosen too. */
  readonly offered: ReadonlySet<string>;
  /** The new settings and the new baseline. */
  readonly memory: readonly ProjectFile[];
}

/** The project to update: that of the name, else the output path itself. Throws `E_INPUT` when it is none. */
export async function findProject(
  flags: GenerateFlags,
  name: string | undefined,
  suffixes: NameSuffixes | undefined,
): Promise<FoundProject> {
  const folder = resolve(flags.outputPath, name === undefined ? "." : projectNames(name, suffixes).folder);
  const text = await readIfThere(join(folder, SETTINGS_PATH));
  const settings = text === undefined ? undefined : readSettings(text);
  if (settings !== undefined) {
    const { document } = settings;
    const place = "path" in document ? { path: resolve(folder, document.path) } : document;
    return { folder, settings: { ...settings, document: place } };
  }
  const what =
    text === undefined ? `${folder} has no ${SETTINGS_PATH}` : `${join(folder, SETTINGS_PATH)} cannot be read`;
  throw new ConfigError("E_INPUT", what, {
    step: "config",
    hint: "Give the NAME of a project that sluice generate has made here, or run this in its folder.",
  });
}

/**
 * Brings the pipeline file of a project up to what is generated now: shows what changes, asks on a terminal, writes. The
 * other files are written only where they are missing.
 */
export async function updateProject(context: CliContext, flags: GenerateFlags, update: ProjectUpdate): Promise<void> {
  const { found, project, memory } = update;
  const { folder, settings } = found;
  const path = join(folder, settings.pipelineFile);
  const fresh = memory.at(-1)?.text ?? "";
  const mine = await readIfThere(path);
  const base = await readIfThere(join(folder, SETTINGS_FOLDER, settings.pipelineFile));
  const merged = mine === undefined ? undefined : merge(path, base, mine, fresh);
  const missing: ProjectFile[] = [];
  for (const file of project.files) {
    if (file.path !== project.pipelineFile && !(await exists(join(folder, file.path)))) missing.push(file);
  }
  const changes = merged?.changes ?? [{ before: "", after: fresh }];
  if (!flags.json) for (const line of diffLines(changes)) context.out(line);
  if (changes.length > 0 && flags.interactive && !flags.json) {
    const answer = await context.confirm(`Write these changes to ${path}?`);
    if (answer === false) {
      throw new SluiceError("E_CANCELLED", "the update was not wanted; nothing was written", {
        step: "config",
        hint: "Run it again, or with --no-interactive to write without being asked.",
      });
    }
  }
  const pipelineFile = { path: settings.pipelineFile, text: merged?.text ?? fresh, isSecret: false, isKept: false };
  await replaceFiles(folder, [...(changes.length > 0 ? [pipelineFile] : []), ...missing, ...memory]);
  report(context, flags, update, { merged, missing, changes: changes.length });
}

function merge(path: string, base: string | undefined, mine: string, fresh: string): MergedPipeline {
  try {
    return (path.endsWith(".json") ? mergeJsonPipeline : mergePipeline)(base, mine, fresh);
  } catch (error) {
    if (!(error instanceof BlocksError)) throw error;
    throw new ConfigError("E_INPUT", `${path} cannot be merged: ${error.message}`, {
      step: "config",
      hint: "Correct the file, or generate into another folder and compare.",
      cause: error,
    });
  }
}

function diffLines(changes: readonly { readonly before: string; readonly after: string }[]): readonly string[] {
  return changes.flatMap(({ before, after }, index) => [...(index === 0 ? [] : ["..."]), ...lineDiff(before, after)]);
}

interface Outcome {
  readonly merged: MergedPipeline | undefined;
  readonly missing: readonly ProjectFile[];
  readonly changes: number;
}

function report(context: CliContext, flags: GenerateFlags, update: ProjectUpdate, outcome: Outcome): void {
  const { found, project, pipeline, offered } = update;
  const { merged, missing, changes } = outcome;
  const { added = [], changed = [], removed: absent = [], leftOut = [], kept = [] } = merged ?? {};
  const removed = absent.filter((name) => !offered.has(name));
  const notChosen = absent.filter((name) => offered.has(name));
  if (flags.json) {
    const facts = projectFacts(found.folder, project, pipeline);
    const files = missing.map(({ path }) => path);
    context.out(
      compactJson({
        ok: true,
        ...facts,
        updated: changes > 0,
        added,
        changed,
        removed,
        not_chosen: notChosen,
        left_out: leftOut,
        kept,
        files,
      }),
    );
    return;
  }
  const line = (word: string, names: readonly string[], note: string) =>
    names.length === 0 ? [] : [`${word}: ${names.map(printable).join(", ")}${note}`];
  context.out(
    [
      changes === 0
        ? "nothing has changed"
        : `${printable(relative(process.cwd(), found.folder) || ".")} is up to date`,
      ...line("added", added, ""),
      ...line("changed", changed, ""),
      ...line("your lines kept where the document changed them too", kept, ""),
      ...line("no longer in the document", removed, "; they stay in the file: take them out if they fail"),
      ...line("no longer chosen", notChosen, "; they stay in the file: take them out if you do not want them"),
      ...line("taken out by you, stays out", leftOut, ""),
      ...line(
        "files added",
        missing.map(({ path }) => path),
        "",
      ),
      ...(flags.explain ? explanation(pipeline) : []),
    ].join("\n"),
  );
}
