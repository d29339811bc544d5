import { ConfigError, SluiceError } from "../core/errors.ts";
import { applyResourceHints } from "../schema/hints.ts";
import { createSchema } from "../schema/schema.ts";
import { decidingResources, type NormalizedResource } from "./deciding-resources.ts";

/**
 * What a load ends with that finds no stored schema, by table: hints by which no merge can be done, such as upsert
 * without a primary key. A schema that is stored may have the key, so none of it need be wrong for a pipeline that has
 * loaded before. Nothing is asked; what the data breaks is not seen.
 */
export function firstLoadErrors(source: {
  readonly name: string;
  readonly resources: readonly NormalizedResource[];
}): readonly { readonly table: string; readonly error: ConfigError }[] {
  const schema = createSchema(source.name);
  return [...decidingResources(schema, source.resources)].flatMap(([table, resource]) => {
    try {
      applyResourceHints(schema, resource);
      return [];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      // A contract that keeps new tables out is no mistake of the hints.
      return error instanceof ConfigError ? [{ table, error }] : [];
    }
  });
}
