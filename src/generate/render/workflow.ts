import type { GeneratedPipeline } from "../model.ts";
import { environmentVariable } from "./environment-variable.ts";
import { oneLine } from "./one-line.ts";
import { yamlText } from "./yaml-scalar.ts";

/**
 * A GitHub workflow that loads the pipeline each day with the Action. It takes effect where the project folder is the
 * repository; the paths in it are from there.
 */
export function renderWorkflow({ names, secrets, title }: GeneratedPipeline, pipelineFile: string): string {
  const text = (value: string) => yamlText(value, false);
  const variables = secrets.map((secret) => environmentVariable(names.project, secret));
  const lines = [
    `# Loads ${oneLine(title)} each day. The project folder has to be the top of the repository, or this file has to move`,
    "# into .github/workflows of the repository and `source` has to name the folder.",
    `name: ${text(`Load ${names.project}`)}`,
    "on:",
    "  schedule:",
    '    - cron: "23 5 * * *"',
    "  workflow_dispatch:",
    "permissions:",
    "  contents: read",
    "concurrency:",
    `  group: ${text(`sluice-${names.pipeline}`)} # one run of a pipeline at a time`,
    "  cancel-in-progress: false",
    "jobs:",
    "  load:",
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 60",
    "    steps:",
    "      - uses: actions/checkout@v7",
    "        with:",
    "          persist-credentials: false",
    "      - uses: OWNER/sluice@v1 # better: a full commit id",
    "        with:",
    `          source: ${text(pipelineFile)}`,
    "          connection-string: $" + "{{ secrets.ALLOYDB_URL }}",
  ];
  if (variables.length > 0) {
    lines.push("        env:");
    for (const name of variables) lines.push(`          ${name}: \${{ secrets.${name} }}`);
  }
  return `${lines.join("\n")}\n`;
}
