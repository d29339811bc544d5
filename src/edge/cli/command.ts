import { type Command, Option } from "commander";
import { cliOptions } from "../../config/cli-options.ts";
import type { SettingName } from "../../config/settings.ts";
import type { CliContext, CommonFlags } from "./context.ts";

export type Flags = CommonFlags & Readonly<Record<string, unknown>>;

/** What a command does. Errors that it throws end the process with the message and exit status of their code. */
export type Run = (context: CliContext, flags: Flags, args: readonly string[]) => Promise<void>;

/** Attaches what a command does to the command, with the flags that all commands have. */
export type Action = (command: Command, run: Run) => void;

/** Adds the flags of settings, all or some, to a command. */
export function addSettings(command: Command, only?: readonly SettingName[]): void {
  for (const { flags, aliases, description } of cliOptions(only)) {
    command.addOption(new Option(flags, description));
    for (const alias of aliases) command.addOption(new Option(alias, `same as ${flags}`).hideHelp());
  }
}
