import type { GeneratedPipeline, GeneratedResource, ParamValue } from "../model.ts";
import { snakeCase } from "../words/snake-case.ts";

/**
 * The pipeline with a name for each resource and table. The reference leaves some empty (`/{{`, `/..`, a title of signs
 * only), and its result is kept as it is until it is written: a pipeline file cannot hold them. The operation gives the
 * name then, else the place in the file.
 */
export function withNames(pipeline: GeneratedPipeline): GeneratedPipeline {
  const { resources } = pipeline;
  if (resources.every(({ name, tableName }) => name !== "" && tableName !== "")) return pipeline;
  const names = resources.map(
    ({ name, operation }, index) => name || snakeCase(operation.id) || `resource_${index + 1}`,
  );
  // What takes values from a resource without a name means the first of these.
  const nameless = names[resources.findIndex(({ name }) => name === "")] ?? "";
  const value = (of: ParamValue): ParamValue =>
    of.kind === "resolve" && of.resource === "" ? { ...of, resource: nameless } : of;
  return {
    ...pipeline,
    resources: resources.map((one, index): GeneratedResource => {
      const name = names[index] ?? "";
      const params = one.endpoint.params?.map((param) => ({ ...param, value: value(param.value) }));
      return {
        ...one,
        name,
        tableName: one.tableName || name,
        parent: one.parent === "" ? nameless : one.parent,
        endpoint: { ...one.endpoint, params },
      };
    }),
  };
}
