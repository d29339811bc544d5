import { describeDefault, describeFormat, NO_FLAGS } from "../../src/config/cli-options.ts";
import { environmentName } from "../../src/config/layers.ts";
import { OUTPUTS } from "../../src/config/outputs.ts";
import type { Setting, SettingGroup } from "../../src/config/setting.ts";
import { fileKeyOf, type SettingName, settingEntries } from "../../src/config/settings.ts";
import { ERROR_CODES, WARNING_CODES } from "../../src/core/error-codes.ts";

export const GENERATED = "<!-- Made by scripts/generate-docs.ts; change the declarations under src/ instead. -->";

const GROUPS: Readonly<Record<SettingGroup, string>> = {
  source: "Source",
  destination: "Destination",
  load: "Load",
  run: "Run",
  network: "Network",
};

/** The table of inputs for the README. */
export function inputTable(): string {
  const rows = settingEntries().map(([name, spec]) => [
    `\`${name}\``,
    describeDefault(spec),
    `${spec.description}${spec.onlyFor === undefined ? "" : ` Only for \`source: ${spec.onlyFor}\`.`}`,
  ]);
  return table(["input", "default", "what it does"], rows);
}

/** The table of outputs for the README. */
export function outputTable(): string {
  const rows = Object.entries(OUTPUTS).map(([name, { description, example }]) => [
    `\`${name}\``,
    description,
    code(example),
  ]);
  return table(["output", "what it is", "example"], rows);
}

/** `docs/reference/inputs.md`: every setting with all the places where it may be given. */
export function renderInputs(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const entries = settingEntries().filter(([, spec]) => spec.group === group);
    return [`## ${title}`, "", ...entries.flatMap(([name, spec]) => settingSection(name, spec))].join("\n");
  });
  return [
    GENERATED,
    "# Settings",
    "",
    "A setting is an input of the Action, a flag of the command line, a key of the pipeline file, and where dlt has a",
    "name for it an environment variable and a key of `.dlt/secrets.toml` or `.dlt/config.toml`. The first that is given wins,",
    "in this order: input or flag, environment, pipeline file, `.dlt/secrets.toml`, `.dlt/config.toml`, default.",
    "`<SECTION>` is the source's name without a trailing `_source`, for the built-in source `GITLAB`.",
    "",
    ...sections,
  ].join("\n");
}

function settingSection(name: SettingName, spec: Setting<unknown>): readonly string[] {
  const key = fileKeyOf(name);
  const flags = [name, ...(spec.aliases ?? [])].map((flag) => `\`--${flag}\``).join(", ");
  const variables = (spec.dlt ?? []).map((path) => `\`${environmentName(path.split("."))}\``);
  const toml = (spec.dlt ?? []).map((path) => `\`${path}\``);
  return [
    `### \`${name}\``,
    "",
    `${spec.description}${spec.onlyFor === undefined ? "" : ` Only for \`source: ${spec.onlyFor}\`.`}`,
    "",
    `- format: ${describeFormat(spec)}`,
    `- default: ${describeDefault(spec)}`,
    `- example: ${code(spec.example)}`,
    ...(name === "source" ? ["- flag: the argument of `sluice run`"] : NO_FLAGS.has(name) ? [] : [`- flag: ${flags}`]),
    ...(key === undefined ? [] : [`- pipeline file: \`${key}\``]),
    ...(variables.length === 0
      ? []
      : [`- environment: ${variables.join(", ")}`, `- \`.dlt/*.toml\`: ${toml.join(", ")}`]),
    "",
  ];
}

/** `docs/reference/outputs.md` */
export function renderOutputs(): string {
  const intro = "All outputs are set in success and in failure. A JSON value over 256 KiB is replaced by";
  return [GENERATED, "# Outputs", "", `${intro} \`{"truncated":true,"path":...}\`.`, "", outputTable(), ""].join("\n");
}

/** `docs/errors.md`: what each code means, its exit status, and whether running again can help. */
export function renderErrors(): string {
  const errors = Object.entries(ERROR_CODES).map(([name, { exit, retryable, meaning }]) => [
    `<a id="${name.toLowerCase()}"></a>\`${name}\``,
    String(exit),
    retryable ? "yes" : "no",
    meaning,
  ]);
  const warnings = Object.entries(WARNING_CODES).map(([name, meaning]) => [
    `<a id="${name.toLowerCase()}"></a>\`${name}\``,
    meaning,
  ]);
  return [
    GENERATED,
    "# Errors and warnings",
    "",
    "A failed run ends with one of these codes. The exit status follows from the code: 1 a bug, 2 usage or configuration,",
    "3 the source says no, 4 the destination says no, 5 try again later, 6 another run is in the way, 7 the data was refused,",
    "130 or 143 stopped by a signal. Nothing of a failed load stays in the database.",
    "",
    "## Errors",
    "",
    table(["code", "exit", "can running again help", "meaning"], errors),
    "",
    "## Warnings",
    "",
    "Warnings do not change the exit status; they are counted in the summary.",
    "",
    table(["code", "meaning"], warnings),
    "",
  ].join("\n");
}

/** A Markdown table; bars inside cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
