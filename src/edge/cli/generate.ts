import { type Command, Option } from "commander";
import { NETWORK_SETTING_NAMES } from "../../config/settings.ts";
import { type Action, addSettings } from "./command.ts";

/** Network settings that matter for a document. */
const FETCH_SETTINGS = [
  "max-attempts",
  "max-retry-wait",
  "idle-timeout",
  "request-timeout",
  "max-redirects",
  "tls-verify",
  "ca-certificate",
  "allow-private-network",
  "allow-insecure-http",
];

/** `sluice generate [NAME]`: an OpenAPI document becomes a project folder with a pipeline file. */
export function addGenerate(program: Command, action: Action): void {
  const command = program
    .command("generate")
    .argument("[name]", "name of the source, and of the folder; the document's title when absent")
    .option("--path <file>", "OpenAPI document, JSON or YAML, 2.0 or 3.x")
    .option("--url <url>", "the same, fetched")
    .option(
      "--config <file>",
      "configuration file of dlt-init-openapi: include_methods, suffixes of names, placeholders",
    )
    .option("--output-path <dir>", "folder in which the project folder is made", ".")
    .option(
      "--endpoints <patterns>",
      "which endpoints: globs of paths, operation ids, resources or tables, tag:NAME, -PATTERN",
    )
    .option(
      "--global-limit <pages>",
      "write a limit of so many pages a list into the pipeline file, to try it; 0: none",
    )
    .addOption(new Option("--format <format>", "form of the pipeline file").choices(["yaml", "json"]).default("yaml"))
    .option("--methods <methods>", "methods that become resources: get, post, put, patch (default: get)")
    .option("--name-by-operation", "name resources by operation ids, whatever else would do")
    .option("--interactive", "choose endpoints from a list, as is done on a terminal by itself")
    .option("--no-interactive", "ask nothing: take all endpoints, or those of --endpoints")
    .option("--compat", "the very result of dlt-init-openapi 0.1.0, also where it is poor")
    .option(
      "--allow-openapi-2",
      "with --compat: take OpenAPI 2.0 as dlt-init-openapi does; without, it is converted anyway",
    )
    .option("--explain", "say why each key is as it is")
    .option("--update", "bring a project folder up to date with its document; what you changed stays")
    .option("--force", "write over the generated files of a folder that exists; secrets.toml stays")
    .description("make a project folder with a pipeline file from an OpenAPI document")
    .addHelpText(
      "after",
      "\nExample:\n  sluice generate gitlab --url https://example.com/openapi.yaml --global-limit 2",
    );
  addSettings(
    command,
    NETWORK_SETTING_NAMES.filter((name) => FETCH_SETTINGS.includes(name)),
  );
  action(command, async (context, flags, [name]) => {
    // Loaded here, so that no other command waits for the reader of documents.
    const { generate } = await import("./generate/generate-project.ts");
    await generate(context, flags, name);
  });
}
