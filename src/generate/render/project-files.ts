import type { GeneratedPipeline } from "../model.ts";
import { renderPipelineFile } from "./pipeline-file.ts";
import { renderReadme } from "./readme.ts";
import { renderConfigToml, renderSecretsToml } from "./toml-files.ts";
import { renderWorkflow } from "./workflow.ts";
import { withNames } from "./writable-names.ts";

export interface ProjectFile {
  /** Below the project folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** True for what only its owner may read. */
  readonly isSecret: boolean;
  /** True for files that hold what the user gave: not even `--force` writes over them. */
  readonly isKept: boolean;
}

export interface Project {
  /** Name of the folder. */
  readonly folder: string;
  /** The pipeline file below it. */
  readonly pipelineFile: string;
  readonly files: readonly ProjectFile[];
}

export interface ProjectOptions {
  readonly format: "yaml" | "json";
  readonly documentName: string;
  readonly limit: number | undefined;
  /** Name of the pipeline file of a project that is there; undefined: that of the names. */
  readonly pipelineFile?: string | undefined;
}

/** All that a project folder is made of, but for what remembers how it was made. */
export function renderProject(analysed: GeneratedPipeline, options: ProjectOptions): Project {
  const pipeline = withNames(analysed);
  const pipelineFile = options.pipelineFile ?? `${pipeline.names.file}.${options.format}`;
  const file = (path: string, text: string): ProjectFile => ({ path, text, isSecret: false, isKept: false });
  return {
    folder: pipeline.names.folder,
    pipelineFile,
    files: [
      file(pipelineFile, renderPipelineFile(pipeline, options)),
      file(".dlt/config.toml", renderConfigToml(pipeline)),
      { path: ".dlt/secrets.toml", text: renderSecretsToml(pipeline), isSecret: true, isKept: true },
      file(".gitignore", GITIGNORE),
      file("README.md", renderReadme(pipeline, pipelineFile)),
      file(".github/workflows/load.yml", renderWorkflow(pipeline, pipelineFile)),
    ],
  };
}

/** `*.duckdb` for those who run the folder with dlt. */
const GITIGNORE = `# Credentials, and what runs leave behind.
secrets.toml
.sluice/
*.duckdb
`;
