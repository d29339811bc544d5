import { type Command, Option } from "commander";
import { ConfigError } from "../../core/errors.ts";
import { compactJson } from "../../core/json-writer.ts";
import { WarningLog } from "../../core/warnings.ts";
import { createTableSql } from "../../destination/postgres/sql/tables.ts";
import { completeColumns } from "../../schema/schema.ts";
import { schemaFileDocument, schemaFileText } from "../../schema/schema-file.ts";
import { parseStoredSchema } from "../../schema/stored.ts";
import type { Schema } from "../../schema/table.ts";
import { defaultSchemaName } from "../../state/pipeline-state.ts";
import { type Action, addSettings } from "./command.ts";
import type { CliContext } from "./context.ts";
import { findPipeline, type KnownPipeline, PIPELINE_SETTINGS, withDestination } from "./known-pipeline.ts";

const FORMATS = ["yaml", "json", "sql"] as const;

/** `sluice schema [PIPELINE]`: the stored schema. */
export function addSchema(program: Command, action: Action): void {
  const command = program
    .command("schema")
    .argument("[pipeline]", "name of a pipeline that ran here; the only one when absent")
    .addOption(
      new Option("--format <format>", "dlt's YAML or JSON, or CREATE TABLE statements")
        .choices(FORMATS)
        .default("yaml"),
    )
    .option("--schema <name>", "which of several schemas; the default one when absent")
    .description("print the stored schema; without a database the one of the newest package here")
    .addHelpText("after", "\nExample:\n  sluice schema gitlab_pipeline --format yaml > gitlab.schema.yaml");
  addSettings(command, PIPELINE_SETTINGS);
  action(command, async (context, { format, schema: wanted, ...flags }, [given]) => {
    const known = await findPipeline(context, flags, given, "schema");
    const schema = await readSchema(context, known, typeof wanted === "string" ? wanted : undefined);
    const { name, version, versionHash } = schema;
    if (flags.json === true) {
      const facts = {
        ok: true,
        pipeline: known.name,
        dataset: known.dataset,
        name,
        version,
        version_hash: versionHash,
      };
      const content =
        format === "sql" ? { sql: tablesSql(known.dataset, schema) } : { schema: schemaFileDocument(schema) };
      context.out(compactJson({ ...facts, ...content }));
    } else if (format === "sql") context.out(tablesSql(known.dataset, schema));
    else context.out(schemaFileText(schema, format === "json" ? "json" : "yaml").replace(/\n$/, ""));
  });
}

async function readSchema(context: CliContext, known: KnownPipeline, wanted: string | undefined): Promise<Schema> {
  const { dataset, name: pipeline } = known;
  if (known.hasDatabase) {
    const { state, schemas } = await withDestination(context, known, (destination) => {
      const names = [wanted ?? known.schemaName].filter((name) => name !== undefined);
      return destination.sync({
        dataset,
        pipeline,
        schemas: names,
        signal: context.signal,
        warn: new WarningLog().warn,
      });
    });
    const name = wanted ?? (state === null ? undefined : defaultSchemaName(state)) ?? known.schemaName;
    const found = name === undefined ? undefined : schemas.get(name);
    if (found !== undefined) return found;
    throw notFound(known, name, `dataset ${dataset}`, [...schemas.keys()]);
  }
  const local = known.packages.flatMap(({ manifest }) => manifest ?? []);
  const manifest = local.findLast(({ schemaName }) => wanted === undefined || schemaName === wanted);
  if (manifest !== undefined) return parseStoredSchema(manifest.schema);
  throw notFound(known, wanted, "the work folder", [...new Set(local.map(({ schemaName }) => schemaName))]);
}

function notFound(
  known: KnownPipeline,
  name: string | undefined,
  where: string,
  names: readonly string[],
): ConfigError {
  const which = name === undefined ? "" : ` ${name}`;
  return new ConfigError("E_INPUT", `no schema${which} of pipeline ${known.name} is stored in ${where}`, {
    step: "config",
    hint: names.length > 0 ? `There is ${names.join(", ")}.` : "Check --connection-string and --dataset-name.",
    context: { pipeline: known.name, dataset: known.dataset },
  });
}

function tablesSql(dataset: string, { tables }: Schema): string {
  return [...tables.values()]
    .map((table) => ({ name: table.name, columns: completeColumns(table) }))
    .filter(({ columns }) => columns.length > 0)
    .map(({ name, columns }) => `${createTableSql(dataset, name, columns, { unique: "now" })};`)
    .join("\n\n");
}
