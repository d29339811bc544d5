import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { renderActionYml } from "./docs/action-yml.ts";
import { pipelineJsonSchema, renderPipelineFile } from "./docs/pipeline-schema.ts";
import { inputTable, outputTable, renderErrors, renderInputs, renderOutputs } from "./docs/reference.ts";

/**
 * Everything that follows from the declarations of settings, outputs, error codes and the pipeline file, by path from
 * the project's folder. The README is given as it stands and comes back with its tables replaced.
 */
export function generatedFiles(readme: string | undefined): ReadonlyMap<string, string> {
  const files = new Map([
    ["action.yml", renderActionYml()],
    ["schema/pipeline.schema.json", `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`],
    ["docs/reference/inputs.md", renderInputs()],
    ["docs/reference/outputs.md", renderOutputs()],
    ["docs/reference/pipeline-file.md", renderPipelineFile()],
    ["docs/errors.md", renderErrors()],
  ]);
  if (readme !== undefined) {
    files.set("README.md", between(between(readme, "inputs", inputTable()), "outputs", outputTable()));
  }
  return files;
}

/** Puts text between `<!-- name:start -->` and `<!-- name:end -->`. */
function between(document: string, name: string, text: string): string {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`README.md needs the lines ${start} and ${end}`);
  return `${document.slice(0, from + start.length)}\n${text}\n${document.slice(to)}`;
}

async function main(): Promise<void> {
  const root = join(import.meta.dirname, "..");
  const readme = await readFile(join(root, "README.md"), "utf8").catch(() => undefined);
  for (const [path, text] of generatedFiles(readme)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

if (import.meta.main) await main();
