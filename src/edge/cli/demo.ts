import { rmdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { renderLoadInfo } from "../../report/load-info.ts";
import { renderLoadInfoJson } from "../../report/load-info-json.ts";
import { redactTrace } from "../../report/redact-trace.ts";
import { type DemoSettings, runDemo } from "../demo/run-demo.ts";
import { runConfigured } from "../shared/run-configured.ts";
import type { Action, Flags } from "./command.ts";
import { type CliContext, configure } from "./context.ts";
import { reportFailureTrace } from "./failure.ts";

/** `sluice demo`: the main job against the sample GitLab, twice. */
export function addDemo(program: Command, action: Action): void {
  const command = program
    .command("demo")
    .option("--keep", "leave the database running until Ctrl-C, to look at the rows")
    .description("load the sample GitLab into an embedded PostgreSQL, then a second day incrementally")
    .addHelpText("after", "\nExample:\n  sluice demo --keep");
  action(command, async (context, flags) => {
    const json = flags.json === true;
    const workFolder = resolve(".sluice");
    let error: unknown;
    const { traces } = await runDemo({
      workFolder,
      signal: context.signal,
      runPipelineOnce: async (settings) => {
        const run = await runOnce(context, flags, settings);
        error = run.error;
        return redactTrace(context.redact, run.trace);
      },
      renderLoadInfo,
      say: (text) => (json ? context.err(`${text}\n`) : context.out(text)),
      keep: flags.keep === true,
      keepCommand: "npm run demo -- --keep",
      onSecret: (value) => context.addSecrets([value]),
    }).finally(async () => {
      // The demo has emptied its own folder; this one goes too unless pipelines have run here.
      await rmdir(workFolder).catch(() => {});
    });
    const failure = traces.find((trace) => trace.failure !== undefined)?.failure;
    if (failure !== undefined) reportFailureTrace(context, flags, failure, error);
    else if (json) context.out(JSON.stringify({ ok: true, runs: traces.map(renderLoadInfoJson) }));
  });
}

/** One day of the demo: what `sluice run gitlab` does with these flags. */
async function runOnce(context: CliContext, flags: Flags, settings: DemoSettings): ReturnType<typeof runConfigured> {
  // The demo is about its own sample: settings in the environment or in a `.dlt` folder must not reach it.
  const own = { ...context, environment: {}, addSecrets: context.addSecrets };
  const configuration = await configure(own, settings.source, {
    baseUrl: settings.baseUrl,
    token: settings.token.reveal(),
    connectionString: settings.connectionString.reveal(),
    pipelineName: settings.pipelineName,
    datasetName: settings.datasetName,
  });
  return runConfigured(configuration, {
    workingDirectory: settings.workFolder,
    signal: settings.signal,
    onEvent: flags.verbose === true ? (event) => context.err(`${JSON.stringify(event)}\n`) : () => {},
    environment: {},
  });
}
