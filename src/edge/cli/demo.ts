import type { Command } from "commander";
import type { Action } from "./command.ts";

/** `sluice demo`: the main job against the sample GitLab, twice. */
export function addDemo(program: Command, action: Action): void {
  const command = program
    .command("demo")
    .description("load the sample GitLab into an embedded PostgreSQL, then a second day incrementally")
    .addHelpText("after", "\nExample:\n  sluice demo");
  action(command, async (context, flags) => {
    const { runDemo } = await import("../shared/demo.ts");
    await runDemo(context, flags);
  });
}
