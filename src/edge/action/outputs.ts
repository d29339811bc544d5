import { mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutputName } from "../../config/outputs.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { type Annotation, renderAnnotations } from "../../report/annotations.ts";
import { renderLoadInfoJson } from "../../report/load-info-json.ts";
import { type ReportPaths, renderOutputs } from "../../report/outputs.ts";
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
}

/**
 * Writes everything that a run leaves behind: `load-info.json`, `trace.json` and `summary.md` below the runner's
 * temporary folder, outputs, job summary, annotations. The trace is masked already. Outputs come first: nothing that
 * goes wrong with the rest may lose them. Returns what could not be written; that never fails a run.
 */
export async function reportRun(
  trace: Trace,
  reporter: Reporter,
  environment: Environment,
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
  await attempt("load-info.json", () =>
    writeFile(paths.loadInfo, `${JSON.stringify(renderLoadInfoJson(trace), null, 2)}\n`),
  );
  await attempt("trace.json", () => writeFile(paths.trace, `${JSON.stringify(trace, null, 2)}\n`));
  await attempt("summary.md", () => writeFile(paths.summary, renderSummary(trace, Number.POSITIVE_INFINITY)));
  await attempt("the job summary", async () => {
    await reporter.writeSummary(renderSummary(trace, await summaryBudget(environment)));
  });
  for (const annotation of renderAnnotations(trace)) annotate(reporter, annotation);
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

/** The failure without a place in a file is told by `setFailed` alone. */
function annotate(reporter: Reporter, annotation: Annotation): void {
  const { level, title, message, file, line } = annotation;
  if (level === "error" && file === undefined) return;
  reporter[level](message, {
    title,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { startLine: line }),
  });
}
