import type { GeneratedPipeline, GeneratedResource } from "../model.ts";
import { environmentVariable } from "./environment-variable.ts";
import { oneLine } from "./one-line.ts";

/** README.md of a generated project: how to fill it in and run it, and what it loads. */
export function renderReadme(pipeline: GeneratedPipeline, pipelineFile: string): string {
  const { names, title, servers, secrets, resources } = pipeline;
  const variables = secrets.map((secret) => `\`${environmentVariable(names.project, secret)}\``);
  const credentials =
    secrets.length === 0
      ? "The document names no authentication that can be used. If the API needs one, add `auth` under `client` in the pipeline file."
      : `Put your credentials into \`.dlt/secrets.toml\` (it is not committed), or set ${variables.join(", ")} in the environment.`;
  const address =
    servers.baseUrl === undefined
      ? "The document names no server: put the base URL into `.dlt/config.toml`."
      : "The base URL stands in `.dlt/config.toml`.";
  return `${[
    `# ${cell(title)}`,
    "",
    `Loads ${cell(title)} into PostgreSQL or AlloyDB with Sluice. \`sluice generate\` has made this folder from an OpenAPI document.`,
    "",
    "```sh",
    `sluice check ${pipelineFile}   # what is left to fill in; can the source and the database be reached?`,
    `sluice run ${pipelineFile}     # loads; without --connection-string into an embedded PostgreSQL`,
    "```",
    "",
    "## Before the first run",
    "",
    `1. ${address}`,
    `2. ${credentials}`,
    `3. Replace each \`${code(pipeline.placeholder)}\` in \`${pipelineFile}\`; \`sluice check ${pipelineFile} --offline\` lists them.`,
    "",
    "`.github/workflows/load.yml` runs it each day as a GitHub Action.",
    "",
    "## What is loaded",
    "",
    "| endpoint | resource | table | |",
    "|---|---|---|---|",
    ...resources.map(row),
    "",
    "## When the API changes",
    "",
    "Run the command that made this folder again with `--update`: it adds new endpoints, keeps what you changed, and shows",
    "what it will do first. `.generate/` holds what was generated last, to tell your changes from the document's.",
  ].join("\n")}\n`;
}

function row({ operation, name, tableName, selected }: GeneratedResource): string {
  const note = [selected ? [] : ["not selected"], operation.comment === undefined ? [] : [operation.comment]].flat();
  return `| ${operation.method} \`${code(operation.path)}\` | \`${code(name)}\` | \`${code(tableName)}\` | ${cell(note.join("; "))} |`;
}

/** Text of the document within a table of Markdown: it marks up nothing and stays in its cell. */
function cell(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|!&]/g, (character) => `\\${character}`);
}

function code(text: string): string {
  return oneLine(text).replaceAll("`", "'").replaceAll("|", "\\|");
}
