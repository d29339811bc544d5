import { describeDefault, describeFormat } from "../../src/config/cli-options.ts";
import { OUTPUTS } from "../../src/config/outputs.ts";
import type { Setting } from "../../src/config/setting.ts";
import { settingEntries } from "../../src/config/settings.ts";

/** The text of `action.yml`: its inputs are the settings, its outputs the declared outputs. */
export function renderActionYml(): string {
  const lines = [
    "# Made by scripts/generate-docs.ts from src/config; change it there.",
    "name: Sluice",
    "author: The Sluice authors",
    "description: Load a REST API, GitLab first, into PostgreSQL or AlloyDB in one transaction, compatible with dlt.",
    "branding:",
    "  icon: download-cloud",
    "  color: blue",
    "inputs:",
    // No `default:` members: an input that is not given must be told from one that is, so that a file can decide.
    ...settingEntries().flatMap(([name, spec]) => [
      `  ${name}:`,
      `    description: ${JSON.stringify(inputDescription(spec))}`,
      "    required: false",
    ]),
    "outputs:",
    ...Object.entries(OUTPUTS).flatMap(([name, output]) => [
      `  ${name}:`,
      `    description: ${JSON.stringify(`${output.description} Example: ${output.example}`)}`,
    ]),
    "runs:",
    "  using: node24",
    "  main: dist/main/index.js",
    "  post: dist/post/index.js",
    "  post-if: always()",
    "",
  ];
  return lines.join("\n");
}

function inputDescription(spec: Setting<unknown>): string {
  const only = spec.onlyFor === undefined ? "" : ` Only for the source ${spec.onlyFor}.`;
  // The runner evaluates expressions also in descriptions, so an example must not hold one.
  const example = spec.secret === true ? "Pass a secret." : `Example: ${spec.example}`;
  const format = describeFormat(spec);
  const text = `${spec.description}${only} Format: ${format}. Default: ${describeDefault(spec)}. ${example}`;
  return text.replaceAll("`", "");
}
