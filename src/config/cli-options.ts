import type { Setting } from "./setting.ts";
import { type SettingName, settingEntries } from "./settings.ts";

/** What a command line needs to offer a setting. */
export interface CliOption {
  /** Name of the setting; the key under which its text goes into the configuration. */
  readonly name: SettingName;
  /** `--base-url <text>`; a switch may stand without a value: `--allow-insecure-http [true|false]`. */
  readonly flags: string;
  /** Other spellings, each like {@link CliOption.flags}. */
  readonly aliases: readonly string[];
  /** Description with format and default. */
  readonly description: string;
  readonly choices?: readonly string[];
}

/** Settings that are no flags: `source` is the argument itself, the others are about GitHub. */
export const NO_FLAGS: ReadonlySet<string> = new Set([
  "source",
  "cache",
  "skip-without-credentials",
  "allow-pr-writes",
]);

/** The options of the command line, all or those of some settings, in the order of the documents. */
export function cliOptions(only?: readonly SettingName[]): readonly CliOption[] {
  return settingEntries()
    .filter(([name]) => !NO_FLAGS.has(name) && (only === undefined || only.includes(name)))
    .map(([name, spec]) => ({
      name,
      flags: flagText(name, spec),
      aliases: (spec.aliases ?? []).map((alias) => flagText(alias, spec)),
      description: `${withoutStop(spec.description)} (${describeFormat(spec)}; default: ${describeDefault(spec)})`,
      ...(spec.kind.choices === undefined ? {} : { choices: spec.kind.choices }),
    }));
}

/** `a whole number, at least 1` */
export function describeFormat(spec: Setting<unknown>): string {
  return spec.kind.format;
}

/** `5`, `the file's`, `none` */
export function describeDefault(spec: Setting<unknown>): string {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return spec.default === undefined ? "none" : `\`${String(spec.default)}\``;
}

function flagText(name: string, spec: Setting<unknown>): string {
  if (typeof spec.default === "boolean") return `--${name} [true|false]`;
  const word = spec.kind.choices?.join("|") ?? (typeof spec.default === "number" ? "number" : "text");
  return `--${name} <${word}>`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
