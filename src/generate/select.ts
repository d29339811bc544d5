import type { GeneratedPipeline, GeneratedResource } from "./model.ts";

/**
 * The pipeline with the chosen resources only, and those that they take values from, which are loaded only as far as
 * they are needed. Nothing chosen: all.
 */
export function selectResources(
  pipeline: GeneratedPipeline,
  isChosen: (resource: GeneratedResource) => boolean,
): GeneratedPipeline {
  const chosen = new Set(pipeline.resources.filter(isChosen));
  if (chosen.size === 0) return pipeline;
  const byName = new Map(pipeline.resources.map((resource) => [resource.name, resource]));
  const needed = new Set(chosen);
  // A set hands out what is added while it is walked.
  for (const resource of needed) {
    for (const { value } of resource.endpoint.params ?? []) {
      const source = value.kind === "resolve" ? byName.get(value.resource) : undefined;
      if (source !== undefined) needed.add(source);
    }
  }
  return {
    ...pipeline,
    resources: pipeline.resources
      .filter((resource) => needed.has(resource))
      .map((resource) => (chosen.has(resource) ? resource : { ...resource, selected: false })),
  };
}
