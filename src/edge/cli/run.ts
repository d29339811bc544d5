import type { Command } from "commander";
import { renderLoadInfo } from "../../report/load-info.ts";
import { renderLoadInfoJson } from "../../report/load-info-json.ts";
import { redactTrace } from "../../report/redact-trace.ts";
import { runConfigured } from "../shared/run-configured.ts";
import { type Action, addSettings } from "./command.ts";
import { configure, workingDirectory } from "./context.ts";
import { reportFailureTrace } from "./failure.ts";
import { showProgress } from "./progress.ts";

/** `sluice run [FILE|SOURCE]`: the main job. */
export function addRun(program: Command, action: Action): void {
  const command = program
    .command("run")
    .argument("[source]", "pipeline file, or built-in source", undefined)
    .description("extract, normalize and load; without a connection string into the embedded PostgreSQL under .sluice/")
    .addHelpText(
      "after",
      "\nExample:\n  sluice run pipeline.yaml --connection-string postgresql://loader@db.example.com/analytics --progress log",
    );
  addSettings(command);
  action(command, async (context, flags, [source]) => {
    const configuration = await configure(context, source, flags);
    const { trace, error } = await runConfigured(configuration, {
      workingDirectory: workingDirectory(configuration),
      startedAt: performance.timeOrigin,
      signal: context.signal,
      onEvent: showProgress(context, configuration.settings, flags.verbose === true),
      environment: context.environment,
    });
    const shown = redactTrace(context.redact, trace);
    if (shown.failure !== undefined) {
      if (shown.packages.length > 0) context.err(`${renderLoadInfo(shown)}\n`);
      reportFailureTrace(context, flags, shown.failure, error);
    } else if (flags.json === true) context.out(JSON.stringify({ ok: true, ...renderLoadInfoJson(shown) }));
    else context.out(renderLoadInfo(shown));
  });
}
