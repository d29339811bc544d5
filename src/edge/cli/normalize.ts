import type { Command } from "commander";
import { dataRules } from "../shared/data-rules.ts";
import { normalizeFiles } from "../shared/normalize-files.ts";
import type { Action } from "./command.ts";
import { addSettings } from "./command.ts";
import { configure } from "./context.ts";
import { printWarnings } from "./print-warnings.ts";

/** `sluice normalize FILE.jsonl... --out DIR`: rows and schema as files, without a destination. */
export function addNormalize(program: Command, action: Action): void {
  const command = program
    .command("normalize")
    .argument("<files...>", "files of JSON lines; the resource is the file's name without extension")
    .requiredOption("--out <dir>", "folder for the tables; made when it is missing")
    .option("--primary-key <names>", "columns of the primary key, comma separated")
    .option("--merge-key <names>", "columns of the merge key, comma separated")
    .option("--columns <file>", "column hints, a JSON or YAML mapping of name to hints")
    .option("--schema <file>", "stored schema document to start from")
    .option("--load-id <id>", "load id of the rows; the present time when absent")
    .description("write the tables that records become as CSV, with the schema document")
    .addHelpText("after", "\nExample:\n  sluice normalize records/issues.jsonl --out tables --primary-key id");
  addSettings(command, [
    "write-disposition",
    "max-table-nesting",
    "on-null-key",
    "on-big-integer",
    "reserved-fields",
    "compat",
  ]);
  action(command, async (context, flags, files) => {
    const { out, primaryKey, mergeKey, columns, schema, loadId, ...rest } = flags;
    const { settings } = await configure(context, undefined, rest, { needsDestination: false });
    const summary = await normalizeFiles(files, String(out), {
      primaryKey: names(primaryKey),
      mergeKey: names(mergeKey),
      writeDisposition: settings.writeDisposition ?? "append",
      ...(settings.maxTableNesting === undefined ? {} : { maxTableNesting: settings.maxTableNesting }),
      ...(typeof columns === "string" ? { columnsFile: columns } : {}),
      ...(typeof schema === "string" ? { schemaFile: schema } : {}),
      ...(typeof loadId === "string" ? { loadId } : {}),
      data: dataRules(settings),
      signal: context.signal,
    });
    printWarnings(context, summary.warnings);
    if (flags.json === true) context.out(JSON.stringify({ ok: true, ...summary }));
    else {
      for (const { table, rows, path } of summary.tables) context.out(`${table}: ${rows} row(s) -> ${path}`);
      context.out(`schema -> ${summary.schemaPath}`);
    }
  });
}

function names(given: unknown): readonly string[] {
  return typeof given === "string" ? given.split(",").map((name) => name.trim()) : [];
}
