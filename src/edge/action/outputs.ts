import { existsSync } from "node:fs";
import { mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { OutputName } from "../../config/outputs.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { type Annotation, type FilePlace, renderAnnotations } from "../../report/annotations.ts";
import { renderLoadInfoJson } from "../../report/load-info-json.ts";
import { type ReportPaths, renderOutputs } from "../../report/outputs.ts";
import { printableJson } from "../../report/printable.ts";
import { renderSummary, SUMMARY_BYTES } from "../../report/summary.ts";
import type { Environment } from "./inputs.ts";

/** The part of `@actions/core` that tells the runner what came out. */
export interface Reporter {
  setOutput(name: string, value: string): void;
  error(text: string, at: AnnotationPlace): void;
  warning(text: string, at: AnnotationPlace): void;
  notice(text: string, at: AnnotationPlace): void;
  /** Appends to the job summary. */
  writeSummary(markdown: string): Promise<void>;
}

export interface AnnotationPlace {
  readonly title: string;
  readonly file?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

/**
 * Writes everything that a run leaves behind: `load-info.json`, `trace.json` and `summary.md` below the runner's
 * temporary folder, outputs, job summary, annotations. The trace is masked already. Outputs come first: nothing that
 * goes wrong with the rest may lose them. `resources` says where each resource is declared. Returns what could not be written; that never fails a run.
 */
export async function reportRun(
  trace: Trace,
  reporter: Reporter,
  environment: Environment,
  resources?: ReadonlyMap<string, FilePlace>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const attempt = async (what: string, write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      problems.push(`${what} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const folder = await reportFolder(environment, problems);
  const paths: ReportPaths = {
    loadInfo: join(folder, "load-info.json"),
    trace: join(folder, "trace.json"),
    summary: join(folder, "summary.md"),
  };
  await attempt("the outputs", async () => {
    const outputs: Readonly<Record<OutputName, string>> = renderOutputs(trace, paths);
    for (const [name, value] of Object.entries(outputs)) reporter.setOutput(name, value);
  });
  await attempt("load-info.json", () => writeFile(paths.loadInfo, `${printableJson(renderLoadInfoJson(trace), 2)}\n`));
  await attempt("trace.json", () => writeFile(paths.trace, `${printableJson(trace, 2)}\n`));
  await attempt("summary.md", () => writeFile(paths.summary, renderSummary(trace, Number.POSITIVE_INFINITY)));
  await attempt("the job summary", async () => {
    const summary = renderSummary(trace, await summaryBudget(environment));
    if (summary === "") throw new Error("this step has used up GitHub's 1 MiB; the output summary-path names the file");
    await reporter.writeSummary(summary);
  });
  const repositoryPath = (file: string) => pathInRepository(file, environment);
  const options = { repositoryPath, ...(resources === undefined ? {} : { resources }) };
  for (const annotation of renderAnnotations(trace, options)) annotate(reporter, annotation);
  return problems;
}

/** A folder of its own for each use of the Action in a job. */
async function reportFolder(environment: Environment, problems: string[]): Promise<string> {
  const parent = environment.RUNNER_TEMP || tmpdir();
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(join(parent, "sluice-"));
  } catch (error) {
    problems.push(`no folder in ${parent}: ${error instanceof Error ? error.message : String(error)}`);
    return parent;
  }
}

/** What the runner still takes: 1 MiB a step, of which an earlier use in this step may have a part. */
async function summaryBudget(environment: Environment): Promise<number> {
  const path = environment.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "") return SUMMARY_BYTES;
  const written = await stat(path).catch(() => ({ size: 0 }));
  return Math.min(SUMMARY_BYTES, Math.max(0, 1_000_000 - written.size));
}

/** GitHub shows an annotation at a line only for a file of the checkout, named from its root. */
function pathInRepository(file: string, environment: Environment): string | undefined {
  const root = environment.GITHUB_WORKSPACE || ".";
  const full = resolve(root, file);
  const path = relative(resolve(root), full);
  if (path === "" || path.startsWith("..") || isAbsolute(path) || !existsSync(full)) return undefined;
  return path.split(sep).join("/");
}

function annotate(reporter: Reporter, annotation: Annotation): void {
  const { level, title, message, file, line, column } = annotation;
  reporter[level](message, {
    title,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { startLine: line }),
    ...(column === undefined ? {} : { startColumn: column }),
  });
}
