import { z } from "zod";
import { contractShape } from "./contract-shape.ts";
import { restApiShape } from "./rest-api/shape.ts";
import { fileKeyOf, settingEntries } from "./settings.ts";

/** Sources that need no pipeline file. */
export const BUILT_IN_SOURCES = ["gitlab"] as const;

/** What stands beside dlt's `rest_api` configuration under `source`: the arguments of a dlt source. */
const sourceOptions = {
  name: z.string().min(1).nullish().describe("Name of the source and of its schema; rest_api when absent."),
  max_table_nesting: z.int().min(0).nullish().describe("How many levels of nested tables are made."),
  root_key: z.boolean().nullish().describe("Add _dlt_root_id to every nested table."),
  schema_contract: contractShape.nullish().describe("What happens when data brings new tables, columns or types."),
  parallelized: z.boolean().nullish().describe("Fetch the resources side by side."),
};

/** Everything under `source`: dlt's `rest_api` configuration, key for key, and the arguments of the source. */
export const sourceShape = z.strictObject({ ...sourceOptions, ...restApiShape.shape });

/** The keys of settings that may stand in a file, each by its key. */
function settingKeys(): Record<string, z.ZodType> {
  const keys: Record<string, z.ZodType> = {};
  for (const [name, spec] of settingEntries()) {
    const key = fileKeyOf(name);
    if (key !== undefined) keys[key] = spec.kind.schema.nullish().describe(spec.description);
  }
  return keys;
}

/** A pipeline file, YAML or JSON, after `${env:NAME}` has been read. */
export const pipelineFileShape = z.strictObject({
  ...settingKeys(),
  source: z
    .union([z.enum(BUILT_IN_SOURCES), sourceShape])
    .optional()
    .describe("A built-in source by its name, or dlt's rest_api configuration."),
});

export type SourceFile = z.infer<typeof sourceShape>;
